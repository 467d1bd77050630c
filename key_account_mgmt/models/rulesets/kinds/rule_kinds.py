from .base import RuleKind
from .credit_limit import CreditLimit
from .discount_cap import DiscountCap
from .reward import Reward
from .tier import Tier, Veto
from .value_kind import ValueKind

# In the order of screens and of tables in policies. Another addon adds its kind here when it is imported.
RULE_KINDS = {kind.code: kind for kind in (Tier(), Veto(), DiscountCap(), CreditLimit(), Reward(), ValueKind())}
UNKNOWN_KIND = RuleKind()


def find_kind(code):
    """The kind with that code; a row that is still being typed may have none yet."""
    return RULE_KINDS.get(code, UNKNOWN_KIND)


def find_explanation(code):
    """What puts a reason of the core into words, or None where no kind of rule gives such reasons."""
    name = f"explain_{code}"
    return next((getattr(kind, name) for kind in RULE_KINDS.values() if hasattr(kind, name)), None)
