from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    key_account_four_eyes = fields.Boolean(
        "Evaluations Need Two People",
        default=True,
        help="An evaluation is approved by somebody else than who submitted it.",
    )
