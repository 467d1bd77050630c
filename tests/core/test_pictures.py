"""What pictures of customers are made of: the limits of levels, and the corners of a radar."""

from decimal import Decimal

import pytest
from rules import LevelError, by_bounds, by_shares, corners


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ([1, 4, 15, 80], [(1, 1), (5, 4), (20, 15), (None, 80)]),
        (["1", "4", "15"], [(1, 1), (5, 4), (20, 15), (None, 80)]),
        (["0.5", "99.5"], [(Decimal("0.5"), Decimal("0.5")), (None, Decimal("99.5"))]),
        ([100], [(None, 100)]),
        ([80, 20], [(80, 80), (None, 20)]),
        (["99.999999"], [(Decimal("99.999999"), Decimal("99.999999")), (None, Decimal("0.000001"))]),
    ],
)
def test_shares_add_up_and_the_rest_is_a_level(limits, expected):
    assert by_shares(limits) == expected


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ([80, 60], [80, 60, None]),
        (["60", "80"], [80, 60, None]),
        ([0], [0, None]),
        (["-5", "0.1"], [Decimal("0.1"), -5, None]),
        ([Decimal("1e3")], [1000, None]),
    ],
)
def test_bounds_go_down_and_below_the_last_is_a_level(limits, expected):
    assert [level.limit for level in by_bounds(limits)] == expected


@pytest.mark.parametrize(
    ("cut", "limits", "code", "got"),
    [
        (by_shares, [], "none", ""),
        (by_bounds, [], "none", ""),
        (by_shares, [1] * 11, "too_many", "11"),
        (by_shares, ["ten"], "not_a_number", "ten"),
        (by_shares, [0.1], "not_a_number", "0.1"),
        (by_bounds, [None], "not_a_number", "None"),
        (by_bounds, ["NaN"], "not_a_number", "NaN"),
        (by_shares, [10, 0], "not_positive", "0"),
        (by_shares, [-1, 50], "not_positive", "-1"),
        (by_shares, [50, "50.000001"], "over_100", "100.000001"),
        (by_bounds, [5, "5.0"], "twice", "5"),
    ],
)
def test_limits_that_make_no_levels_say_which(cut, limits, code, got):
    with pytest.raises(LevelError) as caught:
        cut(limits)
    assert (caught.value.code, caught.value.got) == (code, got)


def test_ten_limits_are_not_too_many():
    assert len(by_bounds(range(10))) == 11


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        ([], []),
        ([10, 10, 10, 10], [(0, -10, "middle"), (10, 0, "start"), (0, 10, "middle"), (-10, 0, "end")]),
        ([0, 5, 0, 2], [(0, 0, "middle"), (5, 0, "start"), (0, 0, "middle"), (-2, 0, "end")]),
        ([2, 2, 2], [(0, -2, "middle"), (1.73, 1, "start"), (-1.73, 1, "end")]),
    ],
)
def test_corners_go_clockwise_from_above(lengths, expected):
    assert corners(lengths) == expected


def test_corners_lie_about_the_middle():
    assert corners([1, 1], (50, 40)) == [(50, 39, "middle"), (50, 41, "middle")]
