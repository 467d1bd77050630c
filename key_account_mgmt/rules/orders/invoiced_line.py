"""The invoiced part of one line of an order."""

from collections.abc import Hashable, Sequence
from decimal import Decimal
from typing import NamedTuple

from ..exact import ZERO
from .judgement import Amount, LineJudgement

# Prices of invoices are copied from their orders; smaller differences are noise of floats.
FLOAT_NOISE = Decimal("0.000001")
# The common key of all down payments of an order.
ADVANCE = "advance"


class Entry(NamedTuple):
    """A line of an invoice or credit note, judged by itself; lines of credit notes have their signs reversed.

    The key of its line is the order line's. new: on a document that is about to be posted; all others are posted.
    credit: returns what was invoiced. advance: a down payment or its deduction. comparable: its price can be compared
    with the order's, in the same currency and for the same payer.
    """

    judged: LineJudgement
    new: bool = False
    credit: bool = False
    advance: bool = False
    comparable: bool = True

    @property
    def key(self) -> Hashable:
        return ADVANCE if self.advance else self.judged.line.key

    @property
    def quantity(self) -> Amount:
        return self.judged.line.quantity


class Gift(NamedTuple):
    """The discount given, and the discount allowed."""

    given: Decimal = ZERO
    allowed: Decimal = ZERO

    @property
    def beyond(self) -> Decimal:
        return self.given - self.allowed

    def plus(self, other, share: Amount = 1) -> "Gift":
        """Add ``share`` of another gift, or of a judged line."""
        return Gift(self.given + other.given * share, self.allowed + other.allowed * share)


def as_ordered(ordered: LineJudgement | None, group: Sequence[Entry]) -> list[Entry]:
    """Return the new entries of one order line that are as ordered."""
    if ordered is None:
        return []
    least, most = -FLOAT_NOISE, _measure(ordered, ordered) + FLOAT_NOISE
    total = sum((_measure(ordered, one.judged) for one in _split(ordered, group)[0] if not one.new), ZERO)
    found = []
    for entry in (one for one in _split(ordered, group)[0] if one.new and not one.credit):
        then = total + _measure(ordered, entry.judged)
        if least <= then <= most:
            found.append(entry)
            total = then
    return found


def _takes(ordered: LineJudgement) -> bool:
    return ordered.line.net < 0


def _measure(ordered: LineJudgement, judged: LineJudgement) -> Decimal:
    """Measure an entry of a line: its quantity, or the amount by which it reduces the total."""
    return ZERO - judged.line.net if _takes(ordered) else ZERO + judged.line.quantity


def _split(ordered: LineJudgement, group: Sequence[Entry]) -> tuple[list[Entry], list[Entry]]:
    """Split entries into those at the price of their line or above, and all others."""
    dearest = max((one.judged.line.unit_net for one in group if not one.new and one.quantity > 0), default=ZERO)
    good = [one for one in group if _is_priced(ordered, one, dearest)]
    return good, [one for one in group if not _is_priced(ordered, one, dearest)]


def _is_priced(ordered: LineJudgement, entry: Entry, dearest: Amount) -> bool:
    line = entry.judged.line
    if entry.credit or line.product != ordered.line.product or not entry.comparable:
        return entry.credit
    if _takes(ordered):
        return True
    # Returned goods must not be credited at a higher price than they were sold.
    return (
        line.unit_net >= ordered.line.unit_net - FLOAT_NOISE
        if line.quantity > 0
        else line.unit_net <= dearest + FLOAT_NOISE
    )


def gift(ordered: LineJudgement | None, group: Sequence[Entry]) -> Gift:
    """Compute the gift of what was invoiced of one line."""
    if group and group[0].advance:
        # A deduction without a down payment is a discount.
        return Gift(max(ZERO, -sum((one.judged.line.net for one in group), ZERO)))
    if ordered is None:
        return _own(group)
    good, others = _split(ordered, group)
    total = sum((_measure(ordered, one.judged) for one in good), ZERO)
    rest = _own(others, max(ZERO, -total))
    if _takes(ordered):
        return rest.plus(Gift(max(ZERO, total)))
    whole = max(ZERO, _measure(ordered, ordered))
    if whole:
        rest = rest.plus(ordered, min(max(total, ZERO), whole) / whole)
    sold = [one for one in good if one.quantity > 0]
    if total > whole + FLOAT_NOISE and sold:
        rest = rest.plus(_own(sold), (total - whole) / sum((one.quantity for one in sold), ZERO))
    return rest


def _own(group: Sequence[Entry], credited: Decimal = ZERO) -> Gift:
    """Compute the gift of entries by themselves, less what was credited of them."""
    credited += sum((ZERO - one.quantity for one in group if one.credit), ZERO)
    kept = [one for one in group if not one.credit]
    sold = sum((one.quantity for one in kept if one.quantity > 0), ZERO)
    share = max(ZERO, 1 - credited / sold) if sold else Decimal(1)
    total = Gift()
    for one in kept:
        total = total.plus(one.judged, share)
    return total
