from odoo import models

from .access import TOTALS_READERS


class KeyAccountInternalThread(models.AbstractModel):
    """A chatter among ourselves: the customer is whom a record is about, and never a recipient.

    Odoo proposes the contact of a document as recipient of "Send message". The customer would read by mail what it
    costs to serve, how it was graded or what it might be granted.
    """

    _name = "key.account.internal.thread"
    _inherit = ["mail.thread"]
    _description = "Key Account Chatter without Customers"

    # Whether the chatter names customers of others and figures of all: then it is not for who sees own customers only.
    _tells_totals = False

    def _mail_get_partner_fields(self, introspect_fields=False):
        return []

    def _mail_get_operation_for_mail_message_operation(self, message_operation):
        if message_operation == "read" and self._tells_totals and not self._reads_totals():
            return dict.fromkeys(self, "write")
        return super()._mail_get_operation_for_mail_message_operation(message_operation)

    def _reads_totals(self):
        return self.env.su or self.env.user.has_groups(TOTALS_READERS)
