"""The decision core: plain Python, no Odoo. What is named here is its whole public API (see docs/architecture.md)."""

from .book import Book
from .caps import CapDecision, CapTable, stricter
from .consent import covered, no_worse, terms, together
from .credit_use import CreditUse
from .decision import Decision
from .discount import judge
from .evaluator import Evaluator, Population, Result, evaluate
from .expectation import added_value, prospect_value
from .formulas import formula_inputs
from .grants import CreditGrant, RewardGrant
from .judgement import DiscountLine, Judgement, LineJudgement
from .lint import lint
from .matching import Matcher, matcher_name
from .policy import Policy
from .problems import FactError, PolicyError, Problem
from .ranking import Standing, rank
from .reasons import Reason

__all__ = [
    "Book",
    "CapDecision",
    "CapTable",
    "CreditGrant",
    "CreditUse",
    "Decision",
    "DiscountLine",
    "Evaluator",
    "FactError",
    "Judgement",
    "LineJudgement",
    "Matcher",
    "Policy",
    "PolicyError",
    "Population",
    "Problem",
    "Reason",
    "Result",
    "RewardGrant",
    "Standing",
    "added_value",
    "covered",
    "evaluate",
    "formula_inputs",
    "judge",
    "lint",
    "matcher_name",
    "no_worse",
    "prospect_value",
    "rank",
    "stricter",
    "terms",
    "together",
]
