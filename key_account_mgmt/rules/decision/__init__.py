"""Decide about each customer of a batch: points, place, tier and grants, each with its reasons.

May ask ``matching`` and what is above it.
"""

from .budgets import Claim, Purse, grant_by_rank, grant_by_share, grant_cut
from .decision import Decision
from .evaluator import Evaluator, Population, Result, evaluate
from .grants import CreditGrant, RewardGrant
from .ranking import Standing, rank
from .reasons import Reason
from .value_types import ValueTypeSuggestion

__all__ = [
    "Claim",
    "CreditGrant",
    "Decision",
    "Evaluator",
    "Population",
    "Purse",
    "Reason",
    "Result",
    "RewardGrant",
    "Standing",
    "ValueTypeSuggestion",
    "evaluate",
    "grant_by_rank",
    "grant_by_share",
    "grant_cut",
    "rank",
]
