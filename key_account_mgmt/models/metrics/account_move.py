from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    # Previews ask for one customer's facts: this index answers in milliseconds however many invoices the company has.
    # Odoo indexes the contact of a document, not its commercial partner.
    _key_account_customer_idx = models.Index(
        "(commercial_partner_id, invoice_date) WHERE state = 'posted' AND move_type IN ('out_invoice', 'out_refund')"
    )

    def _post(self, soft=True):
        """Record costs when the entry is posted: later changes in the same transaction must not alter them."""
        posted = super()._post(soft=soft)
        posted.line_ids._recompute_recordset(["key_account_unit_cost"])
        return posted
