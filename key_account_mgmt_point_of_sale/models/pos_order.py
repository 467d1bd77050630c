from odoo import api, fields, models


class PosOrder(models.Model):
    """Computes what a customer put on its account in a session that is still open.

    Once the session is closed or the order invoiced, the amount is an open receivable like any other.
    """

    _name = "pos.order"
    _inherit = ["pos.order", "key.account.protected.columns.mixin"]

    key_account_on_account = fields.Float(
        "On Account",
        compute="_compute_key_account_on_account",
        store=True,
        copy=False,
        digits=0,
        groups="base.group_user",
        help="In company currency, until it is booked; never below zero.",
    )

    @api.depends(
        "state",
        "account_move",
        "session_id.state",
        "currency_rate",
        "payment_ids.amount",
        "payment_ids.payment_method_id",
    )
    def _compute_key_account_on_account(self):
        for order in self:
            open_session = order.state in ("paid", "done") and order.session_id.state != "closed"
            waits = open_session and not order.account_move
            order.key_account_on_account = order._get_key_account_on_account() if waits else 0.0

    def _get_key_account_on_account(self):
        """Return the amount that Odoo books for the customer: 0 for payment methods that do not identify customers."""
        payments = self.payment_ids.filtered(
            lambda one: one.payment_method_id.type == "pay_later" and one.payment_method_id.split_transactions
        )
        amount = sum(payments.mapped("amount")) / (self.currency_rate or 1.0)
        return max(self.company_id.currency_id.round(amount), 0.0)

    @api.model
    def _fill_key_account_on_account(self):
        """Compute the amounts of sessions that are open when the addon is installed."""
        orders = self.search([("state", "in", ("paid", "done")), ("session_id.state", "!=", "closed")])
        self.env.add_to_compute(self._fields["key_account_on_account"], orders)
        self.env.flush_all()
