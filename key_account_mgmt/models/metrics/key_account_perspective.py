from odoo import fields, models


class KeyAccountPerspective(models.Model):
    _name = "key.account.perspective"
    _description = "Key Account Perspective"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Stable name in exported rule sets, such as finance or sales.")
    sequence = fields.Integer(default=10)

    _code_unique = models.Constraint("UNIQUE (code)", "A perspective with this code exists already.")
