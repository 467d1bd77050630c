"""What people tell of the generated book's customers, so that every method has what it asks for.

Targets, grades, expectations and costs of one year, some prospects, and what is known of the market. Always the same
for the same customers.
"""

import random

from workbench.demo.scripts.market import REGIONS, enter_profiles, give_industries

SEED = 75
PROSPECTS = 12
LEVELS = ("high", "average", "low")


def enter(env, year):
    """Enter all of it for the customers with revenue in the year; committed."""
    rng, env = random.Random(SEED), env(context={**env.context, "tracking_disable": True})
    revenue = _get_revenue(env, year)
    env["key.account.target"].create([_prepare_target(*pair, year, rng) for pair in revenue.items()])
    env["key.account.metric.value"].create(_prepare_grades(env, list(revenue), year, rng))
    env["key.account.service.cost"].create([_prepare_cost(*pair, year, rng) for pair in revenue.items()])
    expectations = [_prepare_growth(env, *pair, year, rng) for pair in list(revenue.items())[::3]]
    prospects = _make_prospects(env, rng)
    expectations += [_prepare_potential(env, prospect, year, rng) for prospect in prospects]
    env["key.account.expectation"].create(expectations)
    env["key.account.metric.value"].create(_prepare_grades(env, prospects, year, rng))
    enter_profiles(env)
    give_industries(env, [*revenue, *prospects], rng)
    env.cr.commit()


def _get_revenue(env, year):
    """{customer: untaxed revenue of the year} where there is any, in order of customer number."""
    invoices = [("move_type", "in", ("out_invoice", "out_refund")), ("state", "=", "posted")]
    period = [("invoice_date", ">=", f"{year}-01-01"), ("invoice_date", "<=", f"{year}-12-31")]
    groups = env["account.move"]._read_group(
        invoices + period, ["commercial_partner_id"], ["amount_untaxed_signed:sum"]
    )
    found = {customer: amount for customer, amount in groups if amount > 0}
    return dict(sorted(found.items(), key=lambda pair: pair[0].ref or ""))


def _prepare_target(customer, revenue, year, rng):
    """Most are a little more than was reached."""
    return {"partner_id": customer.id, "year": year, "amount": round(revenue * rng.uniform(0.9, 2), 2)}


def _prepare_grades(env, customers, year, rng):
    """Every grade that a method may ask for; who is good at one thing mostly is good at others."""
    metrics = env["key.account.metric"].search([("source", "=", "manual"), ("kind", "=", "choice")])
    period = {"date_from": f"{year}-01-01", "date_to": f"{year}-12-31"}
    values = []
    for customer in customers:
        weakness = rng.random()
        for metric in metrics:
            place = int(len(metric.option_ids) * (0.7 * weakness + 0.3 * rng.random()))
            option = metric.option_ids[place]
            values.append({"partner_id": customer.id, "metric_id": metric.id, "option_id": option.id, **period})
    return values


def _prepare_cost(customer, revenue, year, rng):
    """Freight and repairs: little for most, more than the margin for a few."""
    share = rng.uniform(0, 0.4) ** 2
    return {
        "partner_id": customer.id,
        "date": f"{year}-12-31",
        "kind": "delivery",
        "amount": round(revenue * share, 2) + 1,
        "note": "Freight and repairs of the year",
    }


def _prepare_growth(env, customer, revenue, year, rng):
    volume = round(revenue * rng.uniform(0.05, 0.5), 2)
    return {**_prepare_expectation(env, customer, year, rng), "additional_volume": volume}


def _prepare_potential(env, prospect, year, rng):
    numbers = {"market_potential": rng.randint(2, 60) * 10_000, "share_pct": rng.randint(1, 8) * 5}
    return {**_prepare_expectation(env, prospect, year, rng), **numbers}


def _prepare_expectation(env, customer, year, rng):
    level = env.ref(f"key_account_mgmt.probability_{rng.choice(LEVELS)}")
    return {"partner_id": customer.id, "year": year, "probability_id": level.id}


def _make_prospects(env, rng):
    countries = [env.ref(f"base.{code}").id for code in REGIONS]
    return env["res.partner"].create(
        [
            {"name": f"Prospect {number:02d}", "is_company": True, "country_id": rng.choice(countries)}
            for number in range(1, PROSPECTS + 1)
        ]
    )
