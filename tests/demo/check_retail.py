"""`make demo` on the real invoices of 2011 gives the figures that are known of them. Run by `make demo-check`."""

import csv
import json
from collections import Counter
from decimal import Decimal

import pytest
from methods import check_methods
from oracle import expected

from workbench.demo import real
from workbench.demo.command import ANSWER, RESULT

VETO = "One-off purchase"


@pytest.fixture(scope="module")
def rows():
    with RESULT.open(newline="", encoding="utf-8") as handle:
        return {row["customer"]: row for row in csv.DictReader(handle)}


@pytest.fixture(scope="module")
def known():
    return expected(real.invoices(), real.YEAR)


@pytest.fixture(scope="module")
def answer():
    return json.loads(ANSWER.read_text(encoding="utf-8"))


def test_customers_and_tiers(rows):
    assert len(rows) == 4219
    assert Counter(row["tier"] for row in rows.values()) == {"A": 616, "B": 769, "C": 2834}


def test_every_customer_has_the_revenue_and_tier_that_the_file_says(rows, known):
    figures, _vetoed = known
    assert {name: (Decimal(row["revenue"]), row["tier"]) for name, row in rows.items()} == figures
    assert sum(Decimal(row["revenue"]) for row in rows.values()) == Decimal("8338694.01")


def test_the_veto_names_exactly_the_one_off_purchases(rows, known):
    _figures, vetoed = known
    assert {name for name, row in rows.items() if VETO in row["vetoes"].split(";")} == vetoed


def test_the_best_632_by_revenue_are_a_unless_vetoed(rows):
    order = sorted(rows.values(), key=lambda row: Decimal(row["revenue"]), reverse=True)
    assert {row["tier"] for row in order[:632] if not row["vetoes"]} == {"A"}
    assert "A" not in {row["tier"] for row in order[632:]}
    assert [int(row["rank"]) for row in order[:632]] == list(range(1, 633))


@pytest.mark.parametrize(("customer", "values"), [("16446", ["100", "2"]), ("12346", ["100", "1"])])
def test_the_two_pseudo_key_accounts_end_in_c_and_the_reason_says_why(rows, answer, customer, values):
    assert rows[customer]["tier"] == "C"
    (told,) = [entry for entry in answer["biggest"] if entry["customer"] == customer]
    (sentence,) = [sentence for sentence in told["reasons"] if VETO in sentence]
    assert all(value in sentence for value in values)


def test_every_method_gives_each_customer_a_tier(answer):
    check_methods(answer["methods"], 4219)


@pytest.mark.parametrize(
    ("name", "tiers"),
    [
        ("Revenue A/B/C", {"A": 616, "B": 769, "C": 2834}),
        ("Revenue by Thresholds", {"A": 7, "B": 31, "C": 4181}),
        ("Expected Value A/B/C", {"A": 632, "B": 844, "C": 2743}),
    ],
)
def test_methods_that_the_file_alone_decides(answer, name, tiers):
    (method,) = [one for one in answer["methods"] if one["name"] == name]
    assert dict(method["tiers"]) == tiers


def test_the_evaluation_takes_at_most_twenty_seconds(answer):
    assert answer["seconds"] <= 20
