"""Runs in an Odoo shell: choose what the pictures show, and write it to the file named by PLAN."""

import json
import os
from pathlib import Path

from odoo.fields import Command

env = globals()["env"]  # given by the shell
language = os.environ["LANGUAGE"]

env["res.lang"]._activate_lang(language)
env["ir.module.module"].search([("name", "=", "key_account_mgmt")])._update_translations([language], overwrite=True)
env["ir.module.module"].search([("state", "=", "installed")])._update_translations([language])
env.ref("base.user_admin").lang = language

# Not the worked example, which is in a company of its own.
ours = ("company_id", "=", env.company.id)
evaluation = env["key.account.evaluation"].search(
    [ours, ("line_ids", "!=", False)], order="date_to desc, date_from, id desc", limit=1
)
lines = evaluation.line_ids
vetoed = lines.filtered("vetoed").sorted("rank")[:1] or lines.sorted("rank")[:1]
best = lines.filtered(lambda line: line.rank == 1)[:1]
ruleset = env["key.account.ruleset"].search([ours, ("state", "=", "active")], limit=1)


def put_caps_in_force():
    """A next version of the rule set with a cap for each tier, the best one's the highest."""
    version = env["key.account.ruleset"].browse(ruleset.action_new_version()["res_id"])
    tiers = version.tier_ids.sorted("rank", reverse=True)
    env["key.account.rule"].create(
        [
            {
                "ruleset_id": version.id,
                "kind": "discount_cap",
                "name": tier.name,
                "cap": 5 * number,
                "tier_filter_ids": tier.ids,
            }
            for number, tier in enumerate(tiers, 1)
        ]
    )
    version.action_activate()


def make_order(customer):
    """A quotation over its discount cap and over the customer's credit limit."""
    put_caps_in_force()
    company = evaluation.company_id
    company.write({"account_use_credit_limit": True, "key_account_credit_policy": "approval"})
    customer = customer.with_company(company)
    customer.credit_limit = 5000 + env["key.account.exposure"]._get_exposures(customer, company)[customer].used
    desk, lamp = env["product.product"].create(
        [{"name": name, "list_price": price, "taxes_id": False} for name, price in (("Desk", 400), ("Lamp", 60))]
    )
    lines = [
        {"product_id": product.id, "product_uom_qty": quantity, "discount": discount}
        for product, quantity, discount in ((desk, 20, 25), (lamp, 20, 10))
    ]
    pricelist = {"name": "Standard", "currency_id": company.currency_id.id, "company_id": company.id}
    values = {
        "partner_id": customer.id,
        "origin": "Picture",
        "pricelist_id": env["product.pricelist"].create(pricelist).id,
        "order_line": [Command.create(line) for line in lines],
    }
    return env["sale.order"].with_company(company).create(values)


order = env["sale.order"].search([("origin", "=", "Picture")], limit=1) or make_order(best.partner_id)
veto = ruleset.rule_ids.filtered(lambda rule: rule.kind == "veto")[:1]

Path(os.environ["PLAN"]).write_text(
    json.dumps(
        {
            "suffix": language.split("_")[0],
            "evaluation": evaluation.id,
            "vetoed_line": vetoed.id,
            "ruleset": ruleset.id,
            "veto": veto.name,
            "customer": best.partner_id.id,
            "order": order.id,
        }
    )
)
env.cr.commit()
