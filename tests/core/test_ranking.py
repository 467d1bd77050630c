"""Ranks, rank percentages and cumulative shares, against their definition."""

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from builders import revenues
from hypothesis import given, settings
from hypothesis import strategies as st
from rules import rank
from rules.decision.ranking import Ranking

VALUES = st.lists(
    st.none() | st.sampled_from([Decimal(0), Decimal("-3.5"), Decimal("0.01"), Decimal(7), Decimal("1e15")])
    | st.decimals(-1000, 1000, places=2, allow_nan=False),
    max_size=12,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(VALUES)
def test_standings_follow_their_definition(values):
    standings = rank(dict(enumerate(values)))
    present = [Fraction(value) for value in values if value is not None]
    total = sum(max(value, 0) for value in present)
    for key, value in enumerate(values):
        if value is None:
            assert standings[key] is None
            continue
        better = [other for other in present if other > value]
        standing = standings[key]
        assert (standing.rank, standing.population) == (len(better) + 1, len(values))
        assert close(standing.rank_pct, Fraction(standing.rank * 100, len(values)))
        own_and_better = sum(max(other, 0) for other in [*better, Fraction(value)])
        assert close(standing.cumulative_share_pct, own_and_better * 100 / total if total else None)


def close(found, exact):
    return found is exact is None or abs(Fraction(found) - exact) < Fraction(1, 10**40)


@pytest.mark.parametrize(
    ("values", "ranks"),
    [
        ([30, 20, 10], [1, 2, 3]),
        ([20, 30, 20, 10], [2, 1, 2, 4]),
        ([5, 5, 5], [1, 1, 1]),
        ([-5, 0, -5], [2, 1, 2]),
        ([None, 1], [None, 1]),
        ([None], [None]),
        ([], []),
        (["1e15", "1000000000000000.01"], [2, 1]),
    ],
)
def test_equal_values_share_the_better_rank(values, ranks):
    standings = rank({key: row["revenue"] for key, row in revenues(*values).items()})
    assert [standing and standing.rank for standing in standings.values()] == ranks


def test_decimals_of_different_spelling_are_equal():
    assert {one.rank for one in rank({"a": Decimal("5"), "b": Decimal("5.00"), "c": 5}).values()} == {1}


def test_cumulative_share_counts_everybody_better_and_oneself():
    standings = rank({"a": 50, "b": 30, "c": 30, "d": -10, "e": None})
    shares = [standing and standing.cumulative_share_pct for standing in standings.values()]
    assert [share and round(share, 3) for share in shares] == [
        Decimal("45.455"), Decimal("72.727"), Decimal("72.727"), Decimal(100), None]  # fmt: skip


@pytest.mark.parametrize("values", [[0, 0], [-1, 0]])
def test_there_is_no_share_of_nothing(values):
    assert {one.cumulative_share_pct for one in rank(dict(enumerate(values))).values()} == {None}


def test_percentages_keep_fifty_digits_whatever_the_caller_computes_with():
    with localcontext() as context:
        context.prec = 3
        standing = rank(dict.fromkeys(range(3), 1))[0]
    assert standing.rank_pct == Decimal("33.333333333333333333333333333333333333333333333333")


def test_a_value_that_nobody_has_is_placed_among_the_others():
    ranking = Ranking([10, 20, 30])
    assert ranking.standing(25).rank == 2
    assert ranking.standing(99).rank == 1
    assert ranking.standing(1).rank == 4
    assert Ranking([]).standing(1) is None
