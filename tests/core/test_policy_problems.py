"""Everything wrong with a policy is named at once: which row, which column, what was got and what is allowed."""

import json

import pytest
from builders import condition, criterion, metric, policy_dict, rule, table, tier
from rules import Policy, PolicyError

RULE = ("tables", "tier", "rules", "r1")
CONDITION = (*RULE, "conditions", 0)
SCALE = ("criteria", "c1", "scale")
KINDS = [metric("revenue"), metric("coop", "choice", ["good", "poor"])]
LINEAR = {"type": "linear", "target": "1"}


def problems(values):
    with pytest.raises(PolicyError) as caught:
        Policy.load(values)
    return caught.value.problems


def only(values):
    (problem,) = problems(values)
    return problem.path, problem.column, problem.code


def with_rule(*conditions, **columns):
    return policy_dict({**rule("r1", "A", *conditions), **columns}, metrics=KINDS)


def with_scale(scale, metric="revenue", **columns):
    return policy_dict(criteria=[{**criterion(scale, metric), **columns}], metrics=KINDS)


def bands(*steps):
    return {"type": "bands", "steps": [{"lower": lower, "points": points} for lower, points in steps]}


CONDITIONS = [
    (condition("turnover", ">=", "1"), "metric", "unknown_metric"),
    (condition("", ">=", "1"), "metric", "empty"),
    (condition("revenue", "=>", "1"), "operator", "not_allowed"),
    (condition("revenue", ">=", "1", measure="mean"), "measure", "not_allowed"),
    (condition("revenue", ">="), "values", "no_value"),
    (condition("revenue", "in"), "values", "no_value"),
    (condition("revenue", ">=", "1", "2"), "values", "too_many_values"),
    (condition("revenue", ">=", "abc"), "values", "not_a_number"),
    (condition("revenue", ">=", "1_000"), "values", "not_a_number"),
    (condition("revenue", ">=", ""), "values", "not_a_number"),
    (condition("revenue", ">=", "NaN"), "values", "not_finite"),
    (condition("revenue", ">=", "sNaN"), "values", "not_finite"),
    (condition("revenue", ">=", "-Infinity"), "values", "not_finite"),
    (condition("revenue", ">=", "1e24"), "values", "out_of_range"),
    (condition("revenue", ">=", "0.0000000000001"), "values", "too_many_decimals"),
    (condition("revenue", ">=", 0.5), "values", "wrong_type"),
    (condition("revenue", ">=", True), "values", "wrong_type"),
    (condition("revenue", ">=", None), "values", "wrong_type"),
    (condition("score", ">=", "x"), "values", "not_a_number"),
    (condition("coop", ">=", "good"), "operator", "operator_not_allowed"),
    (condition("coop", "=", "good", measure="rank"), "measure", "measure_not_allowed"),
    (condition("coop", "=", "great"), "values", "unknown_option"),
    (condition("coop", "=", 1), "values", "wrong_type"),
    ({**condition("revenue", ">=", "1"), "value": "1"}, "value", "unknown_field"),
    ({"metric": "revenue", "operator": ">="}, "values", "required"),
    ({"metric": "revenue", "operator": ">=", "values": "70"}, "values", "wrong_type"),
    ("revenue >= 1", "", "wrong_type"),
]


@pytest.mark.parametrize(("row", "column", "code"), CONDITIONS)
def test_a_broken_condition_is_named_by_rule_and_position(row, column, code):
    assert only(with_rule(row)) == (CONDITION, column, code)


