from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"  # pylint: disable=consider-merging-classes-inherited

    key_account_appraisal_rule = fields.Selection(
        related="company_id.key_account_appraisal_rule", readonly=False, required=True
    )
