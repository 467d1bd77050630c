"""Runs in an Odoo shell: what users of this database rely on, as JSON in business terms; the same before and after."""

import json
import os
from pathlib import Path

from odoo.addons.key_account_mgmt.models.evaluations.evaluation_replay import Replay

# Records by model, counted: whatever an upgrade may lose.
COUNTED = [
    "key.account.appraisal",
    "key.account.approval",
    "key.account.award",
    "key.account.comparison.line",
    "key.account.credit.entry",
    "key.account.criterion",
    "key.account.customer.profile",
    "key.account.evaluation.line",
    "key.account.expectation",
    "key.account.metric.value",
    "key.account.rule",
    "key.account.rule.condition",
    "key.account.service.cost",
    "key.account.target",
]

env = env  # noqa: F821 (the shell's)


def customers():
    """Tier with its date, value type and credit limit of each customer that has one of them."""
    found = env["res.partner"].search(
        ["|", ("key_account_tier_id", "!=", False), ("key_account_evaluation_id", "!=", False)], order="name, id"
    )
    return {
        partner.name: [
            partner.key_account_tier_id.code,
            str(partner.key_account_tier_date),
            partner.key_account_value_type,
            partner.credit_limit,
        ]
        for partner in found
    }


def evaluations():
    """State, lines and differences of deciding again from the stored facts and rules: none are expected."""
    found = env["key.account.evaluation"].search([], order="reference")
    return {
        evaluation.reference: [
            evaluation.state,
            evaluation.line_count,
            len(Replay(evaluation).get_differences()) if evaluation.state != "draft" else None,
        ]
        for evaluation in found
    }


def awards():
    return {
        award.name: [award.kind, award.state, award.partner_name, award.proposed, award.approved_amount, award.cost]
        for award in env["key.account.award"].search([], order="name")
    }


def orders():
    return {
        order.client_order_ref: [order.state, order.amount_total, order.key_account_approval_ids.mapped("state")]
        for order in env["sale.order"].search([("client_order_ref", "!=", False)], order="client_order_ref")
    }


def rulesets():
    """State, and whether the rules are still read without an error."""
    found = env["key.account.ruleset"].with_context(active_test=False).search([], order="id")
    return [[ruleset.name, ruleset.state, bool(ruleset._get_policy())] for ruleset in found]


def views():
    """Each form opens on a record."""
    for model in COUNTED:
        env[model].get_views([(False, "form"), (False, "list")])
    return len(COUNTED)


state = {
    "customers": customers(),
    "evaluations": evaluations(),
    "awards": awards(),
    "orders": orders(),
    "rule sets": rulesets(),
    "records": {model: env[model].with_context(active_test=False).search_count([]) for model in COUNTED},
    "views": views(),
}
Path(os.environ["UPGRADE_STATE"]).write_text(json.dumps(state, ensure_ascii=False, indent=1), encoding="utf-8")
