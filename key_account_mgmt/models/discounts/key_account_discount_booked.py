from decimal import Decimal

from odoo import api, models

# Odoo rounds what it books, and spreads the cents that are left over when taxes are included in prices.
CENTS = 5


class KeyAccountDiscountValue(models.AbstractModel):
    """What the customer pays for a line of an invoice is what it books, if that is less than what it says."""

    _inherit = "key.account.discount.value"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _get_paid(self, line, quantity, memo):
        if line.record._name != "account.move.line":
            return super()._get_paid(line, quantity, memo)
        # A line of a credit note comes with its sign turned; what it says and books is looked at as it is.
        said = line._replace(quantity=line.record.quantity)
        turned = -1 if line.record.move_id.move_type == "out_refund" else 1
        paid = super()._get_paid(said, self._get_exact(said.quantity, line), memo) * turned
        return paid if self._is_booked(line, paid) else self._get_booked(line)

    @api.model
    def _is_booked(self, line, paid):
        """Whether a line of an invoice books no less than it says, but for cents.

        :param Decimal paid: what it says
        """
        return self._get_booked(line) >= paid - CENTS * Decimal(repr(line.document.currency.rounding))

    @api.model
    def _get_booked(self, line):
        return self._get_exact(-line.record.amount_currency, line)
