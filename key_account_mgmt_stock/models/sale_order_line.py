from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import split_every

OPEN_FIELDS = ("key_account_uninvoiced_amount", "key_account_later_amount")
FILL_BATCH_SIZE = 1000


class SaleOrderLine(models.Model):
    """Computes stopped quantities: goods invoiced on delivery that no transfer will deliver any more.

    They are never invoiced and use no credit. Example: ten ordered, eight delivered without backorder. As soon as a
    transfer is to deliver more, the quantity counts again, and has to fit into the customer's credit like any change
    of the order.
    """

    _inherit = "sale.order.line"

    key_account_stopped_qty = fields.Float(
        "Quantity No Longer Delivered",
        digits="Product Unit",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="Ordered quantity that no transfer delivers; it uses no credit until a transfer does.",
    )

    @api.depends("key_account_stopped_qty")
    def _compute_key_account_uninvoiced_amount(self):
        return super()._compute_key_account_uninvoiced_amount()

    def _get_key_account_ordered(self):
        ordered = super()._get_key_account_ordered()
        if not self.key_account_stopped_qty or self.product_id.invoice_policy != "delivery":
            return ordered
        return max(ordered - Decimal(repr(self.key_account_stopped_qty)), Decimal(0))

    def _sell_key_account_anew(self):
        # sudo: salespeople have no right to write the field; the change only raises the open amount
        self.sudo().filtered("key_account_stopped_qty").write({"key_account_stopped_qty": 0})
        return super()._sell_key_account_anew()

    def _update_key_account_stopped(self):
        """Update stopped quantities from the transfers; call it when a transfer begins or ends."""
        # sudo: users who move goods may lack write access to orders
        stopped = defaultdict(lambda: self.env["sale.order.line"].sudo())
        for line in self.sudo():
            quantity = line._get_key_account_stopped()
            if quantity != line.key_account_stopped_qty:
                stopped[quantity] |= line
        for quantity, lines in stopped.items():
            lines.write({"key_account_stopped_qty": quantity})

    def _get_key_account_stopped(self):
        """Return the ordered quantity that no transfer will deliver, in the line's unit.

        It is 0 as long as any move is on its way: that may be one of several steps, or a part of a kit.
        """
        waits = self.product_uom_qty > self.qty_delivered and self.product_id.invoice_policy == "delivery"
        if not waits or self.state != "sale" or not self.move_ids:
            return 0.0
        if any(move._is_key_account_coming() for move in self.move_ids):
            return 0.0
        return self.product_uom_qty - max(self.qty_delivered, 0.0)

    # -------------------------------------------------------------------------
    # Orders from before the addon was installed, or after it is uninstalled
    # -------------------------------------------------------------------------

    @api.model
    def _fill_key_account_stopped(self):
        domain = [("state", "=", "sale"), ("move_ids", "!=", False), ("product_id.invoice_policy", "=", "delivery")]
        for batch in split_every(FILL_BATCH_SIZE, self.search(domain).ids):
            self.browse(batch)._update_key_account_stopped()
            self.env.flush_all()
            self.env.invalidate_all()

    @api.model
    def _forget_key_account_stopped(self):
        """Count the whole of each line again, without a credit check: uninstalling sells nothing."""
        lines = self.search([("key_account_stopped_qty", "!=", 0)])
        self.env.cr.execute(SQL("UPDATE sale_order_line SET key_account_stopped_qty = 0 WHERE id = ANY(%s)", lines.ids))
        lines.invalidate_recordset(["key_account_stopped_qty"])
        for name in OPEN_FIELDS:
            self.env.add_to_compute(self._fields[name], lines)
        self.env.add_to_compute(lines.order_id._fields["key_account_uninvoiced_amount"], lines.order_id)
        self.env.flush_all()
