from odoo import api, fields, models

from odoo.addons.key_account_mgmt.rules import matcher_name


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    key_account_four_eyes = fields.Boolean(related="company_id.key_account_four_eyes", readonly=False)
    key_account_refuse_uneven_caps = fields.Boolean(related="company_id.key_account_refuse_uneven_caps", readonly=False)
    key_account_block_sending = fields.Boolean(related="company_id.key_account_block_sending", readonly=False)
    key_account_ruleset_id = fields.Many2one(
        "key.account.ruleset", string="Active Rule Set", compute="_compute_key_account_ruleset_id"
    )
    key_account_matcher = fields.Char(
        "Rule Matcher",
        compute="_compute_key_account_matcher",
        help="The program that finds the rules that fit a customer. All of them decide alike; they differ in speed.",
    )

    @api.depends("company_id")
    def _compute_key_account_ruleset_id(self):
        rulesets = self.env["key.account.ruleset"]
        for settings in self:
            settings.key_account_ruleset_id = rulesets._get_active(settings.company_id)

    @api.depends_context("lang")
    def _compute_key_account_matcher(self):
        name = matcher_name()
        self.key_account_matcher = self.env._("reference matcher") if name == "reference" else name
