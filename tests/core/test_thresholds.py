"""A condition is judged exactly at, just below and just above its threshold."""

from decimal import Decimal, localcontext

import pytest
from builders import condition, decide, metric, policy, rule

ENGINES = ["durable-rules", "reference"]
TINY = "0.000000000001"
KINDS = [metric("value", "number"), metric("segment", "choice", ["retail", "public", "none"])]

TABLE = [
    # operator, threshold, below, at, above
    (">=", "70", False, True, True),
    (">", "70", False, False, True),
    ("<=", "70", True, True, False),
    ("<", "70", True, False, False),
    ("=", "70", False, True, False),
    ("!=", "70", True, False, True),
    ("in", "70", False, True, False),
    ("not in", "70", True, False, True),
    (">=", "0", False, True, True),
    ("<", "0", True, False, False),
    (">=", "-5", False, True, True),
    (">=", "1000000000000000.01", False, True, True),
    ("<=", "1000000000000000000", True, True, False),
]


def fires(engine, conditions, facts):
    made = policy(rule("r1", "A", *conditions), metrics=KINDS)
    return decide(made, {"x": facts}, engine)["x"].tier == "A"


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("operator", "threshold", "below", "at", "above"), TABLE)
def test_threshold_counts_exactly(engine, operator, threshold, below, at, above):
    def found(offset):
        return fires(engine, [condition("value", operator, threshold)], {"value": exact(threshold, offset)})

    assert [found("-" + TINY), found("0"), found(TINY)] == [below, at, above]


def exact(threshold, offset):
    with localcontext() as context:
        context.prec = 60
        return Decimal(threshold) + Decimal(offset)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("operator", [">=", ">", "<=", "<", "=", "!=", "in", "not in"])
def test_nothing_is_true_of_a_missing_value(engine, operator):
    assert not fires(engine, [condition("value", operator, "0")], {"value": None})


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("operator", "options", "fired"),
    [
        ("=", ["retail"], {"retail"}),
        ("!=", ["retail"], {"public", "none", "other"}),
        ("in", ["retail", "none"], {"retail", "none"}),
        ("not in", ["retail", "none"], {"public", "other"}),
    ],
)
def test_choices_are_told_apart_by_their_option(engine, operator, options, fired):
    segments = ["retail", "public", "none", "other", None]
    found = {one for one in segments if fires(engine, [condition("segment", operator, *options)], {"segment": one})}
    assert found == fired


@pytest.mark.parametrize("engine", ENGINES)
def test_all_conditions_of_a_rule_must_hold(engine):
    both = [condition("value", ">=", "10"), condition("segment", "=", "retail")]
    assert fires(engine, both, {"value": 10, "segment": "retail"})
    assert not fires(engine, both, {"value": 9, "segment": "retail"})
    assert not fires(engine, both, {"value": 10, "segment": "public"})
    assert not fires(engine, both, {"value": 10})


@pytest.mark.parametrize("engine", ENGINES)
def test_several_conditions_on_one_metric_make_an_interval(engine):
    between = [condition("value", ">", "10"), condition("value", "<=", "20"), condition("value", "!=", "15")]
    assert [value for value in (10, 11, 15, 20, 21) if fires(engine, between, {"value": value})] == [11, 20]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_rule_without_conditions_takes_everybody(engine):
    assert fires(engine, [], {"value": None})


@pytest.mark.parametrize("engine", ENGINES)
def test_conditions_that_exclude_each_other_take_nobody(engine):
    assert not fires(engine, [condition("value", ">", "1"), condition("value", "<", "1")], {"value": 1})
