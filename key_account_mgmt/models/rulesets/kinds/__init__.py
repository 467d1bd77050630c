"""One plain class per kind of rule: it defines everything about the kind except its columns on the screen.

A new kind is one file here, listed in ``rule_kinds``; see docs/how-to/add-a-kind-of-rule.md.
"""

from . import columns
from . import base
from . import tier
from . import discount_cap
from . import decided_tier
from . import grant
from . import credit_limit
from . import reward
from . import value_type
from . import rule_kinds
