from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError

from .key_account_discount_value import ZERO
from .sale_order_line_open import OPEN_FIELD


class SaleOrder(models.Model):
    """What an order adds to its customer's exposure: its value that is not yet invoiced."""

    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    # Kept whatever the state: confirming an order computes nothing.
    key_account_open_amount = fields.Monetary(
        "Not yet Invoiced",
        compute="_compute_key_account_open_amount",
        store=True,
        copy=False,
        groups="base.group_user",
        help="Taxes included; what the order uses of the customer's credit once it is confirmed.",
    )

    _key_account_open_idx = models.Index(
        "(partner_invoice_id, company_id) WHERE state = 'sale' AND key_account_open_amount > 0"
    )

    @api.depends("order_line.key_account_open_amount")
    def _compute_key_account_open_amount(self):
        """In the order's currency, never negative: an order that takes money back gives no credit."""
        for order in self:
            amount = sum((Decimal(repr(line.key_account_open_amount)) for line in order.order_line), ZERO)
            order.key_account_open_amount = float(max(amount, ZERO))

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        # A default for it may come with the context of a remote call, and would pass for the computed amount.
        self.env.add_to_compute(self._fields[OPEN_FIELD], orders)
        return orders

    def write(self, vals):
        """Nobody writes it: those who sell do so over RPC too."""
        if OPEN_FIELD in vals and not self.env.su:
            raise AccessError(self.order_line._get_key_account_open_refusal())
        return super().write(vals)
