from odoo import api, fields, models

from ..shared.numbers import exact_text
from .key_account_grant_vocabulary import CREDIT, REWARDS


class KeyAccountRuleset(models.Model):
    """What a rule set grants: credit limits, rewards, and the benefits of whole tiers."""

    _name = "key.account.ruleset"
    _inherit = ["key.account.ruleset", "key.account.credit.off.mixin"]

    credit_rule_ids = fields.One2many(
        "key.account.rule",
        "ruleset_id",
        string="Credit Limits",
        domain=[("kind", "=", CREDIT)],
        context={"active_test": False, "default_kind": CREDIT},
        copy=False,
    )
    reward_rule_ids = fields.One2many(
        "key.account.rule",
        "ruleset_id",
        string="Rewards",
        domain=[("kind", "=", REWARDS)],
        context={"active_test": False, "default_kind": REWARDS},
        copy=False,
    )
    benefit_ids = fields.One2many("key.account.tier.benefit", "ruleset_id", string="Benefits of Tiers", copy=True)

    @api.model
    def _get_credit_off_fields(self):
        return ("credit_rule_ids",)

    def _grants_credit_limits(self):
        return bool(self.credit_rule_ids)

    @api.depends("credit_rule_ids.active", "reward_rule_ids.active")
    @api.depends_context("lang")
    def _compute_summary(self):
        return super()._compute_summary()

    def _get_summary_parts(self):
        limits, rewards = len(self.credit_rule_ids.filtered("active")), len(self.reward_rule_ids.filtered("active"))
        parts = super()._get_summary_parts()
        if limits:
            parts.append(self.env._("1 credit limit") if limits == 1 else self.env._("%s credit limits", limits))
        if rewards:
            parts.append(self.env._("1 reward") if rewards == 1 else self.env._("%s rewards", rewards))
        return parts

    # --- As the policy has it ---

    def _prepare_table_values(self):
        tables = super()._prepare_table_values()
        ceilings = self._prepare_ceiling_values()
        if ceilings and not any(table["kind"] == CREDIT for table in tables):
            tables.append({"kind": CREDIT, "rules": []})
        for table in tables:
            if table["kind"] == CREDIT and ceilings:
                table["ceilings"] = ceilings
        return tables

    def _prepare_ceiling_values(self):
        """Ceilings by code of the tier; they are in force for whatever the rules of credit limits come to."""
        return {
            benefit.tier_id.code: exact_text(benefit.credit_ceiling)
            for benefit in self.benefit_ids.sorted(lambda benefit: (benefit.tier_id.rank, benefit.id))
            if benefit.has_credit_ceiling
        }

    def _get_policy_metrics(self):
        """With the metrics that formulas look at, so that their names and kinds are kept with the rules."""
        rules = (self.credit_rule_ids | self.reward_rule_ids).filtered("active")
        codes = {code for rule in rules for code in rule._get_formula_metrics()}
        metrics = self.env["key.account.metric"].with_context(active_test=False).search([("code", "in", list(codes))])
        return (super()._get_policy_metrics() | metrics).sorted("code")
