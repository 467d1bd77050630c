"""Shares and ranks that tiers hang on: who crosses a border is within it; tiers that so few customers cannot get."""

from decimal import Decimal

import pytest
from builders import condition, policy, revenues, rule
from rules import Evaluator, asks_for_places, evaluate, out_of_reach


def by_share(*borders):
    rows = [
        rule(f"r{tier}", tier, condition("revenue", "<=", str(border), measure="cumulative_share_pct"))
        for tier, border in borders
    ]
    return policy(*rows, rule("rest", "C"))


def tiers(made, *values):
    return "".join(result.decision.tier for result in evaluate(made, revenues(*values)).values())


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([85, 10, 5], "ABC"),  # shares of 85, 95, 100
        ([80, 15, 5], "ABC"),  # borders met exactly
        ([50, 29, 1, 15, 5], "AACAB"),
        ([50, 50], "AA"),  # nobody is ahead of equals
        ([40, 30, 30], "AAA"),
        ([90, 4, 3, 3], "ABBB"),
        ([100, 0, 0], "ACC"),
        ([100, 0, -50], "ACC"),
    ],
)
def test_who_crosses_a_border_is_within_it(values, expected):
    assert tiers(by_share(("A", 80), ("B", 95)), *values) == expected


def test_a_border_of_everything_takes_in_everybody():
    assert tiers(by_share(("A", 100)), 90, 10, 0, -5) == "AAAA"


def test_more_than_a_share_is_the_rest():
    made = policy(rule("small", "C", condition("revenue", ">", "80", measure="cumulative_share_pct")), rule("a", "A"))
    assert tiers(made, 85, 10, 5) == "ACC"


def test_the_share_that_is_told_is_the_one_with_the_customer():
    reason = evaluate(by_share(("A", 80)), revenues(85, 15))[1].decision.reasons[0]
    assert reason.params["facts"][0]["value"] == Decimal(85)


def test_borders_are_exact_to_their_last_decimal():
    third = Decimal("33.333333333333")
    assert tiers(by_share(("A", third)), 3, 2, 1, 1, 2) == "ACCCC"
    assert tiers(by_share(("A", third + Decimal("0.000000000001"))), 3, 2, 1, 1, 2) == "AACCA"


def by_rank(*rows, **options):
    return policy(
        *(rule(f"r{index}", tier, *conditions) for index, (tier, conditions) in enumerate(rows)),
        rule("rest", "C"),
        **options,
    )


def top(percent, operator="<="):
    return condition("revenue", operator, str(percent), measure="rank_pct")


@pytest.mark.parametrize(
    ("population", "missing"),
    [(1, ["A", "B"]), (2, ["A", "B"]), (3, ["A"]), (6, ["A"]), (7, []), (20, []), (0, [])],
)
def test_tiers_that_so_few_customers_cannot_get(population, missing):
    made = by_rank(("A", [top(15)]), ("B", [top(35)]))
    found = out_of_reach(made, population)
    assert [(problem.path, problem.code) for problem in found] == [
        (("tiers", tier), "tier_out_of_reach") for tier in missing
    ]
    best = Decimal(100) / (population or 1)
    assert all(problem.params["population"] == str(population) for problem in found)
    assert all(abs(Decimal(problem.params["best"]) - best) < Decimal("0.01") for problem in found)
    if population:
        book = {number: {"revenue": population - number} for number in range(population)}
        given = {result.decision.tier for result in evaluate(made, book).values()}
        assert given.isdisjoint(missing)


def test_another_way_to_a_tier_keeps_it_within_reach():
    assert out_of_reach(by_rank(("A", [top(15)]), ("A", [condition("revenue", ">", "5")])), 3) == []
    assert out_of_reach(by_rank(("A", [condition("revenue", "<=", "1", measure="rank")])), 3) == []
    assert [one.params["got"] for one in out_of_reach(by_rank(("A", [top(50, ">"), top(60)])), 3)] == ["A"]


def test_only_ranks_are_asked_about():
    assert asks_for_places(by_rank(("A", [top(15)])))
    assert not asks_for_places(policy(rule("rest", "C")))
    assert not asks_for_places(by_share(("A", 80)))
    assert Evaluator(by_share(("A", 80))).metrics == {"revenue"}
