"""Judge orders and invoices: discounts against their caps, and what an order uses of a credit limit.

May ask ``decision`` and what is above it.
"""

from .caps import CapDecision, CapTable, stricter
from .changes import changed_rows, is_changed
from .consent import covered, no_worse, terms
from .credit_use import CreditUse, tolerated
from .discount import judge
from .invoiced import invoiced
from .invoiced_line import Entry, as_ordered
from .judgement import DiscountLine, Judgement, LineJudgement
from .display import shown_given, shown_margin

__all__ = [
    "CapDecision",
    "CapTable",
    "CreditUse",
    "DiscountLine",
    "Entry",
    "Judgement",
    "LineJudgement",
    "as_ordered",
    "changed_rows",
    "covered",
    "invoiced",
    "is_changed",
    "judge",
    "no_worse",
    "shown_given",
    "shown_margin",
    "stricter",
    "terms",
    "tolerated",
]
