from odoo import fields, models


class KeyAccountTier(models.Model):
    _name = "key.account.tier"
    _description = "Key Account Tier"
    _order = "rank, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Stable name in exported rule sets.")
    rank = fields.Integer(required=True, default=1, help="1 is the best tier.")
    color = fields.Integer()
    description = fields.Text(translate=True)
    company_id = fields.Many2one("res.company", index=True, help="Empty: every company may use it.")
    active = fields.Boolean(default=True)
