"""Compute what methods of key account management need beside a decision, from appraisals to comparisons of policies.

May ask ``decision`` and what is above it.
"""

from .appraisal import average_place
from .comparison import Comparison, ComparedPolicy, Pair, TopTier, agree, compare, direction, rank_spread
from .correlation import spearman
from .differences import Difference, differences
from .expectation import added_value, prospect_value
from .fit import Fit, ProfileRow, fit, propose_fits
from .levels import LevelError, by_bounds, by_shares
from .radar import Corner, corners

__all__ = [
    "ComparedPolicy",
    "Comparison",
    "Corner",
    "Difference",
    "Fit",
    "LevelError",
    "Pair",
    "ProfileRow",
    "TopTier",
    "added_value",
    "agree",
    "average_place",
    "by_bounds",
    "by_shares",
    "compare",
    "corners",
    "differences",
    "direction",
    "fit",
    "propose_fits",
    "prospect_value",
    "rank_spread",
    "spearman",
]
