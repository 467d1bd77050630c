from odoo import fields, models


class ResCompany(models.Model):
    """Whether credit limits come from awards only."""

    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    key_account_forbid_manual_limit = fields.Boolean(
        "Credit Limits by Awards Only",
        help="Nobody changes the credit limit of a customer by hand. Otherwise manual changes are recorded.",
    )
