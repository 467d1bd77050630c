from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    key_account_tier_id = fields.Many2one(
        "key.account.tier", string="Customer Tier", company_dependent=True, copy=False, readonly=True, tracking=True
    )
    key_account_tier_date = fields.Date("Tier Since", company_dependent=True, copy=False, readonly=True)
    key_account_evaluation_id = fields.Many2one(
        "key.account.evaluation", string="Tier Set by", company_dependent=True, copy=False, readonly=True
    )
