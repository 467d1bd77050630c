"""The discounts of an order, line by line and as a whole, judged by its caps."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext

from ..exact import EXACT, HUNDRED, ZERO
from .judgement import Amount, DiscountLine, Judgement, LineJudgement


def judge(lines: Sequence[DiscountLine], rounding: Decimal) -> Judgement:
    """Judge whether ``lines`` of one order keep their caps; all money is rounded half up to ``rounding``.

    The discount of a line is 1 − net ÷ reference. A reference of 200.00 and a cap of 10 % make a least net of 180.00:
    at 180.00 the line gives 20.00 of 20.00 allowed and is within, at 179.99 it is over by 0.01.

    A line is judged by its own cap if it is ``own``, its quantity and reference are above 0 and it has a cap: it is
    over if net < least − slack, even if rounding alone adds the last cent. It is below its margin floor if
    (net + slack − cost) ÷ (net + slack) is below the floor, or if net is 0 or less although it has a cost or a
    reference; an unknown cost breaks no floor.

    The order as a whole may give what its lines allow together, and no more (plus the tolerances of its lines):
    - given is reference − net, so that a surcharge offsets other discounts here, and only here;
      without a reference it is −net if net is negative (a global discount), else 0: the price of something of unknown
      worth does not offset discounts
    - allowed is reference − least. A line without a cap may be given away wholly: its reference, or its net amount if
      it has none. A line with a cap but without a reference, or one that is not ``own``, allows 0
    - returned goods (quantity and reference below 0) reduce the allowance, but never below zero among the capped lines
      or among the uncapped ones: taking back goods at their worth is no discount

    The line above at 190.00 gives 10.00 and leaves 10.00 of room; a discount line of −10.00 uses it up, one of −10.01
    makes the order over by 0.01, though no line is over. If no line has a cap or a floor, nothing is ever over.
    """
    with localcontext(EXACT):
        judged = tuple(_line(line, rounding) for line in lines)
        given = sum((one.given for one in judged), ZERO)
        allowed = _allowed(judged, capped=True) + _allowed(judged, capped=False)
        slack = sum((_tolerance(one.line, one.beyond) for one in judged), ZERO) + rounding / 2
        order_over = given - allowed > slack and any(line.cap is not None for line in lines)
        beyond = [
            given - allowed if order_over else ZERO,
            sum((max(one.excess, one.shortfall) for one in judged), ZERO),
        ]
        over = order_over or any(one.over for one in judged)
        return Judgement(judged, given, allowed, max(ZERO, allowed - given), max(beyond), over, order_over)


def _allowed(judged: Sequence[LineJudgement], capped: bool) -> Decimal:
    return max(ZERO, sum((one.allowed for one in judged if (one.line.cap is not None) == capped), ZERO))


def _line(line: DiscountLine, rounding: Decimal) -> LineJudgement:
    net, reference = _money(line.net, rounding), _money(line.reference or 0, rounding)
    given = reference - net if reference else max(ZERO, -net)
    allowed = _line_allowed(line, net, reference, rounding)
    over_cap = (
        _is_judged(line)
        and line.cap is not None
        and reference > 0
        and given - allowed > _tolerance(line, given - allowed)
    )
    margin = (net - line.cost) * HUNDRED / net if line.cost is not None and net > 0 else None
    shortfall = _shortfall(line, net, reference)
    return LineJudgement(
        line,
        HUNDRED - line.net * HUNDRED / line.reference if line.reference else None,
        given,
        allowed,
        given - allowed if over_cap else ZERO,
        margin,
        shortfall or ZERO,
        over_cap,
        shortfall is not None,
    )


def _line_allowed(line: DiscountLine, net: Decimal, reference: Decimal, rounding: Decimal) -> Decimal:
    if line.cap is None:
        return reference or max(ZERO, net)
    if not line.own or not reference:
        return ZERO
    return reference - _money(line.reference * (HUNDRED - line.cap) / HUNDRED, rounding)


def _tolerance(line: DiscountLine, beyond: Decimal) -> Decimal:
    """Return the excess that is tolerated: the slack, or what rounding makes of it."""
    slack = Decimal(line.slack)
    if not slack or not line.reference or line.cap is None:
        return slack
    within = line.net >= line.reference * (HUNDRED - line.cap) / HUNDRED - slack
    return max(slack, beyond) if within else slack


def _shortfall(line: DiscountLine, net: Decimal, reference: Decimal) -> Decimal | None:
    """Return the shortfall to the margin floor; None if it is kept. No price reaches 100 %: then it is the cost."""
    if line.margin_floor is None or not _is_judged(line):
        return None
    cost = line.cost or ZERO
    if net <= 0:
        return max(cost, ZERO) - net if cost > 0 or reference > 0 else None
    taken = net + line.slack
    if (taken - cost) * HUNDRED >= line.margin_floor * taken:
        return None
    return cost * HUNDRED / (HUNDRED - line.margin_floor) - net if line.margin_floor < HUNDRED else cost


def _is_judged(line: DiscountLine) -> bool:
    return line.own and line.quantity > 0


def _money(value: Amount, rounding: Decimal) -> Decimal:
    return (value / rounding).quantize(Decimal(1), ROUND_HALF_UP) * rounding
