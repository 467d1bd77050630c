from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    key_account_ruleset_id = fields.Many2one(
        "key.account.ruleset", string="Active Rule Set", compute="_compute_key_account_ruleset_id"
    )

    @api.depends("company_id")
    def _compute_key_account_ruleset_id(self):
        rulesets = self.env["key.account.ruleset"]
        for settings in self:
            settings.key_account_ruleset_id = rulesets._get_active(settings.company_id)
