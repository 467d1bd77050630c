"""The expected value of a customer: the expected value method (顾客预期价值法) of key account management.

Prospect: EV = MP × ES × P, market potential × expected share of it × probability. Existing customer:
EV = CB + AV × P, current business + additional volume × probability. P is 80, 50 or 20 % for high, average and low,
unless an administrator changes it. Both are amounts of one period, so that all customers can be ranked together.
"""

from decimal import Decimal, localcontext

from ..exact import EXACT, HUNDRED, stepped


def prospect_value(potential: Decimal, share_pct: Decimal, probability_pct: Decimal, rounding: Decimal) -> Decimal:
    """Compute MP × ES × P of a prospect, rounded half up to steps of ``rounding``.

    A share of 15 % of a potential of 2,000,000, with a probability of 50 %, is 150,000.
    """
    with localcontext(EXACT):
        return stepped(potential * share_pct * probability_pct / HUNDRED / HUNDRED, rounding)


def added_value(volume: Decimal, probability_pct: Decimal, rounding: Decimal) -> Decimal:
    """Compute AV × P, expected on top of current business, rounded half up to steps of ``rounding``.

    200,000 more at 80 % are 160,000: with a current business of 500,000 the expected value is 660,000.
    """
    with localcontext(EXACT):
        return stepped(volume * probability_pct / HUNDRED, rounding)
