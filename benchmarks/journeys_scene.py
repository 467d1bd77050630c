"""A small company in which every kind of rule is in force: caps, credit limits, rewards, vetoes, value types.

from benchmarks import journeys_scene
journeys_scene.make(env)     # ids by name
"""

from datetime import date

from odoo.fields import Command

from . import orders_scene

LIMIT = 1e6
REVENUES = (9_000, 5_000, 2_000, 500)
MANAGER = ("base.group_user", "key_account_mgmt.group_key_account_manager", "sales_team.group_sale_manager")
FINANCE = ("base.group_user", "key_account_mgmt.group_key_account_finance")


def make(env):
    """Two quotations of a salesperson, four customers with a year of invoices, and an active rule set."""
    scene = orders_scene.make(env)
    env.company.account_use_credit_limit = True
    env.company.key_account_credit_policy = "block"
    order = env["sale.order"].browse(scene["order"])
    order.partner_id.credit_limit = LIMIT
    second = order.with_user(scene["user"]).copy()
    _make_invoices(env)
    ruleset = make_version(env)
    _add_rules(env, ruleset)
    ruleset.action_activate()
    users = {name: _make_user(env, name, groups).id for name, groups in _users()}
    env.cr.commit()
    return {**scene, "second": second.id, **users}


def _users():
    yield from (("manager", MANAGER), ("approver", MANAGER), ("finance", FINANCE))
    yield "admin", ("base.group_user", "key_account_mgmt.group_key_account_rule_admin")


def _make_user(env, name, groups):
    ids = [env.ref(group).id for group in groups]
    return env["res.users"].create({"name": name, "login": f"bench_{name}", "group_ids": [Command.set(ids)]})


def make_version(env):
    active = env["key.account.ruleset"].search([("state", "=", "active"), ("company_id", "=", env.company.id)])
    return env["key.account.ruleset"].browse(active.action_new_version()["res_id"])


def _make_invoices(env):
    year = date.today().year - 1
    for number, revenue in enumerate(REVENUES):
        customer = env["res.partner"].create({"name": f"Buyer {number}", "is_company": True})
        for month in (3, 9):
            line = {"name": "Goods", "price_unit": revenue / 2, "tax_ids": []}
            env["account.move"].create(
                {
                    "move_type": "out_invoice",
                    "partner_id": customer.id,
                    "invoice_date": date(year, month, 1),
                    "invoice_line_ids": [Command.create(line)],
                }
            ).action_post()


def _add_rules(env, ruleset):
    revenue, late = (env["key.account.metric"].search([("code", "=", code)]) for code in ("revenue", "late_count"))
    env["key.account.criterion"].create(
        {
            "name": "Revenue",
            "ruleset_id": ruleset.id,
            "metric_id": revenue.id,
            "perspective_id": env.ref("key_account_mgmt.perspective_sales").id,
            "scale": "percentile",
            "max_points": 100,
        }
    )
    tier_a, tier_c = (env.ref(f"key_account_mgmt.tier_{code}").id for code in "ac")
    first = {"metric_id": revenue.id, "measure": "rank_pct", "operator": "<=", "value": 50}
    bad = {"metric_id": late.id, "operator": ">=", "value": 5}
    rows = [
        {"kind": "tier", "sequence": -1, "tier_id": tier_a, "condition_ids": [Command.create(first)]},
        {"kind": "veto", "tier_id": tier_c, "condition_ids": [Command.create(bad)]},
        {"kind": "credit_limit", "credit_formula": "fixed", "formula_value": 10_000},
        {"kind": "reward", "reward": "bonus", "formula_value": 100, "budget": 1_000},
        {"kind": "value_type", "value_type": "strategic", "condition_ids": [Command.create(first)]},
    ]
    env["key.account.rule"].create([{"name": row["kind"], "ruleset_id": ruleset.id, **row} for row in rows])
