from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"  # pylint: disable=consider-merging-classes-inherited

    key_account_forbid_manual_limit = fields.Boolean(
        related="company_id.key_account_forbid_manual_limit", readonly=False
    )
