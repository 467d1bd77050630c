from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    # One customer's facts are asked for in previews: by this index they take milliseconds however many invoices
    # the company has. Odoo indexes the contact of a document, not its commercial partner.
    _key_account_customer_idx = models.Index(
        "(commercial_partner_id, invoice_date) WHERE state = 'posted' AND move_type IN ('out_invoice', 'out_refund')"
    )
    # Drafts that count against the customer's credit, for the list of them.
    _key_account_draft_idx = models.Index(
        "(commercial_partner_id, company_id)"
        " WHERE state = 'draft' AND move_type IN ('out_invoice', 'out_receipt') AND amount_total_signed > 0"
    )
