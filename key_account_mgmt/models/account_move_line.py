from decimal import Decimal

from odoo import models

from .key_account_discount_value import ZERO


class AccountMoveLine(models.Model):
    """Journal items as far as customers' credit goes."""

    _inherit = "account.move.line"

    # What is overdue is asked when orders are confirmed. Items that are settled are not in it.
    _key_account_open_idx = models.Index(
        "(partner_id, company_id) INCLUDE (account_id, date, date_maturity, balance, amount_currency,"
        " amount_residual_currency) WHERE parent_state = 'posted' AND amount_residual <> 0"
    )

    def _is_key_account_draft_refund(self):
        return self.parent_state == "draft" and self.move_id.move_type == "out_refund"

    def _get_key_account_advance(self, currency):
        """What the line invoices in advance (deducts: negative), taxes included, in that currency.

        :rtype: Decimal
        """
        # Only what was a down payment when it was invoiced: the order's line can be changed by who sells.
        counts = self.is_downpayment and self.parent_state != "cancel" and not self._is_key_account_draft_refund()
        if not counts:
            return ZERO
        day = self.move_id.invoice_date or self.move_id.date
        total = self.currency_id._convert(self.price_total, currency, self.company_id, day)
        return Decimal(repr(total)) * (-1 if self.move_id.move_type == "out_refund" else 1)
