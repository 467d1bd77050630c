"""The decision core: plain Python, no Odoo. What is named here is its whole public API (see docs/architecture.md)."""

from .book import Book
from .decision import Decision, Reason
from .evaluator import Evaluator, Population, Result, evaluate
from .lint import lint
from .matching import Matcher, matcher_name
from .policy import Policy
from .problems import FactError, PolicyError, Problem
from .ranking import Standing, rank

__all__ = [
    "Book",
    "Decision",
    "Evaluator",
    "FactError",
    "Matcher",
    "Policy",
    "PolicyError",
    "Population",
    "Problem",
    "Reason",
    "Result",
    "Standing",
    "evaluate",
    "lint",
    "matcher_name",
    "rank",
]
