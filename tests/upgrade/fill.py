"""Runs in an Odoo shell on the demo of a small book: what a company decides in a year beside the evaluation itself."""

from odoo.fields import Command

MANAGER, FINANCE = "key_account_mgmt.group_key_account_manager", "key_account_mgmt.group_key_account_finance"

env = env  # noqa: F821 (the shell's)
company = env.ref("base.main_company")
manager = env["res.users"].search([("login", "=", "key_manager")])
approver = env["res.users"].search([("login", "=", "key_approver")])
env["key.account.part"]._switch_on_all()


def make_finance_user():
    groups = env.ref("base.group_user") | env.ref(FINANCE) | env.ref("account.group_account_invoice")
    values = {"name": "Fiona Finance", "login": "key_finance", "group_ids": [Command.set(groups.ids)]}
    return env["res.users"].with_context(no_reset_password=True).create(values)


def activate_caps_and_grants():
    """A new version of the rules in force, with a cap, a credit limit and a reward for everybody."""
    active = env["key.account.ruleset"].search([("state", "=", "active"), ("company_id", "=", company.id)])
    version = env["key.account.ruleset"].browse(active.action_new_version()["res_id"])
    env["key.account.rule"].create(
        [
            {"ruleset_id": version.id, "name": "All orders", "kind": "discount_cap", "cap": 10},
            {
                "ruleset_id": version.id,
                "name": "Two months",
                "kind": "credit_limit",
                "credit_formula": "months",
                "formula_value": 2,
            },
            {"ruleset_id": version.id, "name": "Training", "kind": "reward", "reward": "training", "cost": 30},
        ]
    )
    version.action_activate()
    return version


def evaluate_last_quarter(ruleset):
    """Submitted with an override, approved by another user, applied."""
    last = env["key.account.evaluation"].search([("state", "=", "applied")], limit=1)
    evaluation = (
        env["key.account.evaluation"]
        .with_user(manager)
        .create(
            {
                "name": "Last Quarter",
                "company_id": company.id,
                "ruleset_id": ruleset.id,
                "date_from": last.date_to.replace(month=10, day=1),
                "date_to": last.date_to,
            }
        )
    )
    evaluation.action_compute()
    best = evaluation.line_ids.filtered("tier_id").sorted("rank")[-1:]
    top = ruleset.tier_ids.sorted()[:1]
    best.write({"override_tier_id": top.id, "override_reason": "Strategic customer"})
    evaluation.action_submit()
    evaluation.with_user(approver).action_approve()
    evaluation.with_user(approver).action_apply()
    return evaluation


def decide_awards(evaluation, finance):
    """Each way an award can go."""
    awards = env["key.account.award"].search([("evaluation_id", "=", evaluation.id)], order="id").with_user(finance)
    limits = awards.filtered(lambda award: award.kind == "credit")
    rewards = awards - limits
    limits[:3].action_approve()
    limits[3:4].action_approve_changed({"approved_amount": 1234.5}, "A round figure is enough")
    limits[4:5].action_refuse("Pays late")
    rewards[:2].action_approve()
    rewards[0].action_deliver(25, "Done in the showroom")


def make_orders():
    """One within its cap, confirmed; one over it, with an approval asked for."""
    product = env["product.product"].search([("default_code", "!=", False), ("list_price", ">", 0)], limit=1)
    customer = env["key.account.award"].search([("state", "=", "posted")], limit=1).partner_id
    orders = env["sale.order"].create(
        [
            {
                "partner_id": customer.id,
                "client_order_ref": reference,
                "order_line": [Command.create({"product_id": product.id, "discount": discount})],
            }
            for reference, discount in (("within", 5), ("over", 25))
        ]
    )
    orders[0].action_confirm()
    seller = env.ref("base.user_admin")
    request = env["key.account.approval.request"].with_user(seller)
    request.create({"order_id": orders[1].id, "reason": "A large order next month"}).action_request()


finance = make_finance_user()
evaluation = evaluate_last_quarter(activate_caps_and_grants())
decide_awards(evaluation, finance)
make_orders()
env.cr.commit()
