"""Invoices of an order, judged against what the order gives for exactly the invoiced part."""

from collections.abc import Hashable, Sequence
from decimal import Decimal, localcontext

from ..exact import EXACT, ZERO
from .invoiced_line import Entry, Gift, as_ordered, gift
from .judgement import Judgement, LineJudgement


def invoiced(deal: Judgement | None, entries: Sequence[Entry], rounding: Decimal) -> Judgement:
    """Judge whether the invoiced part of an order keeps its caps; the judged ``lines`` are those of new entries.

    ``deal`` is the judgement of the confirmed order, None for an unconfirmed one. An entry is as ordered if it has the
    product of its line, no lower price, and does not exceed the line's quantity in total. It is not over by itself,
    and counts as the same part of its line in the order: 5 of 10 pieces at 90 instead of 100 with a cap of 20 % give
    50 of 100 allowed, whatever the cap of 5 pieces would be. Any other entry counts by itself. A line that reduces the
    total gives that amount, so it needs the allowance of goods that are invoiced too. Goods that are not invoiced yet
    allow nothing. Down payments may be deducted as far as they were invoiced.

    The whole may exceed its allowance by no more than the order does (which was approved), or than was invoiced before
    the new entries. Credit notes allow invoicing again by their quantity, whatever amount they pay back.
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
        # Odoo rounds each part of a discount when invoicing it.
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
    remaining = max(ZERO, most - after.beyond)
    return Judgement(tuple(judged), after.given, after.allowed, remaining, max(beyond), over, order_over)


def _by_key(entries: Sequence[Entry]) -> dict[Hashable, list[Entry]]:
    found: dict[Hashable, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.key, []).append(entry)
    return found


def _kept(entry: Entry, group: Sequence[Entry], fits: bool) -> LineJudgement:
    """Return a new entry for comparison with a consent: its line's total quantity, not over if it ``fits``."""
    total = sum((one.quantity for one in group), ZERO)
    kept = entry.judged._replace(line=entry.judged.line._replace(quantity=max(total, entry.quantity)))
    return kept._replace(over_cap=False, below_floor=False, excess=ZERO, shortfall=ZERO) if fits else kept
