"""What an order uses of its customer's credit: at the limit, a cent below and above it, at zero and far beyond."""

import json
from decimal import Decimal

import pytest
from rules import CreditUse, tolerated


def use(limit="1000", used="700", value="300", overdue="0"):
    """An order that comes to exactly the limit, unless the test says otherwise."""
    return CreditUse(None if limit is None else Decimal(limit), Decimal(used), Decimal(value), Decimal(overdue))


@pytest.mark.parametrize(
    ("changed", "excess"),
    [
        ({"value": "299.99"}, "0"),
        ({}, "0"),
        ({"value": "300.01"}, "0.01"),
        ({"used": "700.01"}, "0.01"),
        ({"limit": "999.99"}, "0.01"),
        ({"used": "5000"}, "4300"),  # over before the order came
        ({"used": "-300", "value": "1300"}, "0"),  # money to the customer's credit
        ({"used": "-300", "value": "1300.01"}, "0.01"),
        ({"limit": "0", "used": "0", "value": "0.01"}, "0.01"),
        ({"limit": "0", "used": "-300"}, "0"),  # paid in advance
        ({"limit": "0", "used": "-299.99"}, "0.01"),
        ({"used": "5000", "value": "0"}, "0"),  # uses nothing
        ({"used": "5000", "value": "0.01"}, "4000.01"),
        ({"limit": None, "used": "1" + "0" * 20}, "0"),
        ({"limit": "0", "used": "9" * 22, "value": "0.01"}, "9" * 22 + ".01"),
    ],
)
def test_how_much_too_much(changed, excess):
    judged = use(**changed)
    assert judged.excess == Decimal(excess)
    assert judged.over == (judged.excess > 0)


@pytest.mark.parametrize(
    ("changed", "over"),
    [
        ({"overdue": "0.01"}, True),
        ({"overdue": "0"}, False),
        ({"overdue": "0.01", "limit": None}, True),
        ({"overdue": "0.01", "value": "0"}, False),
    ],
)
def test_what_is_overdue_is_too_much_however_little_it_is(changed, over):
    judged = use(**changed)
    assert judged.over is over
    assert judged.excess == 0


CONSENTED = {"used": "800", "value": "300", "overdue": "50"}  # 100 over


@pytest.mark.parametrize(
    ("changed", "covered"),
    [
        ({}, True),
        ({"value": "300.01", "used": "799.99"}, False),  # a greater order
        ({"value": "299.99", "used": "800.01"}, True),
        ({"value": "299.99", "used": "800.02"}, False),  # further over
        ({"used": "800.01"}, False),
        ({"limit": "1000.01"}, True),
        ({"limit": "999.99"}, False),
        ({"overdue": "50.01"}, False),
        ({"overdue": "0"}, True),
        ({"value": "5000", "used": "-4000", "overdue": "0"}, True),  # within the limit: no consent needed
        ({"value": "10", "used": "1090"}, True),
        ({"limit": None}, True),
    ],
)
def test_consent_is_for_what_was_asked(changed, covered):
    terms = json.loads(json.dumps(use(**CONSENTED).terms))
    assert terms == {"value": "300", "excess": "100", "overdue": "50"}
    assert use(**{**CONSENTED, **changed}).covered(terms) is covered


@pytest.mark.parametrize(("value", "no_worse"), [("299.99", True), ("300", True), ("300.01", False)])
def test_a_change_is_no_worse_by_what_the_order_uses(value, no_worse):
    assert use(value=value, used="9000", overdue="70").no_worse(use(used="0")) is no_worse


@pytest.mark.parametrize(
    ("overdue", "limit", "amount", "percent", "expected"),
    [
        ("0", None, "0", "0", True),
        ("0.02", "1000", "0", "0", False),
        ("0.02", "1000", "0.02", "0", True),
        ("10", "1000", "5", "1", True),  # the greater of both
        ("10.01", "1000", "5", "1", False),
        ("5", None, "5", "1", True),  # a percentage of no limit is nothing
        ("5.01", None, "5", "1", False),
        ("0.01", "0", "0", "50", False),
    ],
)
def test_little_overdue_is_passed_over(overdue, limit, amount, percent, expected):
    limit = None if limit is None else Decimal(limit)
    assert tolerated(Decimal(overdue), limit, Decimal(amount), Decimal(percent)) is expected
