import pytest

from benchmarks.comparison import compare


def _rounds(*milliseconds, queries=10):
    return [(one, queries) for one in milliseconds]


@pytest.mark.parametrize(
    ("without", "with_addon", "more_ms", "more_pct"),
    [
        (_rounds(20, 20, 20), _rounds(22, 22, 22), 2, 10),
        # Faster with it: less than nothing.
        (_rounds(20, 20, 20), _rounds(19, 19, 19), -1, -5),
        # A machine that gets busier does so for both sides of a pair.
        (_rounds(10, 20, 40), _rounds(12, 22, 42), 2, 10),
        # One round that something else disturbed does not count.
        (_rounds(20, 20, 20), _rounds(22, 900, 22), 2, 10),
    ],
)
def test_rounds_are_compared_pair_by_pair(without, with_addon, more_ms, more_pct):
    result = compare(without, with_addon)
    assert (result["more_ms"], pytest.approx(result["more_pct"])) == (more_ms, more_pct)


def test_queries_and_times_of_both_sides_are_told():
    result = compare(_rounds(30, 10, 20, queries=14), _rounds(21, 22, 23, queries=16))
    assert result["more_queries"] == 2
    assert result["without"] == {"ms": 20, "best_ms": 10, "queries": 14}


def test_both_sides_have_as_many_rounds():
    with pytest.raises(ValueError, match="zip"):
        compare(_rounds(1), _rounds(1, 2))
