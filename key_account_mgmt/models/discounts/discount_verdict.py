from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ...rules import CapDecision, Judgement, LineJudgement, covered, no_worse, terms
from .key_account_discount_value import ZERO


@dataclass(frozen=True)
class DiscountVerdict:
    """The discounts of an order (or an invoice) compared with its caps; amounts are in the currency of the company.

    ``lines`` and ``decisions`` are by line record; section titles and notes have none. ``problem`` says why there is no
    judgement (only when the caller asked with ``strict=False``).
    """

    basis: dict[str, Any]  # price currency and invoiced customer: verdicts of another basis are not comparable
    judgement: Judgement | None = None
    lines: dict[Any, LineJudgement] | None = None
    decisions: dict[Any, CapDecision] | None = None
    problem: str | None = None

    @property
    def over(self):
        return bool(self.problem) or self.judgement.over

    @property
    def excess(self):
        """Return the amount that needs an approval."""
        return Decimal(0) if self.problem else self.judgement.excess

    def get_terms(self):
        """Return the terms that an approval of this verdict covers, as JSON."""
        return terms(self.judgement, self.basis)

    def is_covered(self, consented):
        """Return whether this verdict is within ``consented``, the terms of an earlier verdict."""
        return covered(self.judgement, self.basis, consented)

    def is_no_worse_than(self, before):
        """Return whether the order was over its caps ``before`` the change as well, and got no worse by it."""
        if self.problem or before.problem:
            return False
        return no_worse(self.judgement, self.basis, before.judgement, before.basis)


# The verdict of an order invoiced completely and as ordered: it gives what the order gives, without any figure.
AS_ORDERED = DiscountVerdict({}, Judgement((), ZERO, ZERO, ZERO, ZERO, over=False, order_over=False), {}, {})