SCALES = [
    (with_scale(bands()), SCALE, "steps", "no_steps"),
    (with_scale(bands(("1", "1"), ("0", "2"))), SCALE, "steps", "steps_not_ascending"),
    (with_scale(bands(("1", "1"), ("1.0", "2"))), SCALE, "steps", "duplicate_step"),
    (with_scale(bands(("0", "-1"))), (*SCALE, "steps", 0), "points", "negative"),
    (with_scale(bands(("x", "1"))), (*SCALE, "steps", 0), "lower", "not_a_number"),
    (with_scale({"type": "bands"}), SCALE, "steps", "required"),
    (with_scale({"type": "linear"}), ("criteria", "c1"), "scale", "one_target"),
    (with_scale({**LINEAR, "target_metric": "revenue"}), ("criteria", "c1"), "scale", "one_target"),
    (with_scale({"type": "linear", "target": "0"}), SCALE, "target", "not_positive"),
    (with_scale({"type": "linear", "target_metric": "coop"}), SCALE, "target_metric", "wrong_metric_kind"),
    (with_scale({"type": "linear", "target_metric": "score"}), SCALE, "target_metric", "score_not_allowed"),
    (with_scale({"type": "linear", "target_metric": "x"}), SCALE, "target_metric", "unknown_metric"),
    (with_scale({"type": "deductions", "points_each": "0"}), SCALE, "points_each", "not_positive"),
    (with_scale({"type": "grades", "grades": {}}, "coop"), SCALE, "grades", "no_grades"),
    (with_scale({"type": "grades", "grades": {"great": "1"}}, "coop"), (*SCALE, "grades"), "great", "unknown_option"),
    (with_scale({"type": "grades", "grades": {"good": "-1"}}, "coop"), (*SCALE, "grades"), "good", "negative"),
    (with_scale({"type": "grades", "grades": []}, "coop"), SCALE, "grades", "wrong_type"),
    (with_scale({"type": "grades", "grades": {"good": "1"}}), ("criteria", "c1"), "scale", "wrong_metric_kind"),
    (with_scale({"type": "percentile"}, "coop"), ("criteria", "c1"), "scale", "wrong_metric_kind"),
    (with_scale({"type": "sigmoid"}), SCALE, "type", "unknown_type"),
    (with_scale({}), SCALE, "type", "required"),
    (with_scale({**LINEAR, "steps": []}), SCALE, "steps", "unknown_field"),
    (with_scale(LINEAR, max_points="0"), ("criteria", "c1"), "max_points", "not_positive"),
    (with_scale(LINEAR, max_points="-5"), ("criteria", "c1"), "max_points", "not_positive"),
    (with_scale(LINEAR, metric="score"), ("criteria", "c1"), "metric", "score_not_allowed"),
    (with_scale(LINEAR, metric="x"), ("criteria", "c1"), "metric", "unknown_metric"),
]


@pytest.mark.parametrize(("values", "path", "column", "code"), SCALES)
def test_a_broken_criterion_is_named(values, path, column, code):
    assert only(values) == (path, column, code)


def changed(**parts):
    return {**policy_dict(rule("r1", "A")), **parts}


WHOLES = [
    (changed(tiers=[], tables=[table("tier")]), (), "tiers", "no_tiers"),
    (changed(tables=[]), (), "tables", "no_tier_table"),
    (changed(schema=2), (), "schema", "not_allowed"),
    (changed(name=5), (), "name", "wrong_type"),
    (changed(metrics="all"), (), "metrics", "wrong_type"),
    (changed(tears=[]), (), "tears", "unknown_field"),
    (changed(tiers=[tier("A", 1), tier("B", 1)]), ("tiers", "B"), "rank", "duplicate"),
    (changed(tiers=[tier("A", 1), tier("A", 2)]), ("tiers", "A"), "code", "duplicate"),
    (changed(tiers=[tier("A", 0)]), ("tiers", "A"), "rank", "out_of_range"),
    (changed(tiers=[tier("A", "1")]), ("tiers", "A"), "rank", "wrong_type"),
    (changed(metrics=[metric(), metric()]), ("metrics", "revenue"), "code", "duplicate"),
    (changed(metrics=[metric("score")]), ("metrics", "score"), "code", "reserved_code"),
    (changed(metrics=[metric("x", "date")]), ("metrics", "x"), "kind", "not_allowed"),
    (changed(metrics=[metric("x" * 201)]), ("metrics", "x" * 201), "code", "too_long"),
    (changed(metrics=[metric("x", "choice", ["a", "b", "a"])]), ("metrics", "x"), "options", "duplicate"),
    (changed(criteria=[criterion(LINEAR)] * 2), ("criteria", "c1"), "key", "duplicate"),
    (changed(tables=[table("tier"), table("tier")]), ("tables", "tier"), "kind", "duplicate"),
    (changed(tables=[table("tier"), table("award")]), ("tables", "award"), "kind", "not_allowed"),
    (policy_dict(rule("r1", "A"), rule("r1", "B")), RULE, "key", "duplicate"),
    (policy_dict(rule("r1", "Z")), RULE, "tier", "unknown_tier"),
    (with_rule(conditions=7), RULE, "conditions", "wrong_type"),
    (with_rule(sequence=7), RULE, "sequence", "unknown_field"),
    (policy_dict("r1"), ("tables", "tier", "rules", 0), "", "wrong_type"),
    (policy_dict({"tier": "A"}), ("tables", "tier", "rules", 0), "key", "required"),
]


