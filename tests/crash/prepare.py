"""Runs in an Odoo shell: an approved evaluation that grants each customer a credit limit, ready to be applied."""

import os

from odoo.fields import Command

AWARDS = int(os.environ["CRASH_AWARDS"])
MANAGER, FINANCE = "key_account_mgmt.group_key_account_manager", "key_account_mgmt.group_key_account_finance"

env = env  # noqa: F821 (the shell's)
company = env.ref("base.main_company")
env["ir.config_parameter"].set_param("key_account_mgmt.at_once_limit", 0)
env["key.account.part"]._switch_on_all()


def make_user(login, group):
    groups = env.ref("base.group_user") | env.ref(group)
    values = {"company_id": company.id, "company_ids": [Command.set(company.ids)]}
    return env["res.users"].create({"name": login, "login": login, "group_ids": [Command.set(groups.ids)], **values})


def make_ruleset():
    tier = env["key.account.tier"].search([("code", "=", "C"), ("company_id", "=", False)])
    ruleset = env["key.account.ruleset"].create(
        {"name": "Crash", "company_id": company.id, "tier_ids": [Command.set(tier.ids)]}
    )
    rule = {"name": "All", "ruleset_id": ruleset.id, "kind": "tier", "tier_id": tier.id}
    env["key.account.rule"].create(rule)
    ruleset.action_activate()
    return ruleset


manager, approver = make_user("crash_manager", MANAGER), make_user("crash_approver", MANAGER)
make_user("crash_finance", FINANCE)
env["key.account.ruleset"].search([("state", "=", "active"), ("company_id", "=", company.id)]).action_retire()
customers = env["res.partner"].create([{"name": f"Crash {number}", "is_company": True} for number in range(AWARDS)])
# Every other customer has a limit already, so that the ledger has something to add up.
for position, customer in enumerate(customers):
    if position % 2:
        customer.with_company(company).credit_limit = 500 + position
evaluation = (
    env["key.account.evaluation"]
    .with_user(manager)
    .with_company(company)
    .create(
        {
            "name": "Crash",
            "company_id": company.id,
            "ruleset_id": make_ruleset().id,
            "date_from": "2024-01-01",
            "date_to": "2024-12-31",
            "population": "selected",
            "partner_ids": [Command.set(customers.ids)],
        }
    )
)
evaluation.action_compute()
env["key.account.evaluation"]._cron_process_jobs()
env.cr.execute(
    """
    UPDATE key_account_evaluation_line
       SET grants = jsonb_build_object('credit', jsonb_build_object(
               'rule', 'crash', 'limit', (10000 + partner_id)::text, 'current', NULL, 'reasons', '[]'::jsonb))
     WHERE evaluation_id = %s
    """,
    [evaluation.id],
)
env.invalidate_all()
evaluation.action_submit()
evaluation.with_user(approver).action_approve()
evaluation.action_apply()
env.cr.commit()
