"""Figures of a judgement as shown to users, rounded so that they never contradict the judgement."""

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from ..exact import EXACT

_CENT = Decimal("0.01")


def shown_given(given: Decimal | None, cap: Decimal | None, over: bool) -> Decimal | None:
    """Round a given discount in % to two decimals: above ``cap`` if the line is over, else never above it.

    21.3801 of 21.38 allowed is shown as 21.39 if it is over, and as 21.38 if it is tolerated.
    """
    if given is None or cap is None:
        return _round(given, ROUND_HALF_UP)
    if over and given > cap:
        return _round(given, ROUND_CEILING)
    return min(_round(given, ROUND_HALF_UP), cap)


def shown_margin(margin: Decimal | None, floor: Decimal | None, below: bool) -> Decimal | None:
    """Round a margin in % to two decimals: below ``floor`` if the line is below it, else never below it."""
    if margin is None or floor is None:
        return _round(margin, ROUND_HALF_UP)
    return _round(margin, ROUND_FLOOR) if below else max(_round(margin, ROUND_HALF_UP), floor)


def _round(value: Decimal | None, rounding: str) -> Decimal | None:
    return None if value is None else value.quantize(_CENT, rounding, EXACT)
