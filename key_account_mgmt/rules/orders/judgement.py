"""The lines of an order as input for judging discounts, and the judgement of them."""

from collections.abc import Hashable
from decimal import Decimal
from typing import NamedTuple

from .display import shown_given, shown_margin

Amount = Decimal | int


class DiscountLine(NamedTuple):
    """An order line in company currency: ``net``, ``reference`` and ``cost`` of the whole line, untaxed.

    reference: None or 0 if its worth is unknown. cap, margin_floor: in %, None without such a limit. own: False for a
    line that counts for the order only (a reward). slack: the shortfall below the least net that is tolerated because
    prices have few decimals. quantity: in the product's unit; unit_net: the price of one unit, in the order's currency.
    key and product: identify lines and goods (int or text), for ``terms``.
    """

    key: Hashable
    net: Amount
    reference: Amount | None
    cap: Amount | None
    margin_floor: Amount | None = None
    cost: Amount | None = None
    own: bool = True
    slack: Amount = 0
    product: Hashable = None
    quantity: Amount = 0
    unit_net: Amount = 0


class LineJudgement(NamedTuple):
    """``given``, ``allowed`` and ``excess`` are amounts; ``given_pct`` and ``margin_pct`` are None if undefined.

    over: over its own cap (``over_cap``) or below its margin floor (``below_floor``). excess: the discount beyond its
    own cap; shortfall: the amount missing to its margin floor.
    """

    line: DiscountLine
    given_pct: Decimal | None
    given: Decimal
    allowed: Decimal
    excess: Decimal
    margin_pct: Decimal | None
    shortfall: Decimal
    over_cap: bool
    below_floor: bool

    @property
    def over(self) -> bool:
        """Whether confirming the line needs an approval."""
        return self.over_cap or self.below_floor

    @property
    def shown_pct(self) -> Decimal | None:
        """``given_pct`` as shown to users."""
        cap = self.line.cap if self.line.own else None
        return shown_given(self.given_pct, None if cap is None else Decimal(cap), self.over_cap)

    @property
    def shown_margin(self) -> Decimal | None:
        """``margin_pct`` as shown to users."""
        floor = self.line.margin_floor
        return shown_margin(self.margin_pct, None if floor is None else Decimal(floor), self.below_floor)

    @property
    def beyond(self) -> Decimal:
        """What the line takes from the order's allowance (negative: what it leaves for other lines)."""
        return self.given - self.allowed


class Judgement(NamedTuple):
    """An order: the discounts ``allowed`` and ``given``, and the ``remaining`` discount.

    over: a line is over, or the order as a whole is (``order_over``). excess: the amount that needs an approval, the
    greater of the excess of the whole order and the sum of what its lines exceed their own limits by.
    """

    lines: tuple[LineJudgement, ...]
    given: Decimal
    allowed: Decimal
    remaining: Decimal
    excess: Decimal
    over: bool
    order_over: bool

    @property
    def total(self) -> Decimal:
        """What the order gives beyond the allowance of its lines together (negative: what remains)."""
        return self.given - self.allowed
