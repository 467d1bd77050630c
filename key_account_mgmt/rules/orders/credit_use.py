"""The credit that an order uses, and whether it exceeds the customer's limit."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext

from ..exact import EXACT, HUNDRED, ZERO, text


@dataclass(frozen=True)
class CreditUse:
    """The credit of one order, all in the currency of its company.

    limit: the customer's, None without one. used: by everything except this order; negative for a credit balance.
    value: what the order uses once it is confirmed. overdue: the amount that is overdue for too long; zero if that is
    not checked.

    With a limit of 1,000 and 700 used otherwise, an order of 300 is within, one of 300.01 is over by 0.01. An order
    that uses nothing is never over.
    """

    limit: Decimal | None
    used: Decimal
    value: Decimal
    overdue: Decimal = ZERO

    @property
    def excess(self) -> Decimal:
        """The amount by which this order takes the customer over the limit; never negative."""
        if self.limit is None or self.value <= 0:
            return ZERO
        with localcontext(EXACT):
            return max(ZERO, self.used + self.value - self.limit)

    @property
    def over(self) -> bool:
        """Whether confirming the order needs an approval."""
        return self.excess > 0 or (self.value > 0 and self.overdue > 0)

    @property
    def terms(self) -> dict[str, str]:
        """The terms of an approval of this use, as plain JSON values with numbers as text."""
        return {"value": text(self.value), "excess": text(self.excess), "overdue": text(self.overdue)}

    def covered(self, terms: Mapping[str, str]) -> bool:
        """Return whether this use is within ``terms``: no greater value, excess or overdue amount."""
        return not self.over or all(Decimal(now) <= Decimal(terms[name]) for name, now in self.terms.items())

    def no_worse(self, before: "CreditUse") -> bool:
        """Return whether the order uses no more than ``before`` a change, whatever is used otherwise."""
        return self.value <= before.value


def tolerated(overdue: Decimal, limit: Decimal | None, amount: Decimal, percent: Decimal) -> bool:
    """Return whether the overdue amount is tolerated: up to ``amount``, or up to ``percent`` of the limit.

    The greater of both applies; zero is no tolerance. With 5 and 1 % of a limit of 1,000, 10 is tolerated and 10.01 is
    not; without a limit, 5 is.
    """
    with localcontext(EXACT):
        share = (limit or ZERO) * percent / HUNDRED
    return overdue <= max(amount, share)
