from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"  # pylint: disable=consider-merging-classes-inherited

    key_account_hour_cost = fields.Monetary(related="company_id.key_account_hour_cost", readonly=False)
