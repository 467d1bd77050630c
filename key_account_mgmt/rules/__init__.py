"""The decision core: plain Python, no Odoo. This package is its whole public API (docs/reference/decision_core.md)."""

from .appraisal import average_place
from .caps import CapDecision, CapTable, stricter
from .comparison import Comparison, Method, Pair, TopTier, agree, compare, direction, rank_spread
from .consent import covered, no_worse, terms
from .correlation import spearman
from .credit_use import CreditUse, tolerated
from .differences import Difference, differences
from .discount import judge
from .expectation import added_value, prospect_value
from .fit import Fit, ProfileRow, fit, propose_fits
from .invoiced import invoiced
from .invoiced_line import Entry, as_ordered
from .judgement import DiscountLine, Judgement, LineJudgement
from .levels import LevelError, by_bounds, by_shares
from .lint import lint
from .places import asks_for_places, out_of_reach
from .radar import Corner, corners
from .shown import shown_given, shown_margin
from .policy import (
    FactError,
    Policy,
    PolicyError,
    Problem,
    formula_inputs,
    is_storable,
    weights_problem,
)
from .matching import (
    Book,
    Matcher,
    matcher_name,
)
from .decision import (
    Claim,
    CreditGrant,
    Decision,
    Evaluator,
    KindSuggestion,
    Population,
    Purse,
    Reason,
    Result,
    RewardGrant,
    Standing,
    evaluate,
    grant_by_rank,
    grant_by_share,
    rank,
)

__all__ = [
    "Book",
    "CapDecision",
    "CapTable",
    "Claim",
    "Comparison",
    "Corner",
    "CreditGrant",
    "CreditUse",
    "Decision",
    "Difference",
    "DiscountLine",
    "Entry",
    "Evaluator",
    "FactError",
    "Fit",
    "Judgement",
    "KindSuggestion",
    "LevelError",
    "LineJudgement",
    "Matcher",
    "Method",
    "Pair",
    "Policy",
    "PolicyError",
    "Population",
    "Problem",
    "ProfileRow",
    "Purse",
    "Reason",
    "Result",
    "RewardGrant",
    "Standing",
    "TopTier",
    "added_value",
    "agree",
    "asks_for_places",
    "average_place",
    "by_bounds",
    "by_shares",
    "compare",
    "corners",
    "covered",
    "differences",
    "direction",
    "evaluate",
    "fit",
    "formula_inputs",
    "grant_by_rank",
    "grant_by_share",
    "judge",
    "lint",
    "matcher_name",
    "no_worse",
    "out_of_reach",
    "propose_fits",
    "prospect_value",
    "rank",
    "rank_spread",
    "shown_given",
    "shown_margin",
    "spearman",
    "stricter",
    "terms",
    "tolerated",
    "weights_problem",
]
