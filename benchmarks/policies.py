"""The rule set of the benchmark: a scorecard of four perspectives and many vetoes, more than most companies have."""

from odoo.fields import Command

CRITERIA = [
    # metric, perspective, maximum, scale, further values
    ("revenue", "sales", 25, "percentile", {}),
    ("growth_pct", "sales", 10, "bands", {"steps": [(0, 4), (5, 6), (15, 8), (30, 10)]}),
    ("margin", "finance", 15, "percentile", {}),
    ("margin_pct", "finance", 10, "linear", {"target": 35}),
    ("collected_amount", "finance", 5, "linear", {"target_metric_id": "revenue"}),
    ("late_count", "finance", 10, "deductions", {"points_each": 2.5, "offset_metric_id": "on_time_count"}),
    ("order_count", "customer", 10, "bands", {"steps": [(1, 2), (3, 5), (6, 8), (12, 10)]}),
    ("active_months", "customer", 10, "linear", {"target": 12}),
    ("return_rate_pct", "service", 5, "deductions", {"points_each": 0.5}),
]
TIERS = [("a", [("score", "rank_pct", "<=", 15)]), ("b", [("score", "rank_pct", "<=", 35)]), ("c", [])]
VETOES = [
    ("c", [("largest_invoice_share_pct", ">=", 70), ("invoice_count", "<=", 2)]),
    ("c", [("revenue", "cumulative_share_pct", ">", 95), ("margin_pct", "<", 30)]),
    ("c", [("margin_pct", "<", 15), ("revenue", ">", 5_000)]),
    ("c", [("overdue_amount", ">", 10_000), ("on_time_pct", "<", 50)]),
    ("c", [("growth_pct", "<", -50), ("days_since_last_invoice", ">", 180)]),
    ("c", [("days_since_last_invoice", ">", 300)]),
    ("c", [("return_rate_pct", ">", 40)]),
    ("c", [("late_count", ">", 10), ("average_days_late", ">", 30)]),
    ("b", [("margin_pct", "<", 25)]),
    ("b", [("active_months", "<", 3), ("customer_years", "<", 1)]),
    ("b", [("overdue_amount", ">", 5_000), ("late_count", ">", 2), ("on_time_pct", "<", 70)]),
    ("b", [("largest_invoice_share_pct", ">", 50), ("active_months", "<=", 4), ("order_count", "=", 0)]),
    ("b", [("return_rate_pct", ">", 20), ("invoice_count", ">=", 5)]),
    ("b", [("revenue", "rank_pct", ">", 50), ("margin", "rank_pct", ">", 50)]),
    ("b", [("collected_amount", "<=", 0), ("invoice_count", ">", 3), ("customer_years", ">=", 1)]),
    (
        "b",
        [("growth_pct", "<", -20), ("revenue", "rank_pct", "<=", 35), ("late_count", ">=", 1), ("margin_pct", "<", 32)],
    ),
]


def make_ruleset(env):
    """An active rule set instead of the one that ships."""
    ruleset = env["key.account.ruleset"].create(
        {
            "name": "Benchmark",
            "company_id": env.company.id,
            "tier_ids": [Command.set([_tier(env, code).id for code, _conditions in TIERS])],
        }
    )
    env["key.account.criterion"].create([_prepare_criterion(env, ruleset, *row) for row in CRITERIA])
    for kind, rules in (("tier", TIERS), ("veto", VETOES)):
        env["key.account.rule"].create(
            [_prepare_rule(env, ruleset, kind, number, *rule) for number, rule in enumerate(rules, 1)]
        )
    ruleset.action_activate()
    env.cr.commit()
    return ruleset


def _tier(env, code):
    return env.ref(f"key_account_mgmt.tier_{code}")


def _metric(env, code):
    return env["key.account.metric"].search([("code", "=", code)])


def _prepare_criterion(env, ruleset, metric, perspective, points, scale, options):
    values = {name: _metric(env, code).id if name.endswith("_id") else code for name, code in options.items()}
    steps = values.pop("steps", [])
    return {
        "name": _metric(env, metric).name,
        "key": metric,
        "ruleset_id": ruleset.id,
        "metric_id": _metric(env, metric).id,
        "perspective_id": env.ref(f"key_account_mgmt.perspective_{perspective}").id,
        "scale": scale,
        "max_points": points,
        "step_ids": [Command.create({"lower_bound": lower, "points": given}) for lower, given in steps],
        **values,
    }


def _prepare_rule(env, ruleset, kind, number, tier, conditions):
    return {
        "name": f"{kind.title()} {number}",
        "key": f"{kind}_{number}",
        "ruleset_id": ruleset.id,
        "kind": kind,
        "sequence": number,
        "tier_id": _tier(env, tier).id,
        "condition_ids": [Command.create(_prepare_condition(env, *condition)) for condition in conditions],
    }


def _prepare_condition(env, metric, *comparison):
    measure, operator, value = comparison if len(comparison) == 3 else ("value", *comparison)
    return {"metric_id": _metric(env, metric).id, "measure": measure, "operator": operator, "value": value}
