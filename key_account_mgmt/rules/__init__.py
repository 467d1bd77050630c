"""Decide about customers and orders in plain Python, without Odoo.

Sub-packages stand in the order of the way a number takes: each may import from those above it, and all from ``exact``.
The names here are those that the addon uses; types of results are names of their sub-packages only.
See docs/reference/decision_core.md.
"""

# the rules of a company, and what is wrong with them or with a fact
from .policy import (
    CAPS,
    CREDIT,
    NO_TIER,
    REWARDS,
    TIER,
    VALUE_TYPES,
    FactError,
    Policy,
    PolicyError,
    formula_inputs,
    is_storable,
    weights_problem,
)

# a batch of customers as columns, and the rules that fire for it
from .matching import FactBatch, Matcher, matcher_name

# from facts to decisions and grants
from .decision import Claim, Evaluator, Population, Purse, evaluate, grant_by_rank, grant_by_share, grant_cut, rank

# what orders and invoices give away and use
from .orders import (
    CapDecision,
    CapTable,
    CreditUse,
    DiscountLine,
    Entry,
    Judgement,
    LineJudgement,
    changed_rows,
    covered,
    invoiced,
    is_changed,
    judge,
    no_worse,
    shown_given,
    shown_margin,
    stricter,
    terms,
    tolerated,
)

# doubts about a policy that is valid
from .lint import asks_for_places, lint, out_of_reach

# appraisals, expected value, experience matching, comparisons, pictures
from .methods import (
    LevelError,
    ComparedPolicy,
    ProfileRow,
    added_value,
    agree,
    average_place,
    by_bounds,
    by_shares,
    compare,
    corners,
    differences,
    direction,
    fit,
    propose_fits,
    prospect_value,
    rank_spread,
    spearman,
)
