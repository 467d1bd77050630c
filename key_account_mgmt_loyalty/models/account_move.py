from odoo import models


class AccountMove(models.Model):
    """Keeps the amount that cards pay of an order used, once it is invoiced."""

    _inherit = "account.move"

    def _post(self, soft=True):
        posted = super()._post(soft=soft)
        # sudo: users who post invoices have no right to the uses of cards
        lines = posted.sudo().invoice_line_ids.sale_line_ids.filtered("coupon_id")
        if lines:
            self.env["key.account.card.use"].sudo().search([("line_id", "in", lines.ids)])._keep_invoiced()
        return posted
