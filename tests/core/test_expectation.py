"""The expected value method: MP × ES × P of prospects, CB + AV × P of existing customers."""

from decimal import Decimal

import pytest
from rules import added_value, prospect_value

CENT = Decimal("0.01")
HIGH, AVERAGE, LOW = Decimal(80), Decimal(50), Decimal(20)


@pytest.mark.parametrize(
    ("potential", "share", "probability", "expected"),
    [
        ("2000000", "15", HIGH, "240000"),
        ("2000000", "15", AVERAGE, "150000"),
        ("2000000", "15", LOW, "60000"),
        ("2000000", "100", "100", "2000000"),
        ("2000000", "0", HIGH, "0"),
        ("2000000", "15", "0", "0"),
        ("0", "15", HIGH, "0"),
        ("1000000000000000", "33.333333", HIGH, "266666664000000"),
    ],
)
def test_a_prospect_is_worth_potential_by_share_by_probability(potential, share, probability, expected):
    found = prospect_value(Decimal(potential), Decimal(share), Decimal(probability), CENT)
    assert found == Decimal(expected)


@pytest.mark.parametrize(
    ("business", "volume", "probability", "expected"),
    [
        ("500000", "200000", HIGH, "660000"),
        ("500000", "200000", AVERAGE, "600000"),
        ("500000", "200000", LOW, "540000"),
        ("500000", "0", HIGH, "500000"),
        ("-100", "200000", LOW, "39900"),
    ],
)
def test_a_customer_is_worth_its_business_and_volume_by_probability(business, volume, probability, expected):
    assert Decimal(business) + added_value(Decimal(volume), Decimal(probability), CENT) == Decimal(expected)


@pytest.mark.parametrize(
    ("volume", "rounding", "expected"),
    [("0.01", "0.01", "0.01"), ("0.0098", "0.01", "0"), ("1001", "1", "501"), ("1", "0.05", "0.5")],
)
def test_values_are_rounded_half_up_to_the_currency(volume, rounding, expected):
    assert added_value(Decimal(volume), AVERAGE, Decimal(rounding)) == Decimal(expected)
    assert prospect_value(Decimal(volume), Decimal(100), AVERAGE, Decimal(rounding)) == Decimal(expected)
