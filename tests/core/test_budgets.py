"""Awards that cost more than their budgets have left: granted by rank, or all cut alike."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rules import Claim, Purse, grant_by_rank, grant_by_share, grant_cut

CENT = Decimal("0.01")


def claims(*costs):
    """One claim on the budget of a bonus for each cost; ``(rule, cost)`` or ``(rule, cost, divisible)`` says more."""
    parts = [cost if isinstance(cost, tuple) else ("bonus", cost) for cost in costs]
    return [Claim(key, rule, Decimal(str(cost)), *more) for key, (rule, cost, *more) in enumerate(parts)]


def purse(total=None, **budgets):
    left = {rule: Decimal(str(budget)) for rule, budget in budgets.items()}
    return Purse(left, None if total is None else Decimal(str(total)))


@pytest.mark.parametrize(
    ("costs", "budgets", "expected"),
    [
        ((30, 20, 10), {"bonus": 40}, {0: 30, 2: 10}),
        ((30, 20, 10), {"bonus": 60}, {0: 30, 1: 20, 2: 10}),
        ((30, 20), {"bonus": 0}, {}),
        ((30, 20), {"bonus": -5}, {}),
        ((30, 20), {}, {0: 30, 1: 20}),
        ((30, 0), {"bonus": 0}, {1: 0}),  # what costs nothing always fits
        ((30, ("course", 20)), {"bonus": 30, "total": 40}, {0: 30}),
        ((30, ("course", 20)), {"bonus": 10}, {1: 20}),
    ],
)
def test_by_rank(costs, budgets, expected):
    assert grant_by_rank(claims(*costs), purse(**budgets)) == expected


@pytest.mark.parametrize(
    ("costs", "budgets", "expected"),
    [
        ((50, 30), {"bonus": 40}, {0: 25, 1: 15}),
        ((50, 30), {"bonus": 100}, {0: 50, 1: 30}),
        ((10, 10, 10), {"bonus": 10}, {0: "3.33", 1: "3.33", 2: "3.33"}),
        ((30,), {"bonus": 10}, {0: 10}),  # nothing gets lost on the way to a third and back
        ((30, ("course", 20, False)), {"total": 30}, {0: 10, 1: 20}),
        ((30, ("course", 50, False)), {"total": 30}, {0: 30}),
        ((40, ("gift", 40)), {"bonus": 20, "total": 30}, {0: 10, 1: 20}),  # half of the bonus, then half of all
        ((30, 0), {"bonus": 0}, {1: 0}),
    ],
)
def test_by_share(costs, budgets, expected):
    granted = grant_by_share(claims(*costs), purse(**budgets), CENT)
    assert granted == {key: Decimal(cost) for key, cost in expected.items()}


@pytest.mark.parametrize(
    ("percent", "costs", "budgets", "expected"),
    [
        (20, (30, 20), {"bonus": 40}, {0: 24, 1: 16}),
        (20, (30, 20), {"bonus": "39.99"}, {}),
        (20, (30, 20), {"bonus": "40.01"}, {0: 24, 1: 16}),
        (0, (30, 20), {"bonus": 50}, {0: 30, 1: 20}),
        ("33.33", (10,), {}, {0: "6.66"}),
        ("99.99", (10,), {}, {}),  # cut to nothing
        (50, (30, ("course", 20, False)), {}, {0: 15, 1: 20}),
        (50, (30, ("course", 20, False)), {"course": 10}, {0: 15}),  # only the rule that is over gets nothing
        (50, (30, ("course", 20, False)), {"course": 10, "total": 15}, {0: 15}),
        (50, (30, ("course", 20, False), 0), {"total": 34}, {2: 0}),
    ],
)
def test_cut(percent, costs, budgets, expected):
    granted = grant_cut(claims(*costs), purse(**budgets), Decimal(str(percent)), CENT)
    assert granted == {key: Decimal(cost) for key, cost in expected.items()}


AMOUNTS = st.decimals(0, 1000, places=2)
CLAIMS = st.lists(st.builds(lambda rule, cost, part: (rule, cost, part), st.sampled_from("ab"), AMOUNTS, st.booleans()))


@given(CLAIMS, AMOUNTS, AMOUNTS)
def test_no_budget_is_ever_passed(costs, budget, total):
    made = claims(*costs)
    for granted in (
        grant_by_rank(made, purse(total, a=budget)),
        grant_by_share(made, purse(total, a=budget), CENT),
        grant_cut(made, purse(total, a=budget), Decimal(10), CENT),
    ):
        assert sum(granted.values()) <= total
        assert sum(cost for key, cost in granted.items() if made[key].rule == "a") <= budget
        assert all(0 <= cost <= made[key].cost for key, cost in granted.items())
