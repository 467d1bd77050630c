from odoo import models

from .access import TOTALS_READERS


class KeyAccountInternalThread(models.AbstractModel):
    """An internal chatter: the customer is the subject of the record, and never a recipient.

    Odoo proposes the contact of a document as recipient of "Send message". Such a mail would show customers what they
    cost to serve, how they were graded or what they might be granted.
    """

    _name = "key.account.internal.thread"
    _inherit = ["mail.thread"]
    _description = "Key Account Chatter without Customers"

    # Whether the chatter names other users' customers and total figures: then users limited to their own customers
    # cannot read it.
    _discloses_totals = False

    def _mail_get_partner_fields(self, introspect_fields=False):
        return []

    def _mail_get_operation_for_mail_message_operation(self, message_operation):
        if message_operation == "read" and self._discloses_totals and not self._reads_totals():
            return dict.fromkeys(self, "write")
        return super()._mail_get_operation_for_mail_message_operation(message_operation)

    def _reads_totals(self):
        return self.env.su or self.env.user.has_groups(TOTALS_READERS)
