"""Weights that have to add up do so to the last digit, or the policy is refused with every row and its points."""

import pytest
from builders import criterion, policy, policy_dict
from rules import Policy, PolicyError

PERCENTILE = {"type": "percentile"}


def weighted(total, *points):
    """A policy's JSON form with criteria c1, c2, … of these maximum points; ``total`` as a file may have it."""
    rows = [criterion(PERCENTILE, key=f"c{number}", max_points=one) for number, one in enumerate(points, 1)]
    made = policy_dict(criteria=rows)
    return made if total is None else {**made, "weights_total": total}


def problems(values):
    with pytest.raises(PolicyError) as caught:
        Policy.load(values)
    return caught.value.problems


@pytest.mark.parametrize(
    ("total", "points"),
    [
        ("100", ["100"]),
        ("100", ["30", "30", "20", "20"]),
        (100, ["33.333333", "33.333333", "33.333334"]),
        ("0.3", ["0.1", "0.2"]),
        ("100.00", ["100"]),
        ("1000000000000000000", ["999999999999999999", "1"]),
        ("1", ["0.1"] * 10),
        ("100", ["33.33", "33.33", "33.34"]),
        (None, ["7", "5"]),
        ("100", []),
    ],
)
def test_weights_that_add_up_are_taken(total, points):
    assert len(Policy.load(weighted(total, *points)).criteria) == len(points)


@pytest.mark.parametrize(
    ("total", "points", "got"),
    [
        ("100", ["30", "30", "20", "10"], "90"),
        ("100", ["99.999999"], "99.999999"),
        ("100", ["99", "1.000001"], "100.000001"),
        ("0.000001", ["100"], "100"),
        ("999999999999999999999999", ["999999999999999999999998", "1.000001"], "999999999999999999999999.000001"),
    ],
)
def test_weights_that_do_not_add_up_are_refused_with_their_rows(total, points, got):
    (problem,) = problems(weighted(total, *points))
    assert (problem.path, problem.column, problem.code) == ((), "weights_total", "weights_not_in_total")
    rows = {f"c{number}": one for number, one in enumerate(points, 1)}
    assert problem.params == {"got": got, "allowed": total, "rows": rows}


@pytest.mark.parametrize(
    ("total", "code"), [("0", "not_positive"), ("-5", "not_positive"), ("x", "not_a_number"), (99.5, "wrong_type")]
)
def test_a_total_that_cannot_be_is_named(total, code):
    (problem,) = problems(weighted(total, "100"))
    assert (problem.path, problem.column, problem.code) == ((), "weights_total", code)


def test_a_broken_row_is_not_blamed_for_the_sum_too():
    assert [one.code for one in problems(weighted("100", "90", "x"))] == ["not_a_number"]
    twice = weighted("100", "60", "40")
    twice["criteria"][1]["key"] = "c1"
    assert [one.code for one in problems(twice)] == ["duplicate"]


def test_the_sum_is_said_beside_what_is_wrong_elsewhere():
    found = {one.code for one in problems({**weighted("100", "90"), "tables": []})}
    assert found == {"weights_not_in_total", "no_tier_table"}


def test_the_total_is_content_and_its_absence_changes_no_hash():
    free, bound = Policy.load(weighted(None, "60", "40")), Policy.load(weighted("100.0", "60", "40"))
    assert "weights_total" not in free.dump()
    assert bound.dump()["weights_total"] == "100"
    assert free.content_hash != bound.content_hash
    assert Policy.load(bound.dump()) == bound
    assert policy().content_hash == ("7170a225bf11c15a917007ad3d08172053a14bf1058458362b04877a58aa47d8")
