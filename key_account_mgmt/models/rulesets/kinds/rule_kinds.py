from .base import RuleKind
from .credit_limit import CreditLimit
from .discount_cap import DiscountCap
from .reward import Reward
from .tier import Tier, Veto
from .value_type import ValueType

# In the order of screens and of tables in policies. Another addon adds its kind here on import.
RULE_KINDS = {kind.code: kind for kind in (Tier(), Veto(), DiscountCap(), CreditLimit(), Reward(), ValueType())}
UNKNOWN_KIND = RuleKind()


def find_kind(code):
    """Return the kind with that code; a row that the user is still editing may have none yet."""
    return RULE_KINDS.get(code, UNKNOWN_KIND)


def find_explanation(code):
    """Return the function that explains a reason of the core, or None if no kind of rule has such reasons."""
    name = f"explain_{code}"
    return next((getattr(kind, name) for kind in RULE_KINDS.values() if hasattr(kind, name)), None)
