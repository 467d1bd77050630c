"""What is invoiced of an order, against what the order gives for exactly that."""

from collections.abc import Hashable, Sequence
from decimal import Decimal, localcontext

from ..exact import EXACT, ZERO
from .invoiced_line import Entry, Gift, as_ordered, gift
from .judgement import Judgement, LineJudgement


def invoiced(deal: Judgement | None, entries: Sequence[Entry], rounding: Decimal) -> Judgement:
    """Whether one order, as far as it was and will be invoiced, keeps its caps; ``lines`` are those of new entries.

    ``deal`` is the judgement of the confirmed order, None where it is not confirmed. An entry that is as ordered (the
    product of its line, no lower price, and with it no more invoiced than the line says) is not over by itself, and
    gives and may what the same part of its line gives and may in the order: 5 of 10 pieces at 90 instead of 100 with a
    cap of 20 % give 50 and may give 100, whatever the cap of 5 pieces would be. Anything else gives and may what it
    does by itself. A line that takes money off gives what it takes: it needs goods that are invoiced, too. Goods that
    are on no invoice yet lend nothing. Down payments may be deducted as far as they were invoiced.

    As a whole no more may be given beyond than the whole order gives (where somebody consented to it), or than was
    given before the new entries. Credit notes make room to invoice again, by their quantity, whatever they pay back.
    """
    with localcontext(EXACT):
        ordered = {one.line.key: one for one in deal.lines} if deal else {}
        groups = _by_key(entries)
        fitting = {id(one) for key, group in groups.items() for one in as_ordered(ordered.get(key), group)}
        before, after = Gift(), Gift()
        for key, group in groups.items():
            before = before.plus(gift(ordered.get(key), [one for one in group if not one.new]))
            after = after.plus(gift(ordered.get(key), group))
        judged = [_kept(one, groups[one.key], id(one) in fitting) for one in entries if one.new and not one.credit]
        most = max(ZERO, deal.total if deal else ZERO, before.beyond)
        known = [*ordered.values(), *(one.judged for one in entries)]
        # Odoo rounds each part of a discount that it invoices.
        parts = sum(id(one) in fitting and one.judged.line.net not in (0, ordered[one.key].line.net) for one in entries)
        slack = sum((one.line.slack for one in known), ZERO) + rounding * (parts + 1) / 2
        over = after.beyond - most > slack and any(one.line.cap is not None for one in known)
        return _whole(judged, after, most, over)


def _whole(judged: Sequence[LineJudgement], after: Gift, most: Decimal, order_over: bool) -> Judgement:
    beyond = [
        after.beyond - most if order_over else ZERO,
        sum((max(one.excess, one.shortfall) for one in judged), ZERO),
    ]
    over = order_over or any(one.over for one in judged)
    room = max(ZERO, most - after.beyond)
    return Judgement(tuple(judged), after.given, after.allowed, room, max(beyond), over, order_over)


def _by_key(entries: Sequence[Entry]) -> dict[Hashable, list[Entry]]:
    found: dict[Hashable, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.key, []).append(entry)
    return found


def _kept(entry: Entry, group: Sequence[Entry], fits: bool) -> LineJudgement:
    """A new entry for whoever looks for a consent: with all that was invoiced of its line, not over if it ``fits``."""
    total = sum((one.quantity for one in group), ZERO)
    kept = entry.judged._replace(line=entry.judged.line._replace(quantity=max(total, entry.quantity)))
    return kept._replace(over_cap=False, below_floor=False, excess=ZERO, shortfall=ZERO) if fits else kept
