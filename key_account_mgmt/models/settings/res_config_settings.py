from odoo import api, fields, models

from ...rules import matcher_name


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    key_account_four_eyes = fields.Boolean(related="company_id.key_account_four_eyes", readonly=False)
    key_account_refuse_uneven_caps = fields.Boolean(related="company_id.key_account_refuse_uneven_caps", readonly=False)
    key_account_block_sending = fields.Boolean(related="company_id.key_account_block_sending", readonly=False)
    key_account_matcher = fields.Char(
        "Rule Matcher",
        compute="_compute_key_account_matcher",
        help="The program that finds the rules that fit a customer. All of them decide alike; they differ in speed.",
    )

    @api.depends_context("lang")
    def _compute_key_account_matcher(self):
        name = matcher_name()
        self.key_account_matcher = self.env._("reference matcher") if name == "reference" else name
