from odoo import models


class PaymentTransaction(models.Model):
    """A payment does not carry an order over its caps; nor does the order make the payment fail."""

    _inherit = "payment.transaction"

    def _check_amount_and_confirm_order(self):
        confirmed = self.env["sale.order"]
        for transaction in self:
            confirm = super(PaymentTransaction, transaction)._check_amount_and_confirm_order
            confirmed |= transaction.sale_order_ids._key_account_confirm_or_hold(confirm) or confirmed.browse()
        return confirmed
