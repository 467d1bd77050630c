from decimal import Decimal

from odoo import api, models


class SaleOrderLine(models.Model):
    """Counts sales and down payments at the Point of Sale as invoiced, as Odoo does, with or without an invoice."""

    _inherit = "sale.order.line"

    @api.depends(
        "pos_order_line_ids.qty", "pos_order_line_ids.price_subtotal_incl", "pos_order_line_ids.order_id.state"
    )
    def _compute_key_account_uninvoiced_amount(self):
        return super()._compute_key_account_uninvoiced_amount()

    def _get_key_account_sold_lines(self):
        # sudo: salespeople may lack read access to the Point of Sale
        lines = self.sudo().pos_order_line_ids
        return lines.filtered(lambda line: line.order_id.state not in ("cancel", "draft"))

    def _has_key_account_documents(self):
        return super()._has_key_account_documents() or bool(self._get_key_account_sold_lines())

    def _get_key_account_advance(self):
        advance = super()._get_key_account_advance()
        for line in self._get_key_account_sold_lines():
            day = line.order_id.date_order.date()
            paid = line.currency_id._convert(line.price_subtotal_incl, self.currency_id, line.company_id, day)
            advance += Decimal(repr(paid))
        return advance

    @api.model
    def _renew_key_account_settled(self):
        """Recompute lines of orders that were settled before the addon was installed."""
        lines = self.search([("pos_order_line_ids", "!=", False)])
        for name in ("key_account_uninvoiced_amount", "key_account_later_amount"):
            self.env.add_to_compute(self._fields[name], lines)
        self.env.add_to_compute(lines.order_id._fields["key_account_uninvoiced_amount"], lines.order_id)
        self.env.flush_all()
