from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from odoo.addons.sale.controllers.portal import CustomerPortal


class KeyAccountPortal(CustomerPortal):
    """Withhold quotations over the caps from customers, by any route to the page, if the company requires it."""

    def _prepare_sale_portal_rendering_values(self, *args, **kwargs):
        values = super()._prepare_sale_portal_rendering_values(*args, **kwargs)
        values["quotations"] -= values["quotations"]._get_key_account_withheld()
        return values

    @http.route()
    def portal_order_page(self, order_id, *args, access_token=None, **kwargs):
        if request.env.user.share:
            try:
                order = self._document_check_access("sale.order", order_id, access_token=access_token)
            except (AccessError, MissingError):
                return request.redirect("/my")
            if order._get_key_account_withheld():
                return request.render("key_account_mgmt.portal_withheld", {"order": order, "page_name": "quote"})
        return super().portal_order_page(order_id, *args, access_token=access_token, **kwargs)
