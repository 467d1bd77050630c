from odoo import api, fields, models


class SaleOrder(models.Model):
    """Where an order stands with its discount caps, in one word."""

    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    key_account_cap_status = fields.Selection(
        [
            ("within", "Within Cap"),
            ("over", "Over Cap"),
            ("waiting", "Waiting for Approval"),
            ("approved", "Approved"),
            ("changed", "Approved, but Changed Since"),
            ("held", "Held"),
        ],
        string="Discount",
        compute="_compute_key_account_cap_status",
        groups="base.group_user",
        help="Where the order stands with its discount caps; empty where nothing of it is capped.",
    )

    @api.depends("key_account_verdict", "key_account_capped", "key_account_over_cap", "key_account_approval_state")
    def _compute_key_account_cap_status(self):
        # Without a request or an approval nothing is looked up: typing must stay fast.
        asked = self.filtered(lambda order: order.key_account_approval_state and order.key_account_over_cap)
        consented = asked._get_key_account_consents()
        for order in self:
            order.key_account_cap_status = order._get_key_account_cap_status(consented.get(order, ()))

    def _get_key_account_cap_status(self, consented):
        """The status of one order.

        :param consented: states of the requests and approvals that cover the order as it is now
        """
        if not self.key_account_over_cap:
            return "within" if self.key_account_capped else False
        if "approved" in consented:
            return "approved"
        if "requested" in consented:
            return "waiting"
        return "changed" if self.key_account_approval_state == "approved" else "over"

    def _get_key_account_consents(self):
        """``{order: states of what covers it now}`` of requests and approvals; orders may be unsaved."""
        if not self:
            return {}
        # sudo: the status is for whoever may read the order; nothing else of the approvals leaves this function
        approvals = self.env["key.account.approval"].sudo()
        approvals = approvals.search([("order_id", "in", self._origin.ids), ("state", "in", ("requested", "approved"))])
        verdicts = self.env["key.account.discount"]._judge_orders(self, strict=False)
        return {
            order: {
                approval.state
                for approval in approvals
                if approval.order_id == order._origin and approval._covers(order, verdicts.get(order))
            }
            for order in self
        }
