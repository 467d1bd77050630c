from odoo import models


class KeyAccountInternalThread(models.AbstractModel):
    """A chatter among ourselves: the customer is whom a record is about, and never a recipient.

    Odoo proposes the contact of a document as recipient of "Send message". The customer would read by mail what it
    costs to serve, how it was graded or what it might be granted.
    """

    _name = "key.account.internal.thread"
    _inherit = ["mail.thread"]
    _description = "Key Account Chatter without Customers"

    def _mail_get_partner_fields(self, introspect_fields=False):
        return []
