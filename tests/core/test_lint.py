"""What is legal in a rule set and still doubtful."""

import pytest
from builders import condition, criterion, metric, policy, rule
from rules import lint

A, B, REST = (
    rule("a", "A", condition("revenue", ">=", "100")),
    rule("b", "B", condition("revenue", ">", "50")),
    rule("c", "C"),
)
COOP = metric("coop", "choice", ["good", "poor"])


def doubts(*rules, **parts):
    return [
        (problem.path[-1] if problem.path else "", problem.column, problem.code)
        for problem in lint(policy(*rules, **parts))
    ]


def test_a_sound_policy_raises_no_doubt():
    assert doubts(A, B, REST, vetoes=[rule("v", "C", condition("revenue", "<", "3"))]) == []


def test_a_tier_that_no_rule_gives():
    assert doubts(A, REST) == [("B", "code", "tier_never_given")]


def test_a_tier_that_only_a_veto_gives_is_given():
    assert doubts(A, REST, vetoes=[rule("v", "B", condition("revenue", "<", "3"))]) == []


def test_a_tier_table_without_a_last_rule_for_everybody():
    assert doubts(A, B, rule("c", "C", condition("revenue", ">=", "1"))) == [("tier", "rules", "no_rule_for_everybody")]


@pytest.mark.parametrize(
    ("earlier", "later", "unreachable"),
    [
        ([], [condition("revenue", ">", "1")], True),
        ([condition("revenue", ">=", "50")], [condition("revenue", ">=", "50")], True),
        ([condition("revenue", ">=", "50")], [condition("revenue", ">", "50")], True),
        ([condition("revenue", ">=", "50")], [condition("revenue", "in", "50", "60")], True),
        ([condition("revenue", ">", "50")], [condition("revenue", ">=", "50")], False),
        ([condition("revenue", ">=", "50")], [condition("coop", "=", "good")], False),
        ([condition("revenue", ">=", "50")], [condition("coop", "=", "good"), condition("revenue", "=", "70")], True),
        ([condition("coop", "!=", "poor")], [condition("coop", "=", "good")], True),
        ([condition("revenue", ">=", "50")], [condition("revenue", ">=", "60", measure="rank")], False),
    ],
)
def test_a_rule_behind_one_that_takes_all_its_customers_is_unreachable(earlier, later, unreachable):
    rules = [rule("a", "A", *earlier), rule("b", "B", *later), REST]
    found = ("b", "conditions", "unreachable") in doubts(*rules, metrics=[metric(), COOP])
    assert found == unreachable


def test_conditions_that_exclude_each_other():
    empty = rule("a", "A", condition("revenue", ">", "5"), condition("revenue", "<=", "5"))
    assert doubts(empty, B, REST) == [("a", "conditions", "impossible")]


def test_points_above_the_maximum_and_options_without_grade():
    bands = {"type": "bands", "steps": [{"lower": "0", "points": "5"}, {"lower": "1", "points": "101"}]}
    grades = {"type": "grades", "grades": {"good": "100.5"}}
    found = doubts(A, B, REST, criteria=[criterion(bands), criterion(grades, "coop", "c2")], metrics=[metric(), COOP])
    assert found == [
        (1, "points", "above_maximum"),
        ("grades", "good", "above_maximum"),
        ("grades", "poor", "option_without_grade"),
    ]


def test_vetoes_that_change_nothing_or_everything():
    assert doubts(A, B, REST, vetoes=[rule("v", "A"), rule("w", "C")]) == [
        ("v", "tier", "veto_without_effect"),
        ("v", "conditions", "veto_for_everybody"),
        ("w", "conditions", "veto_for_everybody"),
    ]


def test_a_condition_on_the_score_while_nothing_is_scored():
    assert doubts(rule("a", "A", condition("score", ">", "5"), condition("revenue", ">", "5")), B, REST) == [
        (0, "metric", "score_without_criteria")
    ]
