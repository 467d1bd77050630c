"""The rules of a company as one frozen value: read from JSON, checked row by row, refused with every problem at once.

Asks ``exact`` only.
"""

from .formulas import formula_inputs
from .policy import Policy
from .problems import FactError, PolicyError, Problem
from .rows import is_storable
from .weights import weights_problem

__all__ = [
    "FactError",
    "Policy",
    "PolicyError",
    "Problem",
    "formula_inputs",
    "is_storable",
    "weights_problem",
]
