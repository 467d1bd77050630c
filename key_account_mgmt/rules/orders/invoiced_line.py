"""What is invoiced of one line of an order."""

from collections.abc import Hashable, Sequence
from decimal import Decimal
from typing import NamedTuple

from ..exact import ZERO
from .judgement import Amount, LineJudgement

# Prices of invoices are copied from their orders; what differs by less is the noise of floats.
NOISE = Decimal("0.000001")
# All down payments of an order are one.
ADVANCE = "advance"


class Entry(NamedTuple):
    """A line of an invoice or credit note, judged by itself; those of credit notes with their signs turned.

    The key of its line is the order line's. new: on a document that is to be posted; all others are posted. credit:
    gives back what was invoiced. advance: a down payment, or what is deducted of it. comparable: its price is one of
    the order, in the same currency and to the same payer.
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
    """What is given away, and what may be."""

    given: Decimal = ZERO
    allowed: Decimal = ZERO

    @property
    def beyond(self) -> Decimal:
        return self.given - self.allowed

    def plus(self, other, share: Amount = 1) -> "Gift":
        """With ``share`` of another, or of what a line gives."""
        return Gift(self.given + other.given * share, self.allowed + other.allowed * share)


def as_ordered(ordered: LineJudgement | None, group: Sequence[Entry]) -> list[Entry]:
    """The new entries of one line of an order that are as ordered."""
    if ordered is None:
        return []
    least, most = -NOISE, _measure(ordered, ordered) + NOISE
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
    """How much of a line it is: its quantity, or what it takes off."""
    return ZERO - judged.line.net if _takes(ordered) else ZERO + judged.line.quantity


def _split(ordered: LineJudgement, group: Sequence[Entry]) -> tuple[list[Entry], list[Entry]]:
    """Entries at the price of their line or a better one, and all others."""
    dearest = max((one.judged.line.unit_net for one in group if not one.new and one.quantity > 0), default=ZERO)
    good = [one for one in group if _is_priced(ordered, one, dearest)]
    return good, [one for one in group if not _is_priced(ordered, one, dearest)]


def _is_priced(ordered: LineJudgement, entry: Entry, dearest: Amount) -> bool:
    line = entry.judged.line
    if entry.credit or line.product != ordered.line.product or not entry.comparable:
        return entry.credit
    if _takes(ordered):
        return True
    # What is taken back must not be dearer than it was sold.
    return line.unit_net >= ordered.line.unit_net - NOISE if line.quantity > 0 else line.unit_net <= dearest + NOISE


def gift(ordered: LineJudgement | None, group: Sequence[Entry]) -> Gift:
    """What was invoiced of one line gives and may."""
    if group and group[0].advance:
        # What is deducted and was not paid for is given.
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
    if total > whole + NOISE and sold:
        rest = rest.plus(_own(sold), (total - whole) / sum((one.quantity for one in sold), ZERO))
    return rest


def _own(group: Sequence[Entry], credited: Decimal = ZERO) -> Gift:
    """What entries give and may by themselves, less what was credited of them."""
    credited += sum((ZERO - one.quantity for one in group if one.credit), ZERO)
    kept = [one for one in group if not one.credit]
    sold = sum((one.quantity for one in kept if one.quantity > 0), ZERO)
    share = max(ZERO, 1 - credited / sold) if sold else Decimal(1)
    total = Gift()
    for one in kept:
        total = total.plus(one.judged, share)
    return total
