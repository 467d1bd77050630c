from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    key_account_four_eyes = fields.Boolean(related="company_id.key_account_four_eyes", readonly=False)
