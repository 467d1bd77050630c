"""What an order uses of its customer's credit, and whether that is too much."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext

from ..exact import EXACT, HUNDRED, ZERO, text


@dataclass(frozen=True)
class CreditUse:
    """The credit of one order, all in the currency of its company.

    limit: the customer's, None where there is none. used: by everything but this order; negative where the customer has
    money to its credit. value: what the order uses once it is confirmed. overdue: what is overdue for too long, zero
    where nobody asks.

    Limit 1,000 and 700 used by others: an order of 300 is within, one of 300.01 is over by 0.01. An order that uses
    nothing is never over, whatever the others do.
    """

    limit: Decimal | None
    used: Decimal
    value: Decimal
    overdue: Decimal = ZERO

    @property
    def excess(self) -> Decimal:
        """How far the customer is over its limit with this order; never negative."""
        if self.limit is None or self.value <= 0:
            return ZERO
        with localcontext(EXACT):
            return max(ZERO, self.used + self.value - self.limit)

    @property
    def over(self) -> bool:
        """Whether the order cannot be confirmed without somebody's consent."""
        return self.excess > 0 or (self.value > 0 and self.overdue > 0)

    @property
    def terms(self) -> dict[str, str]:
        """What somebody consents to who consents to this, as plain JSON values with numbers as text."""
        return {"value": text(self.value), "excess": text(self.excess), "overdue": text(self.overdue)}

    def covered(self, terms: Mapping[str, str]) -> bool:
        """Whether this is within ``terms``: no greater order, no further over the limit, no more overdue."""
        return not self.over or all(Decimal(now) <= Decimal(terms[name]) for name, now in self.terms.items())

    def no_worse(self, before: "CreditUse") -> bool:
        """Whether the order uses no more than it did ``before`` a change, whatever others use by now."""
        return self.value <= before.value


def tolerated(overdue: Decimal, limit: Decimal | None, amount: Decimal, percent: Decimal) -> bool:
    """Whether so little is overdue that it stops nothing: no more than ``amount``, or than ``percent`` of the limit.

    The greater of both counts; zero is no tolerance. With 5 and 1 % of a limit of 1,000, 10 are tolerated and 10.01 are
    not; without a limit, 5.
    """
    with localcontext(EXACT):
        share = (limit or ZERO) * percent / HUNDRED
    return overdue <= max(amount, share)
