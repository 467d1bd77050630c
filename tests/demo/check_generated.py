"""`make demo` on the generated book shows each method at work. Run by `make demo-check`."""

import json
import re
from pathlib import Path

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


# Each entry of the addon's menus has something to show, and each state that a user works on is there.
LIFE = {
    "rule sets in force": 1,
    "rows: discount_cap": 3,
    "rows: credit_limit": 2,
    "rows: reward": 3,
    "awards: proposed": 10,
    "awards: posted": 10,
    "awards: promised": 5,
    "awards: delivered": 5,
    "awards: refused": 1,
    "approvals: requested": 1,
    "approvals: approved": 1,
    "approvals: refused": 1,
    "ledger rows": 10,
    "grades to give": 10,
    "targets of this year": 10,
    "invoices of this year": 12,
    "quotations over their cap, not asked for": 1,
    "quotations over their limit": 1,
    "quotations sent": 1,
    "activities of customers": 5,
    "activities overdue": 1,
    "portal users": 1,
    "languages": 2,
    "to do: key_manager": 1,
    "to do: key_approver": 1,
    "to do: key_finance": 10,
    "to do: salesperson": 1,
    "evaluations in review": 1,
    "comparisons": 2,
}
# Steps of the tour in README, and what each of them needs.
TOUR = {
    "Customers": ["targets of this year", "invoices of this year", "activities of customers", "activities overdue"],
    "An order over its cap": ["quotations over their cap, not asked for", "approvals: approved", "approvals: refused"],
    "An order over its credit limit": ["quotations over their limit"],
    "To Do": ["to do: salesperson", "to do: key_manager", "approvals: requested"],
    "Evaluations": ["to do: key_approver", "evaluations in review", "comparisons"],
    "Awards & Credit": ["to do: key_finance", "awards: proposed", "awards: posted", "awards: delivered", "ledger rows"],
    "Planning": ["targets of this year", "grades to give"],
    "Rules": ["rows: discount_cap", "rows: credit_limit", "rows: reward", "languages"],
    "The customer's side": ["portal users", "quotations sent"],
}
STEP = re.compile(r"^\d+\. \*\*(.+?)\.\*\*", re.MULTILINE)


def test_the_tour_has_these_steps():
    tour = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8").split("## A tour of five minutes")[1]
    assert STEP.findall(tour.split("\n## ")[0]) == list(TOUR)


@pytest.mark.parametrize("step", TOUR)
def test_each_step_of_the_tour_has_what_it_needs(answer, step):
    assert [kind for kind in TOUR[step] if answer["life"].get(kind, 0) < LIFE[kind]] == []


@pytest.mark.parametrize(("kind", "least"), LIFE.items())
def test_there_is_life(answer, kind, least):
    assert answer["life"].get(kind, 0) >= least


def test_the_rules_in_force_have_names_in_each_language(answer):
    assert answer["names"] == []
