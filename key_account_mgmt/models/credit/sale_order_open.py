from decimal import Decimal

from odoo import api, fields, models

from ..discounts.key_account_discount_value import ZERO


class SaleOrder(models.Model):
    """What an order adds to its customer's exposure: its value that is not yet invoiced."""

    _name = "sale.order"
    _inherit = ["sale.order", "key.account.own.fields.mixin"]

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

    @api.depends("order_line.key_account_open_amount", "order_line.key_account_later_amount")
    def _compute_key_account_open_amount(self):
        """In the order's currency, never negative: an order that takes money back gives no credit.

        Lines that take money off take it off what is invoiced with them, and off nothing that is invoiced later: then
        they are gone, and where they are more than the rest, what is left of them is for a credit note.
        """
        for order in self:
            amounts = [Decimal(repr(line.key_account_open_amount)) for line in order.order_line]
            later = sum((Decimal(repr(line.key_account_later_amount)) for line in order.order_line), ZERO)
            now = sum(amounts, ZERO) - later
            order.key_account_open_amount = float(max(max(now, ZERO) + later, ZERO))
