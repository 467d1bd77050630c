from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"  # pylint: disable=consider-merging-classes-inherited

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
