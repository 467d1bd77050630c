"""The table of rewards: its form, what a bonus comes to, and that every row which holds gives its reward."""

import json
from decimal import Decimal
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
    reasons,
    reward,
    rule,
    share,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from random_policies import decided_alike, random_grants
from rules import Evaluator, Policy, PolicyError
from rules.decision.rewards import worth
from rules.exact import text

ENGINES = ["durable-rules", "reference"]
ROW = ("tables", "reward", "rules", "reward")
KINDS = ["none", "bonus", "equipment", "training", "credit", "payment_term", "priority_delivery", "free"]


def problems(values):
    with pytest.raises(PolicyError) as caught:
        Policy.load(values)
    return [(problem.path, problem.column, problem.code) for problem in caught.value.problems]


def bonus(formula, figures=None, **columns):
    """The amount of a bonus, as text."""
    (row,) = grants(rewards=[reward("bonus", formula=formula, **columns)]).table("reward").rules
    return text(worth(row, numbers(figures or {})).amount)


# --- What a bonus comes to ---


@pytest.mark.parametrize(
    ("formula", "figures", "amount"),
    [
        (fixed(500), {}, "500"),
        (share("1.5"), {"revenue": 240_000}, "3600"),
        (share(0), {"revenue": 240_000}, "0"),
        (share(100), {"revenue": -1}, "0"),
        (share(10, "growth"), {"revenue_growth": "236.75"}, "23.68"),
        (share(10, "growth"), {"revenue_growth": "236.749"}, "23.67"),
        (share(10, "growth"), {"revenue_growth": 0}, "0"),
        (share(10, "growth"), {"revenue_growth": -5_000}, "0"),
    ],
)
def test_formulas(formula, figures, amount):
    assert bonus(formula, {code: Decimal(value) for code, value in figures.items()}) == amount


@pytest.mark.parametrize(("step", "amount"), [("0.01", "12.35"), ("1", "12"), ("0.001", "12.345"), ("0.05", "12.35")])
def test_a_bonus_is_in_the_currencys_steps(step, amount):
    assert bonus(share(1), {"revenue": Decimal("1234.5")}, rounding=step) == amount


def test_a_small_customer_that_grows_gets_more_than_a_big_one_that_does_not():
    made = grants(rewards=[reward("bonus", formula=share(5, "growth"))])
    facts = {"small": {"revenue": 3_000, "revenue_growth": 2_000}, "big": {"revenue": 90_000, "revenue_growth": 100}}
    decisions = decide(made, {key: numbers(values) for key, values in facts.items()})
    assert [decisions[key].rewards[0].amount for key in facts] == [100, 5]


@pytest.mark.parametrize(("of", "metric"), [("revenue", "revenue"), ("growth", "revenue_growth")])
def test_a_bonus_without_its_metric_is_not_given_and_the_metric_named(of, metric):
    decision = decide(grants(rewards=[reward("bonus", formula=share(5, of))]), {"x": {}})["x"]
    assert not decision.rewards and not decision.grants
    assert reasons(decision, "missing") == [{"metric": metric, "rule": "reward"}]


def test_a_bonus_of_nothing_is_not_given_and_says_so():
    made = grants(rewards=[reward("bonus", formula=share(5, "growth"))])
    decision = decide(made, {"x": numbers({"revenue_growth": -3})})["x"]
    assert not decision.rewards
    assert reasons(decision, "reward_of_nothing")[0]["figures"] == [{"metric": "revenue_growth", "value": -3}]


# --- Which rewards ---


@pytest.mark.parametrize("engine", ENGINES)
def test_every_row_that_holds_gives_its_reward_in_their_order(engine):
    made = grants(
        rule("a", "A", condition("revenue", ">=", "100")),
        rule("c", "C"),
        rewards=[
            reward("training", of_tier("A", "C"), key="course"),
            reward("equipment", of_tier("A"), key="fridge", cost=900, budget=9_000),
            reward("none", of_tier("C"), key="nothing"),
            reward("bonus", condition("growth", ">", "0"), key="growth", formula=fixed(50)),
        ],
        metrics=[metric(), metric("growth")],
    )
    facts = {"best": {"revenue": 100, "growth": 1}, "rest": {"revenue": 99, "growth": 0}, "new": {"revenue": 1}}
    decisions = decide(made, {key: numbers(values) for key, values in facts.items()}, engine)
    assert [(one.rule, one.kind, one.amount, one.cost) for one in decisions["best"].rewards] == [
        ("course", "training", None, None), ("fridge", "equipment", None, 900), ("growth", "bonus", 50, None),
    ]  # fmt: skip
    assert [one.rule for one in decisions["rest"].rewards] == ["course"]
    assert reasons(decisions["rest"], "reward_rule")[0]["reward"] == "none"
    assert reasons(decisions["new"], "missing") == [{"metric": "growth", "rule": "growth"}]


