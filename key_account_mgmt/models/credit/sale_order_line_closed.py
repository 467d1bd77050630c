from decimal import localcontext

from odoo import api, fields, models

from ..discounts.key_account_discount_value import EXACT, ZERO

# Another product, unit, price or order is another deal than the one that was closed.
DEAL_FIELDS = {"product_id", "product_uom_id", "price_unit", "order_id"}


class SaleOrderLine(models.Model):
    """What somebody in accounting decided not to invoice any more (``sale_order_closing``)."""

    _inherit = "sale.order.line"  # pylint: disable=consider-merging-classes-inherited

    key_account_closed_qty = fields.Float(
        "Closed Quantity",
        digits="Product Unit",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="This quantity will not be invoiced and uses no credit. Accounting users close and reopen it.",
    )

    @api.depends("key_account_closed_qty")
    def _compute_qty_to_invoice(self):
        result = super()._compute_qty_to_invoice()
        for line in self.filtered("key_account_closed_qty"):
            left = line.qty_to_invoice - line.key_account_closed_qty
            line.qty_to_invoice = max(left, 0) if line.key_account_closed_qty > 0 else min(left, 0)
        return result

    def write(self, vals):
        if not DEAL_FIELDS.isdisjoint(vals):
            self._reopen_key_account_lines()
        return super().write(vals)

    def _close_key_account_lines(self):
        """Nothing of what is left of the lines will be invoiced any more; of lines that take money off neither."""
        on_documents = self._get_key_account_on_documents()
        with localcontext(EXACT):
            for line in self.filtered(lambda line: not line.display_type):
                invoiced = on_documents.get(line.id, ZERO)
                remaining, _on_documents = line._get_key_account_remaining(line._get_key_account_whole(), invoiced)
                if remaining:
                    line.key_account_closed_qty += float(remaining)

    def _sell_key_account_anew(self):
        """Whatever was closed of it before, the whole line counts again."""
        self._reopen_key_account_lines()

    def _reopen_key_account_lines(self):
        # sudo: whoever changes the deal need not be in accounting; nothing gets cheaper by it
        closed = self.sudo().filtered("key_account_closed_qty")
        if closed:
            closed.write({"key_account_closed_qty": 0})
        return closed.with_env(self.env)
