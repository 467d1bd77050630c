from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    key_account_four_eyes = fields.Boolean(
        "Evaluations Need Two People",
        default=True,
        help="An evaluation is approved by somebody else than who submitted it.",
    )
    key_account_refuse_uneven_caps = fields.Boolean(
        "Refuse Uneven Discount Caps",
        help="A rule set in which a tier may get a higher discount than a better one cannot be activated. Otherwise"
        " this is a warning.",
    )
