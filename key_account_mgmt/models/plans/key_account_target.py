from odoo import api, fields, models
from odoo.exceptions import ValidationError


class KeyAccountTarget(models.Model):
    """The target revenue of a customer in a fiscal year, or in a quarter of it."""

    _name = "key.account.target"
    _description = "Key Account Target"
    _inherit = ["key.account.plan.mixin", "key.account.internal.thread"]

    amount = fields.Monetary(required=True, tracking=True, help="Untaxed revenue, in company currency.")

    @api.constrains("amount")
    def _check_amount(self):
        formatter = self.env["key.account.formatter"]
        for target in self:
            if target.amount <= 0:
                raise ValidationError(
                    self.env._(
                        "%(row)s: the target must be greater than zero, not %(amount)s. Enter a larger amount, or"
                        " delete the target.",
                        row=target.display_name,
                        amount=formatter._format_amount(repr(target.amount), target.currency_id),
                    )
                )
