from odoo import models


class PaymentTransaction(models.Model):
    """Holds orders over their caps when a payment confirms them; the payment itself does not fail."""

    _inherit = "payment.transaction"

    def _check_amount_and_confirm_order(self):
        confirmed = self.env["sale.order"]
        for transaction in self:
            confirm = super(PaymentTransaction, transaction)._check_amount_and_confirm_order
            confirmed |= transaction.sale_order_ids._key_account_confirm_or_hold(confirm) or confirmed.browse()
        return confirmed
