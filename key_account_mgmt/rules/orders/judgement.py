"""The lines of an order as a judge of discounts sees them, and what it says of them."""

from collections.abc import Hashable
from decimal import Decimal
from typing import NamedTuple

from .shown import shown_given, shown_margin

Amount = Decimal | int


class DiscountLine(NamedTuple):
    """A line of an order as money of the company: ``net``, ``reference`` and ``cost`` of the whole line, untaxed.

    reference: None or 0 where nothing says what it is worth. cap, margin_floor: in %, None where there is none.
    own: False for a line that counts for the order only (a reward). slack: how much less than the least is still taken
    for it, because prices have few decimals. quantity: in the product's unit; unit_net: for one of it, in the order's
    currency. key and product: what tells lines and goods apart (int or text), for ``terms``.
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
    """``given``, ``allowed`` and ``excess`` are money; ``given_pct`` and ``margin_pct`` None where they cannot be said.

    over: over its own cap (``over_cap``) or below its margin floor (``below_floor``). excess: what it gives beyond its
    own cap; shortfall: what is missing to its margin floor.
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
        """Whether the line cannot be confirmed without somebody's consent."""
        return self.over_cap or self.below_floor

    @property
    def shown_pct(self) -> Decimal | None:
        """``given_pct`` as people read it."""
        cap = self.line.cap if self.line.own else None
        return shown_given(self.given_pct, None if cap is None else Decimal(cap), self.over_cap)

    @property
    def shown_margin(self) -> Decimal | None:
        """``margin_pct`` as people read it."""
        floor = self.line.margin_floor
        return shown_margin(self.margin_pct, None if floor is None else Decimal(floor), self.below_floor)

    @property
    def beyond(self) -> Decimal:
        """What the line takes from the order's allowance (negative: what it leaves to others)."""
        return self.given - self.allowed


class Judgement(NamedTuple):
    """An order: what its lines are ``allowed`` to give and have ``given``, and the ``room`` that is left.

    over: a line is over, or the order as a whole is (``order_over``). excess: the amount that somebody has to consent
    to, the greater of what the whole order and what its lines on their own give too much.
    """

    lines: tuple[LineJudgement, ...]
    given: Decimal
    allowed: Decimal
    room: Decimal
    excess: Decimal
    over: bool
    order_over: bool

    @property
    def total(self) -> Decimal:
        """What the order gives beyond what its lines allow together (negative: its room)."""
        return self.given - self.allowed
