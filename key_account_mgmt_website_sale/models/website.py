from odoo import models


class Website(models.Model):
    """Keeps orders that a customer has paid from becoming the cart again."""

    _inherit = "website"

    def _get_and_cache_current_cart(self):
        cart = super()._get_and_cache_current_cart()
        if cart._filter_key_account_taken():
            self.sale_reset()
            return cart.browse()
        return cart