def test_the_appraisal_form_gives_training_at_75_of_100_points():
    """Total 75, pass mark 80: of the five rewards of the form it gets training."""
    score = {"type": "linear", "target": "100"}
    made = grants(
        criteria=[{"key": "c", "metric": "total", "max_points": "100", "scale": score}],
        metrics=[metric("total", "number")],
        rewards=[
            reward("credit", condition("score", ">=", "90"), key="r1"),
            reward("bonus", condition("score", ">=", "80"), condition("score", "<", "90"), key="r2", formula=fixed(1)),
            reward("training", condition("score", ">=", "70"), condition("score", "<", "80"), key="r3"),
            reward("none", condition("score", "<", "70"), key="r4"),
        ],
    )
    totals = {total: numbers({"total": total}) for total in (69, 70, 75, 80, 89, 90)}
    given = {total: [one.kind for one in decision.rewards] for total, decision in decide(made, totals).items()}
    assert given == {69: [], 70: ["training"], 75: ["training"], 80: ["bonus"], 89: ["bonus"], 90: ["credit"]}


def test_rewards_are_kept_as_plain_values():
    made = grants(rewards=[reward("bonus", formula=share("1.5"), cost=40), reward("free", key="lunch")])
    kept = json.loads(json.dumps(decide(made, {"x": {"revenue": 1000}})["x"].grants))
    assert "credit" not in kept
    told = [{name: one[name] for name in ("rule", "name", "kind", "amount", "cost")} for one in kept["rewards"]]
    assert told == [
        {"rule": "reward", "name": "reward", "kind": "bonus", "amount": "15", "cost": "40"},
        {"rule": "lunch", "name": "lunch", "kind": "free", "amount": None, "cost": None},
    ]
    assert kept["rewards"][0]["reasons"] == [{"code": "reward_rule", "params": {
        "rule": "reward", "reward": "bonus", "amount": "15",
        "figures": [{"metric": "revenue", "value": "1000"}], "facts": [],
    }}]  # fmt: skip


# --- Form ---


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_goes_out_as_it_came_in(kind):
    formula = share(5, "growth") if kind == "bonus" else None
    row = reward(kind, of_tier("A"), formula=formula, rounding="0.01", cost=5, budget="1000.5")
    values = grants_dict(rewards=[row])
    assert Policy.load(values).dump() == values


@pytest.mark.parametrize(
    ("row", "path", "column", "code"),
    [
        (reward("bonus"), ROW, "formula", "required"),
        (reward("training", formula=fixed(5)), ROW, "formula", "formula_not_allowed"),
        (reward("cake"), ROW, "reward", "not_allowed"),
        ({"key": "reward"}, ROW, "reward", "required"),
        (reward(cost="-0.01"), ROW, "cost", "negative"),
        (reward(budget="-1"), ROW, "budget", "negative"),
        (reward(budget="lots"), ROW, "budget", "not_a_number"),
        (reward(rounding="0"), ROW, "rounding", "not_positive"),
        (reward("bonus", formula=fixed(-1)), (*ROW, "formula"), "amount", "negative"),
        (reward("bonus", formula=share("100.01")), (*ROW, "formula"), "share_pct", "out_of_range"),
        (reward("bonus", formula={"type": "growth_share"}), (*ROW, "formula"), "share_pct", "required"),
        (reward("bonus", formula={"type": "months", "months": "1"}), (*ROW, "formula"), "type", "unknown_type"),
        ({**reward(), "ceilings": {}}, ROW, "ceilings", "unknown_field"),
    ],
)
def test_a_broken_row_is_named(row, path, column, code):
    assert problems(grants_dict(rewards=[row])) == [(path, column, code)]


def test_the_figures_of_a_bonus_are_collected():
    made = grants(rewards=[reward("bonus", formula=share(5, "growth")), reward(key="course")])
    assert Evaluator(made).metrics == {"revenue_growth"}


# --- Any policy ---


def random_rewards(random):
    return random_grants(random, "rewards", lambda key, conditions: _row(random, key, conditions))


def _row(random, key, conditions):
    kind = random.choice(KINDS)
    return reward(kind, *conditions, key=key, formula=fixed(random.choice([0, 5])) if kind == "bonus" else None)


@needs_durable
@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32))
def test_any_table_gives_what_the_obvious_evaluator_says(seed):
    random = Random(seed)
    made = random_rewards(random)
    for decision, held in decided_alike(random, made, "reward"):
        given = [row.key for row in held if row.reward != "none" and not (row.formula and row.formula.amount == 0)]
        assert [one.rule for one in decision.rewards] == given, made.dump()
