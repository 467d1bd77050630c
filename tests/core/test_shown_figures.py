"""What people read of a judgement says the same as the judgement."""

from decimal import Decimal

import pytest
from hypothesis import given, strategies
from rules import DiscountLine, judge, shown_given, shown_margin

CENT = Decimal("0.01")
PERCENTAGES = strategies.decimals(0, 100, places=4)


@pytest.mark.parametrize(
    ("discount", "cap", "over", "shown"),
    [
        ("21.3801", "21.38", True, "21.39"),
        ("21.3849", "21.38", True, "21.39"),
        ("21.38004", "21.38", False, "21.38"),
        ("12.3450", "12.345", False, "12.345"),
        ("12.3501", "12.345", False, "12.345"),
        ("12.3499", "12.345", True, "12.35"),
        ("9.994", "10", False, "9.99"),
        ("-5.005", "10", False, "-5.01"),
        ("33.3333", None, False, "33.33"),
    ],
)
def test_a_discount_reads_as_it_was_judged(discount, cap, over, shown):
    cap = cap and Decimal(cap)
    assert shown_given(Decimal(discount), cap, over) == Decimal(shown)


@pytest.mark.parametrize(
    ("margin", "floor", "below", "shown"),
    [
        ("19.9999", "20", True, "19.99"),
        ("19.9999", "20", False, "20"),
        ("20.004", "20", False, "20.00"),
        ("7.5", None, False, "7.50"),
    ],
)
def test_a_margin_reads_as_it_was_judged(margin, floor, below, shown):
    floor = floor and Decimal(floor)
    assert shown_margin(Decimal(margin), floor, below) == Decimal(shown)


def test_what_is_not_known_is_not_shown():
    assert shown_given(None, Decimal(10), False) is None
    assert shown_margin(None, Decimal(10), False) is None


@given(strategies.decimals(1, 10_000, places=3), PERCENTAGES, PERCENTAGES)
def test_no_line_contradicts_itself(reference, discount, cap):
    net = reference * (100 - discount) / 100
    line = DiscountLine(key=1, net=net, reference=reference, cap=cap, quantity=1)
    [judged] = judge([line], CENT).lines
    assert (judged.shown_pct > cap) == judged.over_cap
