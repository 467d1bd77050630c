from decimal import Decimal

from odoo import models

from ..discounts.key_account_discount_value import ZERO


class AccountMoveLine(models.Model):
    """Indexes open journal items and computes down payments, for the credit of customers."""

    _name = "account.move.line"
    _inherit = ["account.move.line", "key.account.protected.columns.mixin"]

    # Overdue amounts are read when orders are confirmed. The index leaves out settled items.
    _key_account_open_idx = models.Index(
        "(partner_id, company_id) INCLUDE (account_id, date, date_maturity, balance, amount_currency,"
        " amount_residual_currency) WHERE parent_state = 'posted' AND amount_residual <> 0"
    )

    def _is_key_account_draft_refund(self):
        return self.parent_state == "draft" and self.move_id.move_type == "out_refund"

    def _get_key_account_advance(self, order_line):
        """Return the amount invoiced in advance (negative: deducted), taxes included, in the order line's currency.

        :rtype: Decimal
        """
        # Only lines that were a down payment when they were invoiced: salespeople can change the order line.
        if not self.is_downpayment or self.parent_state == "cancel" or self._is_key_account_draft_refund():
            return ZERO
        if self.parent_state == "draft" and order_line._is_key_account_billed_elsewhere(self.move_id):
            return ZERO
        day = self.move_id.invoice_date or self.move_id.date
        total = self.currency_id._convert(self.price_total, order_line.currency_id, self.company_id, day)
        return Decimal(repr(total)) * (-1 if self.move_id.move_type == "out_refund" else 1)
