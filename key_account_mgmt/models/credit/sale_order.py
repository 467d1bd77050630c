from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..discounts.key_account_discount_value import ZERO

ACCOUNTANTS = "account.group_account_invoice"


class SaleOrder(models.Model):
    """Computes what an order adds to its customer's exposure: its uninvoiced value."""

    _name = "sale.order"
    _inherit = ["sale.order", "key.account.protected.columns.mixin"]

    # Stored in every state: confirming an order computes nothing.
    key_account_uninvoiced_amount = fields.Monetary(
        "Not yet Invoiced",
        compute="_compute_key_account_uninvoiced_amount",
        store=True,
        copy=False,
        groups="base.group_user",
        help="Taxes included; what the order uses of the customer's credit once it is confirmed.",
    )
    _key_account_open_idx = models.Index(
        "(partner_invoice_id, company_id) WHERE state = 'sale' AND key_account_uninvoiced_amount > 0"
    )
    key_account_can_close = fields.Boolean(compute="_compute_key_account_can_close", groups=ACCOUNTANTS)
    key_account_can_reopen = fields.Boolean(compute="_compute_key_account_can_close", groups=ACCOUNTANTS)

    @api.depends("order_line.key_account_uninvoiced_amount", "order_line.key_account_later_amount")
    def _compute_key_account_uninvoiced_amount(self):
        """Compute the open amount in the order's currency; never negative: a negative order gives no credit.

        Negative lines reduce what is invoiced together with them, but nothing that is invoiced later: by then they are
        used up, and if they exceed the other lines, a credit note takes the difference.
        """
        for order in self:
            amounts = [Decimal(repr(line.key_account_uninvoiced_amount)) for line in order.order_line]
            later = sum((Decimal(repr(line.key_account_later_amount)) for line in order.order_line), ZERO)
            now = sum(amounts, ZERO) - later
            order.key_account_uninvoiced_amount = float(max(max(now, ZERO) + later, ZERO))

    # -------------------------------------------------------------------------
    # Accounting closes an order for invoicing, when its remaining part will never be billed
    # -------------------------------------------------------------------------

    @api.depends("state", "company_id", "order_line.key_account_closed_qty", "key_account_uninvoiced_amount")
    def _compute_key_account_can_close(self):
        for order in self:
            uses_credit = order.company_id and order.company_id._get_key_account_credit_facts().uses_credit
            shown = uses_credit and order.state == "sale"
            order.key_account_can_close = shown and order.key_account_uninvoiced_amount > 0
            order.key_account_can_reopen = shown and any(order.order_line.mapped("key_account_closed_qty"))

    def action_close_key_account_invoicing(self):
        """Close these orders for invoicing: their open amounts will not be invoiced any more."""
        self._check_key_account_closer()
        # sudo: accounting has no right to write orders, but decides about invoicing
        for order in self.sudo().filtered(lambda order: order.state == "sale"):
            amount = order.key_account_uninvoiced_amount
            order.order_line._close_key_account_lines()
            order._log_key_account_closing(
                self.env._(
                    "Closed for invoicing: %(amount)s will not be invoiced.",
                    amount=self.env["key.account.formatter"]._format_amount(repr(amount), order.currency_id),
                )
            )

    def action_reopen_key_account_invoicing(self):
        """Reopen closed quantities for invoicing; like any change of the order, they have to fit into the credit."""
        self._check_key_account_closer()
        # sudo: as above
        for order in self.sudo():
            if order.order_line._reopen_key_account_lines():
                order._log_key_account_closing(self.env._("Reopened for invoicing."))

    def _check_key_account_closer(self):
        self.check_access("read")
        if not self.env.su and not self.env.user.has_group(ACCOUNTANTS):
            raise AccessError(
                self.env._(
                    "Only accounting users can close an order for invoicing or reopen it. Ask the accounting team."
                )
            )

    def _log_key_account_closing(self, body):
        self._message_log(body=body, author_id=self.env.user.partner_id.id)

    def write(self, vals):
        # An order reset from cancelled counts as sold anew.
        if vals.get("state", "cancel") != "cancel":
            cancelled = self.filtered(lambda order: order.state == "cancel")
            if cancelled:
                cancelled.order_line._sell_key_account_anew()
        return super().write(vals)
