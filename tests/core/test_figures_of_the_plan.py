"""Every figure of the literature that has to come out exactly, once, on the rule sets that ship.

| figure | here | in Odoo (key_account_mgmt/tests) |
| --- | --- | --- |
| yearly appraisal: 40 + 15 + 10 + 10 = 75, pass mark 80, good, training | test_yearly_appraisal_comes_to_75_good_and_training | test_appraisal_form: test_the_worked_example; test_demo: test_the_worked_example_comes_out_and_awaits_approval |
| expected value of a prospect, MP × ES × P with P 80 / 50 / 20 % | test_expected_value_of_a_prospect | test_expectation: test_a_prospect_is_worth_potential_by_share_by_probability |
| expected value of a customer, CB + AV × P | test_expected_value_of_a_customer | test_expectation: test_a_customer_is_worth_its_business_and_volume_by_probability |
| prospects and customers ranked together | test_abc_by_rank_is_15_20_65 (expected_value) | test_expectation: test_prospects_and_customers_are_ranked_together |
| A/B/C by rank 15 / 20 / 65 % | test_abc_by_rank_is_15_20_65 | test_expectation: test_top_15_a_next_20_b_others_c; test_retail_templates |
| four perspectives, present and potential value | test_four_perspectives_of_present_and_potential_value | test_template: test_weights_of_the_perspectives; test_evaluation_pictures |
| composite points, top 20 % are key accounts | test_composite_points_make_the_top_20_percent_key_accounts | test_template: test_the_examples_of_the_documentation |
| pseudo key accounts: one-off, thin margin, outside the territory | test_pseudo_key_accounts_end_in_the_lowest_tier | test_template: TestShippedVetoes |
| benefits monotone: caps, credit ceilings | test_no_lower_tier_has_a_higher_cap_or_credit | test_cap_rules; test_grant_rules |
"""  # noqa: E501

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from builders import cap, caps, grants, numbers, tiers
from rules import Policy, added_value, evaluate, lint, prospect_value

DATA = Path(__file__).parents[2] / "key_account_mgmt" / "data"
CENT = Decimal("0.01")
LEVELS = {"high": Decimal(80), "average": Decimal(50), "low": Decimal(20)}


def template(name):
    return Policy.load((DATA / "templates" / f"{name}.json").read_text(encoding="utf-8"))


def with_vetoes(policy):
    """The rule set with the shipped vetoes switched on."""
    vetoes = json.loads((DATA / "key_account_vetoes.json").read_text(encoding="utf-8"))
    values = policy.dump()
    known = {metric["code"] for metric in values["metrics"]}
    values["metrics"] += [metric for metric in vetoes["metrics"] if metric["code"] not in known]
    values["tables"] = [values["tables"][0], vetoes["tables"][1]]
    return Policy.load(values)


def test_yearly_appraisal_comes_to_75_good_and_training():
    target, actual = Decimal(5_000_000), Decimal(4_000_000)
    facts = {
        "revenue": actual,
        "target_attainment_pct": actual * 100 / target,
        "cooperation_grade": "good",
        "late_count": 3,
        "on_time_count": 1,
        "information_grade": "excellent",
    }
    result = evaluate(template("yearly_appraisal"), {"customer": numbers(facts)})["customer"]
    assert result.points == {"performance": 40, "cooperation": 15, "credit": 10, "information": 10}
    assert (result.total, result.decision.tier) == (75, "good")
    assert [reward.kind for reward in result.decision.rewards] == ["training"]


@pytest.mark.parametrize(("level", "expected"), [("high", 240_000), ("average", 150_000), ("low", 60_000)])
def test_expected_value_of_a_prospect(level, expected):
    assert prospect_value(Decimal(2_000_000), Decimal(15), LEVELS[level], CENT) == expected


@pytest.mark.parametrize(("level", "expected"), [("high", 660_000), ("average", 600_000), ("low", 540_000)])
def test_expected_value_of_a_customer(level, expected):
    assert 500_000 + added_value(Decimal(200_000), LEVELS[level], CENT) == expected


