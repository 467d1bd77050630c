"""The table of value types: its form, which row suggests, and what is said where none does."""

import json
from random import Random

import pytest
from builders import (
    condition,
    decide,
    fixed,
    grants,
    grants_dict,
    metric,
    needs_durable,
    numbers,
    of_tier,
    policy,
    reasons,
    reward,
    rule,
    value_type,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from random_policies import decided_alike, random_grants
from rules import Evaluator, Policy, PolicyError, lint

ENGINES = ["durable-rules", "reference"]
KINDS = ["intrinsic", "extrinsic", "strategic"]
ROW = ("tables", "value_type", "rules", "intrinsic")
METRICS = [metric(), metric("margin_pct", "percentage"), metric("customer_years", "count")]
# Long standing customers of the best tier are partners; who leaves a good margin wants service; the rest the price.
LADDER = [
    value_type("strategic", of_tier("A"), condition("customer_years", ">=", "3")),
    value_type("extrinsic", condition("margin_pct", ">=", "30")),
    value_type("intrinsic", condition("margin_pct", "<", "30")),
]


def ladder(*kinds, **parts):
    return grants(
        rule("best", "A", condition("revenue", ">=", "1000")), rule("all", "C"),
        kinds=kinds or LADDER, metrics=METRICS, **parts,
    )  # fmt: skip


def suggest(facts, made=None, engine=None, override_tiers=None):
    """The kind that is suggested for one customer, or None."""
    decision = decide(made or ladder(), {"x": numbers(facts)}, engine, override_tiers)["x"]
    return decision.value_type and decision.value_type.value_type


# --- Which row suggests ---


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("revenue", "years", "margin", "kind"),
    [
        (1000, 3, 10, "strategic"),
        (1000, 3, 90, "strategic"),
        (1000, 2, 30, "extrinsic"),
        (999, 3, 30, "extrinsic"),
        (999, 3, 29, "intrinsic"),
        (1000, 2, -5, "intrinsic"),
        (1000, 4, None, "strategic"),
        (1000, 2, None, None),
        (1000, None, 30, "extrinsic"),
        (0, None, None, None),
    ],
)
def test_the_first_row_that_holds_suggests(engine, revenue, years, margin, kind):
    assert suggest({"revenue": revenue, "customer_years": years, "margin_pct": margin}, engine=engine) == kind


def test_rows_ask_for_the_tier_after_vetoes():
    veto = rule("short", "C", condition("margin_pct", "<", "10"))
    facts = {"revenue": 1000, "customer_years": 3, "margin_pct": 9}
    assert suggest(facts, ladder(vetoes=[veto])) == "intrinsic"


def test_rows_ask_for_an_overridden_tier_instead_of_the_decided_one():
    facts = {"revenue": 1000, "customer_years": 3, "margin_pct": 30}
    assert suggest(facts, override_tiers={"x": "C"}) == "extrinsic"
    assert suggest({**facts, "revenue": 1}, override_tiers={"x": "A"}) == "strategic"


def test_a_customer_without_a_tier_can_be_asked_for():
    made = grants(
        rule("best", "A", condition("revenue", ">=", "1000")),
        kinds=[value_type("extrinsic", of_tier("no_tier")), value_type("strategic")],
    )
    assert [suggest({"revenue": revenue}, made) for revenue in (999, 1000)] == ["extrinsic", "strategic"]


def test_rows_can_compare_customers_with_each_other():
    top = value_type("strategic", condition("revenue", "<=", "50", measure="rank_pct"))
    made = ladder(top, value_type("intrinsic"))
    decisions = decide(made, {key: numbers({"revenue": key}) for key in (1, 2, 3, 4)})
    assert [decisions[key].value_type.value_type for key in (1, 2, 3, 4)] == ["intrinsic"] * 2 + ["strategic"] * 2


# --- Reasons ---


def test_the_suggestion_says_why():
    decision = decide(ladder(), {"x": numbers({"revenue": 999, "margin_pct": 30})})["x"]
    rule_reason, missing = decision.value_type.reasons
    facts = [{"metric": "margin_pct", "measure": "value", "value": 30}]
    assert rule_reason == ("value_type_rule", {"rule": "extrinsic", "value_type": "extrinsic", "facts": facts})
    assert missing == ("missing", {"metric": "customer_years", "rule": "strategic"})
    assert not reasons(decision, "no_value_type_rule") and not reasons(decision, "missing")


