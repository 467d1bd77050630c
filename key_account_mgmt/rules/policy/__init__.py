"""Read the rules of a company into one frozen value, or refuse them with every problem at once.

May ask ``exact`` only.
"""

from .formulas import formula_inputs
from .policy import Policy
from .problems import FactError, PolicyError, Problem
from .reader import read_policy
from .rows import is_storable
from .scope import CAPS, CREDIT, NO_TIER, REWARDS, TIER, VALUE_TYPES
from .weights import weights_problem

__all__ = [
    "CAPS",
    "CREDIT",
    "NO_TIER",
    "REWARDS",
    "TIER",
    "VALUE_TYPES",
    "FactError",
    "Policy",
    "PolicyError",
    "Problem",
    "formula_inputs",
    "is_storable",
    "read_policy",
    "weights_problem",
]

# The documented alias: callers write ``Policy.load(values)``.
Policy.load = staticmethod(read_policy)
