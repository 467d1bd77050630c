"""What must come out of the real invoices, worked out from the file alone, without Odoo and without the addon."""

import csv
from collections import defaultdict
from decimal import Decimal


def expected(path, year):
    """{customer: (revenue, tier)} by the default rule set, with the customers that the one-off veto caps."""
    invoices = _invoices(path, year)
    revenue = {customer: sum(amounts) for customer, amounts in invoices.items()}
    vetoed = {customer for customer, amounts in invoices.items() if _is_one_off(amounts)}
    tiers = {
        customer: "C" if customer in vetoed else _tier(rank * 100, len(revenue))
        for customer, rank in _ranks(revenue).items()
    }
    return {customer: (revenue[customer], tiers[customer]) for customer in revenue}, vetoed


def _invoices(path, year):
    found = defaultdict(list)
    with open(path, newline="", encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            if row["date"].startswith(f"{year}-"):
                found[row["customer"]].append(Decimal(row["amount_gbp"]))
    return found


def _is_one_off(amounts):
    return len(amounts) <= 2 and max(amounts) * 100 >= sum(amounts) * 70


def _ranks(revenue):
    """Equal revenue shares the better rank."""
    first = {}
    for place, amount in enumerate(sorted(revenue.values(), reverse=True), 1):
        first.setdefault(amount, place)
    return {customer: first[amount] for customer, amount in revenue.items()}


def _tier(hundredfold_rank, population):
    return "A" if hundredfold_rank <= 15 * population else "B" if hundredfold_rank <= 35 * population else "C"