def test_no_suggestion_says_what_was_missing():
    decision = decide(ladder(), {"x": numbers({"revenue": 999, "customer_years": 1})})["x"]
    assert decision.value_type is None and decision.grants is None
    assert reasons(decision, "no_value_type_rule") == [{}]
    assert reasons(decision, "missing") == [
        {"metric": "margin_pct", "rule": "extrinsic"}, {"metric": "margin_pct", "rule": "intrinsic"},
    ]  # fmt: skip


def test_a_policy_without_the_table_says_nothing_of_kinds():
    decision = decide(policy(), {"x": {}})["x"]
    assert decision.value_type is None
    assert [reason.code for reason in decision.reasons] == ["tier_rule"]


def test_an_empty_table_says_nothing_either():
    values = grants_dict()
    values["tables"].append({"kind": "value_type", "rules": []})
    evaluator = Evaluator(Policy.load(values))
    assert not evaluator.has_grants
    assert [reason.code for reason in decide(Policy.load(values), {"x": {}})["x"].reasons] == ["tier_rule"]


def test_suggestions_are_kept_as_plain_values_beside_rewards():
    made = ladder(value_type("strategic"), rewards=[reward("bonus", formula=fixed(5))])
    kept = json.loads(json.dumps(decide(made, {"x": {}})["x"].grants))
    assert set(kept) == {"rewards", "value_type"}
    params = {"rule": "strategic", "value_type": "strategic", "facts": []}
    reason = {"code": "value_type_rule", "params": params}
    assert kept["value_type"] == {"rule": "strategic", "value_type": "strategic", "reasons": [reason]}
    alone = decide(ladder(value_type("strategic")), {"x": {}})["x"].grants
    assert alone == {"rewards": [], "value_type": kept["value_type"]}


def test_what_rows_look_at_is_collected():
    assert Evaluator(ladder()).metrics == {"revenue", "margin_pct", "customer_years"}
    assert Evaluator(ladder()).has_grants


# --- Form ---


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_goes_out_as_it_came_in(kind):
    values = grants_dict(kinds=[value_type(kind, of_tier("A"))])
    assert Policy.load(values).dump() == values


def test_a_policy_without_the_table_has_the_fingerprint_that_it_had_before():
    assert policy().content_hash == "7170a225bf11c15a917007ad3d08172053a14bf1058458362b04877a58aa47d8"


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (value_type("cheap", key="intrinsic"), "value_type", "not_allowed"),
        ({"key": "intrinsic"}, "value_type", "required"),
        (value_type() | {"value_type": None}, "value_type", "not_allowed"),
        (value_type() | {"tier": "A"}, "tier", "unknown_field"),
    ],
)
def test_a_broken_row_is_named(row, column, code):
    with pytest.raises(PolicyError) as caught:
        Policy.load(grants_dict(kinds=[row]))
    assert [(one.path, one.column, one.code) for one in caught.value.problems] == [(ROW, column, code)]


def test_no_metric_may_be_called_tier_beside_the_table():
    with pytest.raises(PolicyError) as caught:
        Policy.load(grants_dict(kinds=[value_type()], metrics=[metric("tier")]))
    assert [one.code for one in caught.value.problems] == ["reserved_code"]


def test_a_row_that_is_never_reached_is_doubtful():
    made = grants(kinds=[value_type("intrinsic"), value_type("strategic", of_tier("A"))], tiers=("A",))
    assert [(one.path[-1], one.code, one.params) for one in lint(made)] == [
        ("strategic", "unreachable", {"behind": "intrinsic"})
    ]


# --- Any policy ---


def random_kinds(random):
    return random_grants(
        random, "kinds", lambda key, conditions: value_type(random.choice(KINDS), *conditions, key=key)
    )


@needs_durable
@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32))
def test_any_table_suggests_what_the_obvious_evaluator_says(seed):
    random = Random(seed)
    made = random_kinds(random)
    for decision, held in decided_alike(random, made, "value_type"):
        suggested = decision.value_type and decision.value_type.rule
        assert suggested == (held[0].key if held else None), made.dump()
