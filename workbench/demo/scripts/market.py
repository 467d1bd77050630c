"""What was learnt of the market, and where each customer stands in it: what experience matching asks for."""

# Ends of the external ids of Odoo's industries, and how well their customers fit, in %.
INDUSTRIES = {"C": 100, "F": 90, "G": 80, "H": 50, "A": 20}
# Metric: points by option.
CHOICES = {
    "company_size": {"very_large": 40, "large": 35, "medium": 20, "small": 5},
    "project_choice": {"quality": 25, "technology": 20, "service": 15, "relationship": 5},
}
REGIONS = {"de": 35, "it": 25, "fr": 20}


def enter_profiles(env):
    """Both tables, for every company."""
    env["key.account.industry.profile"].create(
        [{"industry_id": _get_industry(env, code).id, "fit_pct": fit} for code, fit in INDUSTRIES.items()]
    )
    rows = [_prepare_region(env, *region) for region in REGIONS.items()]
    for code, points in CHOICES.items():
        metric = env["key.account.metric"].search([("code", "=", code)])
        rows += [
            {"feature": "choice", "metric_id": metric.id, "option_id": option.id, "points": points[option.code]}
            for option in metric.option_ids
            if option.code in points
        ]
    env["key.account.customer.profile"].create(rows)


def give_industries(env, customers, rng):
    for customer in customers:
        customer.industry_id = _get_industry(env, rng.choice(list(INDUSTRIES)))


def _get_industry(env, code):
    return env.ref(f"base.res_partner_industry_{code}")


def _prepare_region(env, code, points):
    return {"feature": "region", "country_id": env.ref(f"base.{code}").id, "points": points}
