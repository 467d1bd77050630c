"""The yearly appraisal form of the literature, as the rule set that ships, and grades of several appraisers."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from builders import numbers
from rules import Policy, average_place, evaluate, lint

FILE = Path(__file__).parents[2] / "key_account_mgmt" / "data" / "templates" / "yearly_appraisal.json"
# Target 5.0 M, actual 4.0 M; three invoices paid late, one on time.
EXAMPLE = {
    "revenue": 4_000_000,
    "target_attainment_pct": 80,
    "cooperation_grade": "good",
    "late_count": 3,
    "on_time_count": 1,
    "information_grade": "excellent",
}


@pytest.fixture(scope="module")
def form():
    return Policy.load(json.loads(FILE.read_text()))


def appraise(form, **changes):
    return evaluate(form, {"x": numbers(EXAMPLE | changes)})["x"]


def at(total):
    """Facts that come to a total from 20 to 100 points, by performance and credit."""
    rest = {"cooperation_grade": "poor", "information_grade": "poor", "late_count": 0}
    return (
        rest | {"target_attainment_pct": (Decimal(total) - 20) * 2}
        if total <= 70
        else {
            "cooperation_grade": "excellent",
            "information_grade": "excellent",
            "late_count": 0,
            "target_attainment_pct": (Decimal(total) - 50) * 2,
        }
    )


def test_the_worked_example(form):
    """40 + 15 + 10 + 10 = 75 of 100; the pass mark is 80, so good over all; of five rewards it gets training."""
    result = appraise(form)
    assert result.points == {"performance": 40, "cooperation": 15, "credit": 10, "information": 10}
    assert (result.total, result.decision.tier) == (75, "good")
    assert [one.kind for one in result.decision.rewards] == ["training"]


@pytest.mark.parametrize(
    ("total", "tier", "rewards"),
    [
        ("20", "fair", []),
        ("59.99", "fair", []),
        ("60", "good", ["equipment"]),
        ("69.99", "good", ["equipment"]),
        ("70", "good", ["training"]),
        ("79.99", "good", ["training"]),
        ("80", "excellent", ["bonus"]),
        ("89.99", "excellent", ["bonus"]),
        ("90", "excellent", ["credit"]),
        ("100", "excellent", ["credit"]),
    ],
)
def test_overall_grade_and_reward_by_total(form, total, tier, rewards):
    result = appraise(form, **at(Decimal(total)))
    assert (result.total, result.decision.tier) == (Decimal(total), tier)
    assert [one.kind for one in result.decision.rewards] == rewards


@pytest.mark.parametrize(
    ("late", "on_time", "points"),
    [(0, 0, 20), (1, 1, 20), (1, 2, 20), (1, 0, 15), (3, 1, 10), (4, 0, 0), (5, 0, 0), (9, 1, 0)],
)
def test_an_invoice_on_time_offsets_one_paid_late(form, late, on_time, points):
    assert appraise(form, late_count=late, on_time_count=on_time).points["credit"] == points


@pytest.mark.parametrize("missing", ["target_attainment_pct", "cooperation_grade", "information_grade"])
def test_what_nobody_knows_gives_no_points_and_is_named(form, missing):
    result = appraise(form, **{missing: None})
    assert result.total == 75 - {"target_attainment_pct": 40, "cooperation_grade": 15, "information_grade": 10}[missing]
    assert missing in [one.params["metric"] for one in result.decision.reasons if one.code == "missing"]


def test_performance_beyond_the_target_gets_no_more_than_its_points(form):
    assert appraise(form, target_attainment_pct=250).points["performance"] == 50


def test_nothing_speaks_against_the_shipped_rules(form):
    assert lint(form) == []


@pytest.mark.parametrize(
    ("places", "average"),
    [
        ([0], 0),
        ([3], 3),
        ([1, 1], 1),
        ([0, 1], 1),
        ([0, 0, 1], 1),
        ([0, 2], 1),
        ([0, 0, 3], 1),
        ([1, 2, 2], 2),
        ([2, 0, 1], 1),
    ],
)
def test_between_two_grades_the_average_is_the_lower_one(places, average):
    assert average_place(places) == average


def test_no_grades_have_no_average():
    with pytest.raises(ValueError, match="no grades"):
        average_place([])
