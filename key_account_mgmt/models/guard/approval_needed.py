from odoo.exceptions import UserError


class ApprovalNeeded(UserError):
    """Raised where an order must not be confirmed, and an approval would allow it.

    Remote callers get it as any ``UserError``. The web client finds its dialog, which has a button to ask, by
    ``exception_class`` in the context.
    """

    def __init__(self, message, order):
        super().__init__(message)
        self.context = {"exception_class": "key_account_mgmt.ApprovalNeeded", "order_id": order.id}
