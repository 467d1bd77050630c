"""A real year: a gift wholesaler's invoices of 2011, tiers by revenue rank and the one-off veto."""

import csv
import os
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from builders import condition, decide, metric, policy, reasons, rule

SHARED = Path(os.environ.get("KAM_SHARED", Path(__file__).resolve().parents[3] / "shared"))
INVOICES = SHARED / "data" / "online_retail_invoices.csv"

POLICY = policy(
    rule("top", "A", condition("revenue", "<=", "15", measure="rank_pct")),
    rule("next", "B", condition("revenue", "<=", "35", measure="rank_pct")),
    rule("rest", "C"),
    vetoes=[rule("one_off", "C", condition("largest_share", ">=", "70"), condition("invoice_count", "<=", "2"))],
    metrics=[metric(), metric("largest_share", "percentage"), metric("invoice_count", "count")],
)


@pytest.fixture(scope="module")
def facts():
    # Known figures that are not looked at prove nothing, so this does not skip.
    assert INVOICES.exists(), f"{INVOICES} is not here: set KAM_SHARED to the folder that has data/"
    amounts = defaultdict(list)
    with INVOICES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["date"].startswith("2011"):
                amounts[row["customer"]].append(Decimal(row["amount_gbp"]))
    return {customer: collected(invoices) for customer, invoices in amounts.items()}


def collected(invoices):
    revenue = sum(invoices)
    share = max(invoices) * 100 / revenue if revenue else None
    return {"revenue": revenue, "largest_share": share, "invoice_count": len(invoices)}


@pytest.fixture(scope="module", params=["durable-rules", "reference"])
def decisions(request, facts):
    return decide(POLICY, facts, request.param)


def test_tiers_of_the_year(decisions):
    assert Counter(decision.tier for decision in decisions.values()) == {"A": 616, "B": 769, "C": 2834}


def test_the_first_632_by_revenue_are_proposed_for_a(decisions, facts):
    by_revenue = sorted(facts, key=lambda customer: -facts[customer]["revenue"])
    proposed = [decisions[customer].proposed for customer in by_revenue]
    assert proposed == ["A"] * 632 + ["B"] * (len(proposed[632:]) - proposed.count("C")) + ["C"] * proposed.count("C")
    assert facts[by_revenue[631]]["revenue"] == Decimal("2560.00")


@pytest.mark.parametrize(("customer", "count"), [("16446", 2), ("12346", 1)])
def test_a_pseudo_key_account_ends_in_c_and_the_reason_names_the_values(decisions, facts, customer, count):
    decision = decisions[customer]
    assert (decision.tier, decision.proposed) == ("C", "A")
    (veto,) = reasons(decision, "veto")
    values = {fact["metric"]: fact["value"] for fact in veto["facts"]}
    assert veto["rule"] == "one_off"
    assert values == {"largest_share": facts[customer]["largest_share"], "invoice_count": count}
