from odoo import api, fields, models

from ...rules import matcher_name


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    group_key_account_part_caps = fields.Boolean("Discount Caps", implied_group="key_account_mgmt.group_part_caps")
    group_key_account_part_credit = fields.Boolean(
        "Credit Limits and Rewards", implied_group="key_account_mgmt.group_part_credit"
    )
    group_key_account_part_appraisals = fields.Boolean(
        "Appraisals", implied_group="key_account_mgmt.group_part_appraisals"
    )
    group_key_account_part_targets = fields.Boolean("Targets", implied_group="key_account_mgmt.group_part_targets")
    group_key_account_part_expectations = fields.Boolean(
        "Expected Value", implied_group="key_account_mgmt.group_part_expectations"
    )
    group_key_account_part_profiles = fields.Boolean(
        "Experience Matching", implied_group="key_account_mgmt.group_part_profiles"
    )
    group_key_account_part_territories = fields.Boolean(
        "Territories", implied_group="key_account_mgmt.group_part_territories"
    )
    group_key_account_part_costs = fields.Boolean("Costs to Serve", implied_group="key_account_mgmt.group_part_costs")
    group_key_account_part_value_types = fields.Boolean(
        "Value Types", implied_group="key_account_mgmt.group_part_value_types"
    )
    group_key_account_part_comparisons = fields.Boolean(
        "Comparisons", implied_group="key_account_mgmt.group_part_comparisons"
    )
    key_account_four_eyes = fields.Boolean(related="company_id.key_account_four_eyes", readonly=False)
    key_account_require_monotone_caps = fields.Boolean(
        related="company_id.key_account_require_monotone_caps", readonly=False
    )
    key_account_block_sending = fields.Boolean(related="company_id.key_account_block_sending", readonly=False)
    key_account_matcher = fields.Char(
        "Rule Matcher",
        compute="_compute_key_account_matcher",
        help="The program that finds the rules matching a customer. All matchers give the same results; they"
        " differ in speed.",
    )
    key_account_appraisal_rule = fields.Selection(
        related="company_id.key_account_appraisal_rule", readonly=False, required=True
    )
    key_account_forbid_manual_limit = fields.Boolean(
        related="company_id.key_account_forbid_manual_limit", readonly=False
    )
    key_account_credit_policy = fields.Selection(
        related="company_id.key_account_credit_policy", readonly=False, required=True
    )
    key_account_check_overdue = fields.Boolean(related="company_id.key_account_check_overdue", readonly=False)
    key_account_overdue_days = fields.Integer(related="company_id.key_account_overdue_days", readonly=False)
    key_account_overdue_tolerance = fields.Monetary(related="company_id.key_account_overdue_tolerance", readonly=False)
    key_account_overdue_tolerance_pct = fields.Float(
        related="company_id.key_account_overdue_tolerance_pct", readonly=False
    )
    key_account_hour_cost = fields.Monetary(related="company_id.key_account_hour_cost", readonly=False)

    @api.depends_context("lang")
    def _compute_key_account_matcher(self):
        name = matcher_name()
        self.key_account_matcher = self.env._("reference matcher") if name == "reference" else name
