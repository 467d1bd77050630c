from odoo import api, models
from odoo.fields import Domain

# Of a payment that the customer has made.
PAID_STATES = ("pending", "authorized", "done")


class SaleOrder(models.Model):
    """Who has paid, left nothing in the cart: not while the order is held, nor when it is set to quotation to be
    changed."""

    _inherit = "sale.order"

    @api.depends("transaction_ids.state")
    def _compute_abandoned_cart(self):
        result = super()._compute_abandoned_cart()
        self._filter_key_account_taken().is_abandoned_cart = False
        return result

    def _search_abandoned_cart(self, operator, value):
        domain = super()._search_abandoned_cart(operator, value)
        if domain is NotImplemented:
            return domain
        # Past access rules: who sees carts need not see payments, and learns of none but that there is one.
        return domain & ~Domain("transaction_ids", "any!", [("state", "in", PAID_STATES)])

    def _filter_key_account_taken(self):
        """Of these orders those that customers have done with."""
        # sudo: who sees carts need not see payments
        paid = self.sudo().filtered(lambda order: any(tx.state in PAID_STATES for tx in order.transaction_ids))
        return paid.with_env(self.env)
