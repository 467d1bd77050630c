"""Tier tables give the tier of the first rule, vetoes cap it, and every decision says why."""

from decimal import Decimal

import pytest
from builders import condition, criterion, decide, metric, policy, reasons, revenues, rule
from rules import Evaluator, FactBatch, FactError, Policy, evaluate

BIG = rule("big", "A", condition("revenue", ">=", "100"))
SOLID = rule("solid", "B", condition("revenue", ">=", "50"))
REST = rule("rest", "C")
ONE_OFF = rule("one_off", "C", condition("share", ">=", "70"), condition("count", "<=", "2"))
THIN = rule("thin", "B", condition("margin", "<", "5"))
METRICS = [metric(), metric("share", "percentage"), metric("count", "count"), metric("margin", "percentage")]
VETOED = policy(BIG, SOLID, REST, vetoes=[THIN, ONE_OFF], metrics=METRICS)
ENGINES = ["durable-rules", "reference"]


def one(facts, made=VETOED, engine=None):
    return decide(made, {"x": facts}, engine)["x"]


def healthy(**facts):
    return {"revenue": 200, "share": 10, "count": 9, "margin": 20} | facts


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("revenue", "tier"), [(100, "A"), ("99.99", "B"), (50, "B"), ("49.99", "C"), (-1, "C")])
def test_the_first_rule_that_fires_gives_the_tier(engine, revenue, tier):
    decision = one(healthy(revenue=Decimal(revenue)), engine=engine)
    assert (decision.tier, decision.proposed, decision.vetoes) == (tier, tier, ())


@pytest.mark.parametrize("engine", ENGINES)
def test_the_worst_cap_of_all_vetoes_counts(engine):
    decision = one(healthy(share=100, count=1, margin=1), engine=engine)
    assert (decision.tier, decision.proposed, decision.vetoes) == ("C", "A", ("thin", "one_off"))
    assert reasons(decision, "lowered_by_veto") == [{"from": "A", "to": "C"}]


def test_a_veto_does_not_lift_a_lower_tier():
    decision = one(healthy(revenue=1, margin=1))
    assert (decision.tier, decision.vetoes) == ("C", ("thin",))
    assert [reason.code for reason in decision.reasons] == ["tier_rule", "veto"]


def test_the_reasons_name_the_rule_and_the_values_it_saw():
    decision = one(healthy(share=Decimal("99.5"), count=2))
    assert reasons(decision, "tier_rule") == [
        {"rule": "big", "tier": "A", "facts": [{"metric": "revenue", "measure": "value", "value": 200}]}
    ]
    assert reasons(decision, "veto") == [
        {
            "rule": "one_off",
            "tier": "C",
            "facts": [
                {"metric": "share", "measure": "value", "value": Decimal("99.5")},
                {"metric": "count", "measure": "value", "value": 2},
            ],
        }
    ]


def test_without_a_rule_for_everybody_there_may_be_no_tier():
    decision = one({"revenue": 1, "margin": 1}, policy(BIG, vetoes=[THIN], metrics=METRICS))
    assert (decision.tier, decision.proposed, decision.rule, decision.vetoes) == (None, None, None, ("thin",))
    assert [reason.code for reason in decision.reasons] == ["no_tier_rule", "veto"]


def test_tiers_are_ordered_by_rank_not_by_code_or_position():
    made = Policy.load(
        policy(rule("r", "C"), vetoes=[rule("v", "A")]).dump()
        | {"tiers": [{"code": code, "rank": rank} for code, rank in (("B", 2), ("A", 3), ("C", 1))]}
    )
    assert one({}, made).tier == "A"


def test_conditions_that_could_not_be_judged_are_reasons():
    missing = reasons(one({"revenue": 60, "share": 80}), "missing")
    assert missing == [{"metric": "margin", "rule": "thin"}, {"metric": "count", "rule": "one_off"}]


def test_rules_behind_the_first_hit_are_not_missed():
    made = policy(SOLID, rule("late", "B", condition("margin", ">", "1")), REST, metrics=METRICS)
    assert reasons(one({"revenue": 60}, made), "missing") == []
    assert reasons(one({"revenue": 1}, made), "missing") == [{"metric": "margin", "rule": "late"}]


def test_a_metric_asked_twice_in_a_rule_is_missed_once():
    between = rule("between", "A", condition("revenue", ">", "1"), condition("revenue", "<", "9"))
    decision = one({}, policy(between, REST))
    assert reasons(decision, "missing") == [{"metric": "revenue", "rule": "between"}]


