"""`make demo` on the generated book shows each method at work. Run by `make demo-check`."""

import json

import pytest
from methods import check_methods

from workbench.demo.command import ANSWER


@pytest.fixture(scope="module")
def answer():
    return json.loads(ANSWER.read_text(encoding="utf-8"))


def test_every_method_gives_each_customer_a_tier(answer):
    check_methods(answer["methods"], len(answer["rows"]))


def test_every_method_tells_customers_apart(answer):
    """People told what methods ask for, so that none of them puts all customers into one tier."""
    assert [method["name"] for method in answer["methods"] if len(method["tiers"]) < 2] == []


def test_the_worked_example_comes_out(answer):
    assert answer["example"] == {"company": "Appraisal Example", "lines": [["Lakeside Trading", "75", "Good"]]}


def test_an_order_within_its_cap_can_be_confirmed(answer):
    assert answer["sale"] == {"state": "sale", "currencies": ["EUR", "EUR"]}
