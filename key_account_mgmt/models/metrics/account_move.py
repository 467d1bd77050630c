from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    # One customer's facts are asked for in previews: by this index they take milliseconds however many invoices
    # the company has. Odoo indexes the contact of a document, not its commercial partner.
    _key_account_customer_idx = models.Index(
        "(commercial_partner_id, invoice_date) WHERE state = 'posted' AND move_type IN ('out_invoice', 'out_refund')"
    )

    def _post(self, soft=True):
        """Costs are those of this moment, and not of the end of a transaction that may go on to change them."""
        posted = super()._post(soft=soft)
        posted.line_ids._recompute_recordset(["key_account_unit_cost"])
        return posted