@pytest.mark.parametrize(("population", "counts"), [(100, (15, 20, 65)), (20, (3, 4, 13)), (40, (6, 8, 26))])
@pytest.mark.parametrize(
    ("name", "metric"), [("single_indicator_rank", "revenue"), ("expected_value", "expected_value")]
)
def test_abc_by_rank_is_15_20_65(name, metric, population, counts):
    book = {number: {metric: Decimal(number)} for number in range(population)}
    results = evaluate(template(name), book)
    order = [results[number].decision.tier for number in reversed(range(population))]
    assert order == [tier for tier, count in zip("ABC", counts, strict=True) for _ in range(count)]


def test_four_perspectives_of_present_and_potential_value():
    policy = template("scorecard")
    weights = Counter()
    for criterion in policy.criteria:
        weights[criterion.perspective] += criterion.max_points
    assert weights == {"finance": 30, "sales": 30, "customer": 20, "service": 20}
    best = {
        "margin": 1,
        "revenue": 1,
        "on_time_pct": 100,
        "growth_pct": 25,
        "potential_grade": "excellent",
        "customer_years": 5,
        "return_rate_pct": 0,
        "service_grade": "excellent",
    }
    result = evaluate(policy, {"best": numbers(best)})["best"]
    assert result.perspectives == weights
    present = result.perspectives["finance"] + result.perspectives["sales"]
    assert (present, result.total - present, result.decision.tier) == (60, 40, "A")


def test_composite_points_make_the_top_20_percent_key_accounts():
    policy = template("composite_points")
    weights = {criterion.key: criterion.max_points for criterion in policy.criteria}
    assert weights == {"revenue": 40, "potential": 20, "demonstration": 20, "winning": 10, "delivery": 10}
    grades = dict.fromkeys(("potential_grade", "demonstration_grade", "winning_grade", "delivery_grade"), "good")
    results = evaluate(policy, {number: {"revenue": Decimal(number), **grades} for number in range(10)})
    # The best by sales has 40 points for them; good grades are three quarters of the other 60.
    assert (results[9].total, results[0].total) == (85, 49)
    assert [number for number in results if results[number].decision.tier == "A"] == [8, 9]


@pytest.mark.parametrize(
    ("veto", "facts"),
    [
        ("one_off", {"largest_invoice_share_pct": 70, "invoice_count": 2}),
        ("thin_margin", {"margin_pct": Decimal("4.99")}),
        ("outside_territory", {"outside_territory_pct": 20}),
    ],
)
@pytest.mark.parametrize("name", ["single_indicator_rank", "composite_points", "scorecard"])
def test_pseudo_key_accounts_end_in_the_lowest_tier(name, veto, facts):
    book = {number: {"revenue": Decimal(number)} for number in range(10)}
    book[10] = numbers({"revenue": 1_000_000, **facts})
    decision = evaluate(with_vetoes(template(name)), book)[10].decision
    assert (decision.tier, list(decision.vetoes)) == ("C", [veto])


@pytest.mark.parametrize(
    ("policy", "code"),
    [
        (caps(cap("a", 10, tiers("A")), cap("b", 11, tiers("B")), cap("c", 0, tiers("C"))), "cap_not_monotone"),
        (grants(ceilings={"A": "10000", "B": "10000.01", "C": "0"}), "ceiling_not_monotone"),
        (grants(ceilings={"A": "10000", "B": "5000"}), "ceiling_not_monotone"),
    ],
)
def test_no_lower_tier_has_a_higher_cap_or_credit(policy, code):
    assert code in [doubt.code for doubt in lint(policy)]


def test_benefits_that_fall_with_the_tier_raise_no_doubt():
    even = [
        caps(cap("a", 10, tiers("A")), cap("b", 10, tiers("B")), cap("c", 0, tiers("C"))),
        grants(ceilings={"A": "10000", "B": "10000", "C": "0"}),
    ]
    assert [doubt.code for policy in even for doubt in lint(policy) if "monotone" in doubt.code] == []