def test_a_share_can_be_missing_where_the_value_is_not():
    made = policy(rule("top", "A", condition("revenue", "<=", "50", measure="cumulative_share_pct")), REST)
    assert reasons(one({"revenue": 0}, made), "missing") == [
        {"metric": "revenue", "measure": "cumulative_share_pct", "rule": "top"}
    ]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_b_c_by_rank_with_ties_at_the_border(engine):
    made = policy(
        rule("a", "A", condition("revenue", "<=", "15", measure="rank_pct")),
        rule("b", "B", condition("revenue", "<=", "35", measure="rank_pct")),
        REST,
    )
    decisions = decide(made, revenues(*range(100, 86, -1), 85, 85, *range(84, 0, -1)), engine)
    tiers = [decision.tier for decision in decisions.values()]
    assert [tiers.count(tier) for tier in "ABC"] == [16, 19, 65]


@pytest.mark.parametrize(("measure", "value"), [("rank", "2"), ("rank_pct", "50"), ("cumulative_share_pct", "91")])
def test_rules_may_look_at_the_place_by_score(measure, value):
    made = policy(
        rule("top", "A", condition("score", "<=", value, measure=measure), condition("score", ">", "10")), REST,
        criteria=[criterion({"type": "linear", "target": "100"})],
    )  # fmt: skip
    assert [one.tier for one in decide(made, revenues(80, 5, 60, 10)).values()] == ["A", "C", "A", "C"]


@pytest.mark.parametrize("size", [1, 2, 7])
def test_any_size_of_batch_gives_the_same(size):
    made = policy(
        rule("a", "A", condition("score", "<=", "40", measure="rank_pct")),
        rule("b", "B", condition("revenue", ">", "2")),
        criteria=[criterion({"type": "percentile"}), criterion({"type": "linear", "target": "9"}, key="c2")],
    )  # fmt: skip
    facts = revenues(5, 1, None, 9, 9, 0, -4)
    evaluator, rows = Evaluator(made), list(facts.items())
    books = [FactBatch.from_mapping(dict(rows[start : start + size])) for start in range(0, 7, size)]
    population = evaluator.rank_population(books)
    results = [result for book in books for result in evaluator.decide(book, population)]
    assert results == list(evaluate(made, facts).values())
    assert population.size == 7


def test_an_empty_population_has_no_results():
    assert evaluate(VETOED, {}) == {}


def test_an_evaluator_names_the_metrics_that_it_needs():
    made = policy(
        rule("a", "A", condition("margin", ">", "1"), condition("score", ">", "1")),
        criteria=[criterion({"type": "deductions", "points_each": "1", "offset_metric": "count"}, "share")],
        metrics=METRICS,
    )
    assert Evaluator(made).metrics == {"margin", "share", "count"}


def test_results_go_out_as_plain_json():
    made = policy(BIG, REST, criteria=[criterion({"type": "linear", "target": "300"}, perspective="sales")])
    dumped = evaluate(made, {7: {"revenue": Decimal("100.50")}})[7].dump()
    assert dumped == {
        "key": 7,
        "points": {"c1": "33.5"},
        "perspectives": {"sales": "33.5"},
        "total": "33.5",
        "standing": {"rank": 1, "population": 1, "rank_pct": "100", "cumulative_share_pct": "100"},
        "decision": evaluate(made, {7: {"revenue": "100.5"}})[7].decision.dump(),
    }
    fact = {"metric": "revenue", "measure": "value", "value": "100.5"}
    assert dumped["decision"]["reasons"] == [
        {"code": "tier_rule", "params": {"rule": "big", "tier": "A", "facts": [fact]}}
    ]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("NaN", "not_finite"), (Decimal("NaN"), "not_finite"), (Decimal("sNaN"), "not_finite"),
        (Decimal("-Infinity"), "not_finite"), (0.0, "not_a_number"), (1.5, "not_a_number"), ("", "not_a_number"),
        ("abc", "not_a_number"), (b"1", "not_a_number"), (True, "not_a_number"),
        (Decimal("1e999"), "out_of_range"), (Decimal("1e-41"), "out_of_range"),
    ],
)  # fmt: skip
def test_a_value_that_is_no_exact_number_names_the_customer(value, code):
    with pytest.raises(FactError) as caught:
        decide(policy(BIG), {"fine": {"revenue": 1}, "broken": {"revenue": value}})
    assert (caught.value.key, caught.value.metric, caught.value.code) == ("broken", "revenue", code)


def test_an_option_must_be_text():
    made = policy(rule("r", "A", condition("coop", "=", "good")), metrics=[metric("coop", "choice", ["good"])])
    with pytest.raises(FactError, match="not_an_option"):
        decide(made, {"fine": {"coop": "good"}, "missing": {}, "broken": {"coop": 1}})


def test_facts_may_come_back_from_json_as_text():
    decisions = decide(VETOED, {"x": {"revenue": "100.00", "count": None}, "y": {"revenue": None}})
    assert [decision.tier for decision in decisions.values()] == ["A", "C"]


def test_columns_must_be_as_long_as_the_keys():
    with pytest.raises(ValueError, match="2 customers"):
        FactBatch([1, 2], {"revenue": [1]})
