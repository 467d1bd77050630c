from decimal import Decimal

from odoo import api, models

# Odoo rounds what it books, and spreads the cents that are left over when taxes are included in prices.
CENTS = 5


class KeyAccountDiscountValue(models.AbstractModel):
    """What the customer pays for a line of an invoice is what it books, if that is less than what it says."""

    _inherit = "key.account.discount.value"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _get_paid(self, line, quantity, memo):
        paid = super()._get_paid(line, quantity, memo)
        if line.record._name != "account.move.line":
            return paid
        booked = self._get_exact(line.record.amount_currency * line.record.move_id.direction_sign, line)
        least = paid - CENTS * Decimal(repr(line.document.currency.rounding))
        return booked if booked < least else paid
