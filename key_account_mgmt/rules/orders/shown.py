"""Figures of a judgement as people read them: rounded so that they never contradict what the judgement says."""

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from ..exact import EXACT

_CENT = Decimal("0.01")


def shown_given(given: Decimal | None, cap: Decimal | None, over: bool) -> Decimal | None:
    """A given discount in % of two decimals: more than ``cap`` where a line is over, else never.

    21.3801 of 21.38 allowed is 21.39 where it is over, and 21.38 where it is taken for within.
    """
    if given is None or cap is None:
        return _round(given, ROUND_HALF_UP)
    if over and given > cap:
        return _round(given, ROUND_CEILING)
    return min(_round(given, ROUND_HALF_UP), cap)


def shown_margin(margin: Decimal | None, floor: Decimal | None, below: bool) -> Decimal | None:
    """A margin in % of two decimals: less than ``floor`` where a line is below it, else never."""
    if margin is None or floor is None:
        return _round(margin, ROUND_HALF_UP)
    return _round(margin, ROUND_FLOOR) if below else max(_round(margin, ROUND_HALF_UP), floor)


def _round(value: Decimal | None, rounding: str) -> Decimal | None:
    return None if value is None else value.quantize(_CENT, rounding, EXACT)
