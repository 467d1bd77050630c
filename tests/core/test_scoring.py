"""Points of each scale, at and beside its limits."""

from decimal import Decimal

import pytest
from builders import criterion, metric, numbers, points, policy, reasons, revenues
from rules import evaluate

BANDS = {"type": "bands", "steps": [
    {"lower": "0", "points": "5"}, {"lower": "10", "points": "20"}, {"lower": "20", "points": "150"}]}  # fmt: skip
LINEAR = {"type": "linear", "target": "200"}
BY_METRIC = {"type": "linear", "target_metric": "goal"}
DEDUCTIONS = {"type": "deductions", "points_each": "5", "offset_metric": "on_time"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [("-0.01", 0), ("0", 5), ("9.999999", 5), ("10", 20), ("10.01", 20), ("20", 100), ("1e18", 100), (None, 0)],
)
def test_bands_are_half_open_and_never_give_more_than_the_maximum(value, expected):
    assert points(BANDS, {"value": value}) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("-1", 0), ("0", 0), ("1", "0.5"), ("199.99", "99.995"), ("200", 100), ("201", 100), ("1e15", 100), (None, 0)],
)
def test_linear_points_are_in_proportion_and_clamped(value, expected):
    assert points(LINEAR, {"value": value}) == Decimal(expected)


@pytest.mark.parametrize(("goal", "expected"), [("400", 25), ("100", 100), ("0", 0), ("-5", 0), (None, 0), ("1e18", 0)])
def test_a_target_may_be_a_metric_and_nothing_is_a_share_of_no_target(goal, expected):
    assert points(BY_METRIC, {"value": "100", "goal": goal}) == expected


@pytest.mark.parametrize(("option", "expected"), [("good", 15), ("excellent", 20), ("poor", 0), ("new", 0), (None, 0)])
def test_grades_give_their_points(option, expected):
    kinds = [metric("value", "choice", ["good", "excellent", "poor"])]
    scale = {"type": "grades", "grades": {"good": "15", "excellent": "25"}}
    assert points(scale, {"value": option}, "20", kinds) == expected


@pytest.mark.parametrize(
    ("late", "on_time", "expected"),
    [(3, 1, 10), (0, 0, 20), (1, 5, 20), (4, 0, 0), (5, 0, 0), (0, 9, 20), (None, 0, 0), (3, None, 0)],
)
def test_deductions_are_offset_and_stop_at_zero(late, on_time, expected):
    assert points(DEDUCTIONS, {"value": late, "on_time": on_time}, "20") == expected


def test_deductions_without_offset():
    assert points({"type": "deductions", "points_each": "5"}, {"value": 3}, "20") == 5


def scored(*values):
    made = policy(criteria=[criterion({"type": "percentile"})])
    return [result.points["c1"] for result in evaluate(made, revenues(*values)).values()]


def test_percentile_points_follow_the_rank():
    assert scored(10, 40, 30, 20) == [25, 100, 75, 50]


def test_customers_with_equal_values_get_equal_percentile_points():
    assert scored(5, 5, 1, 9) == [75, 75, 25, 100]


def test_a_customer_without_value_counts_in_the_population_and_gets_no_points():
    assert scored(10, None, 20, None) == [75, 0, 100, 0]


@pytest.mark.parametrize(("value", "expected"), [("1", "33.333333"), ("2", "66.666667"), ("0.0000001", "0.000003")])
def test_points_are_rounded_half_up_to_six_decimals(value, expected):
    assert points({"type": "linear", "target": "3"}, {"value": value}) == Decimal(expected)


def test_yearly_appraisal_form():
    """Performance 40 of 50, cooperation 15 of 20, credit 10 of 20, information 10 of 10: 75 in all."""
    grades = ["excellent", "good", "fair", "poor"]
    kinds = [metric("performance"), metric("late", "count"), metric("on_time", "count")]
    kinds += [metric("cooperation", "choice", grades), metric("information", "choice", grades)]
    good = {"type": "grades", "grades": {"excellent": "20", "good": "15", "fair": "10"}}
    form = [
        criterion({"type": "linear", "target": "5000000"}, "performance", "performance", "50", "finance"),
        criterion(good, "cooperation", "cooperation", "20", "service"),
        criterion(DEDUCTIONS, "late", "credit", "20", "finance"),
        criterion({"type": "grades", "grades": {"excellent": "10"}}, "information", "information", "10", "service"),
    ]
    facts = {"performance": 4_000_000, "late": 3, "on_time": 1, "cooperation": "good", "information": "excellent"}
    result = evaluate(policy(metrics=kinds, criteria=form), {"x": numbers(facts)})["x"]
    assert result.points == {"performance": 40, "cooperation": 15, "credit": 10, "information": 10}
    assert result.perspectives == {"finance": 50, "service": 25}
    assert result.total == 75


def test_a_missing_value_is_a_reason():
    made = policy(criteria=[criterion(BY_METRIC | {"target_metric": "goal"})], metrics=[metric(), metric("goal")])
    results = evaluate(made, {"a": {"revenue": 1}, "b": {"goal": 1}, "c": {"revenue": 1, "goal": 0}})
    missing = {key: [one["metric"] for one in reasons(result.decision, "missing")] for key, result in results.items()}
    assert missing == {"a": ["goal"], "b": ["revenue"], "c": ["goal"]}
    assert reasons(results["a"].decision, "missing") == [{"metric": "goal", "criterion": "c1"}]


def test_without_criteria_the_total_is_zero():
    result = evaluate(policy(), revenues(5))[1]
    assert (result.points, result.perspectives, result.total) == ({}, {}, 0)
    assert result.standing.rank == 1
