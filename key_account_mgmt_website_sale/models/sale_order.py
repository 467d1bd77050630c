from odoo import api, models
from odoo.fields import Domain

# States of a payment that the customer has made.
PAID_STATES = ("pending", "authorized", "done")


class SaleOrder(models.Model):
    """Excludes paid orders from abandoned carts: while they are held, and after a reset to quotation for changes."""

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
        # Bypasses access rules: users who see carts may lack access to payments, and only learn that one exists.
        return domain & ~Domain("transaction_ids", "any!", [("state", "in", PAID_STATES)])

    def _filter_key_account_taken(self):
        """Return those of these orders that customers have paid."""
        # sudo: users who see carts may lack access to payments
        paid = self.sudo().filtered(lambda order: any(tx.state in PAID_STATES for tx in order.transaction_ids))
        return paid.with_env(self.env)
