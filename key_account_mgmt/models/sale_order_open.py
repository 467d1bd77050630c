from decimal import ROUND_HALF_UP, Decimal, localcontext

from odoo import api, fields, models

from .key_account_discount_value import EXACT, ZERO

OPEN_FIELD = "key_account_open_amount"


class SaleOrder(models.Model):
    """What an order adds to its customer's exposure: its value that is not yet invoiced."""

    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    # Kept with every order, so that what 20,000 open orders come to is one look into an index. Whatever the state:
    # confirming an order computes nothing. Nobody may read or write it: those who sell do so over RPC too.
    key_account_open_amount = fields.Monetary(
        "Not yet Invoiced", compute="_compute_key_account_open_amount", store=True, copy=False, groups=fields.NO_ACCESS
    )

    _key_account_open_idx = models.Index(
        "(partner_invoice_id, company_id) WHERE state = 'sale' AND key_account_open_amount > 0"
    )

    @api.depends(
        "currency_id",
        "order_line.display_type",
        "order_line.is_downpayment",
        "order_line.product_id",
        "order_line.product_uom_id",
        "order_line.product_uom_qty",
        "order_line.qty_delivered",
        "order_line.price_unit",
        "order_line.discount",
        "order_line.tax_ids",
        "order_line.invoice_lines.quantity",
        "order_line.invoice_lines.product_uom_id",
        "order_line.invoice_lines.price_total",
        "order_line.invoice_lines.currency_id",
        "order_line.invoice_lines.move_id.state",
        "order_line.invoice_lines.move_id.move_type",
        "order_line.invoice_lines.move_id.invoice_date",
    )
    def _compute_key_account_open_amount(self):
        """Taxes included, in the order's currency, never negative: an order that takes money back gives no credit."""
        with localcontext(EXACT):
            for order in self:
                amount = sum((line._get_key_account_open() for line in order.order_line), ZERO)
                step = Decimal(1).scaleb(-order.currency_id.decimal_places)
                order.key_account_open_amount = float(max(amount, ZERO).quantize(step, ROUND_HALF_UP))

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        # A default for it may come with the context of a remote call, and would pass for the computed amount.
        self.env.add_to_compute(self._fields[OPEN_FIELD], orders)
        return orders