@pytest.mark.parametrize(("values", "path", "column", "code"), WHOLES)
def test_what_does_not_fit_together_is_named(values, path, column, code):
    assert only(values) == (path, column, code)


def test_a_problem_says_what_was_got_and_what_is_allowed():
    (found,) = problems(with_rule(condition("coop", "=", "great")))
    assert found.params == {"got": "great", "allowed": ["good", "poor"], "index": 0}
    (found,) = problems(with_rule(condition("revenue", "=>", "1")))
    assert found.params["got"] == "=>"
    assert ">=" in found.params["allowed"]
    (found,) = problems(with_scale({"type": "sigmoid"}))
    assert found.params == {"got": "sigmoid", "allowed": ["bands", "linear", "grades", "deductions", "percentile"]}
    (found,) = problems(changed(tiers=[tier("A", 1), tier("B", 1)]))
    assert found.params == {"got": 1, "first": "A"}


def test_all_problems_are_found_not_the_first_only():
    values = with_rule(condition("x", "=>", "1"), condition("revenue", ">=", "a"), tier="Z")
    values |= {"criteria": [criterion(LINEAR, "y", max_points="0")], "tears": 1, "schema": 3}
    found = {(problem.path[-1:], problem.column, problem.code) for problem in problems(values)}
    assert found == {
        ((), "tears", "unknown_field"),
        ((), "schema", "not_allowed"),
        (("c1",), "metric", "unknown_metric"),
        (("c1",), "max_points", "not_positive"),
        (("r1",), "tier", "unknown_tier"),
        ((0,), "metric", "unknown_metric"),
        ((0,), "operator", "not_allowed"),
        ((1,), "values", "not_a_number"),
    }


def test_a_broken_metric_is_not_reported_again_by_what_refers_to_it():
    values = policy_dict(rule("r1", "A", condition("x", ">=", "1")), metrics=[metric("x", "date")])
    assert only(values) == (("metrics", "x"), "kind", "not_allowed")


@pytest.mark.parametrize("source", ["{", "", b"\xff", "[1, 2", "[" * 100_000])
def test_broken_json_is_one_clear_problem(source):
    assert [problem.code for problem in problems(source)] == ["not_json"]


@pytest.mark.parametrize("values", [None, 5, [], "[]", "null"])
def test_something_else_than_an_object_is_refused(values):
    assert "wrong_type" in [problem.code for problem in problems(values)]


def test_numbers_of_a_json_text_are_read_as_written():
    source = json.dumps(with_rule(condition("revenue", ">=", "@"))).replace('"@"', "0.1000000000")
    assert str(Policy.load(source).tables[0].rules[0].conditions[0].values[0].normalize()) == "0.1"
    assert only(source.replace("0.1000000000", "NaN")) == (CONDITION, "values", "not_finite")


def test_problems_are_readable_in_a_log():
    assert str(problems(with_rule(tier="Z"))[0]) == (
        "tables/tier/rules/r1/tier: unknown_tier {'got': 'Z', 'allowed': ['A', 'B', 'C']}"
    )
    with pytest.raises(PolicyError, match=r"^tiers: no_tiers$"):
        Policy.load(changed(tiers=[], tables=[table("tier")]))


@pytest.mark.parametrize("text", ["A\0B", "A\ud800B"])
def test_a_text_that_no_database_can_hold(text):
    rows = [{**tier("A", 1), "name": text}]
    assert only({**policy_dict(rule("r1", "A")), "tiers": rows}) == (("tiers", "A"), "name", "not_storable")
    assert only({**policy_dict(rule("r1", "A")), "name": text}) == ((), "name", "not_storable")
