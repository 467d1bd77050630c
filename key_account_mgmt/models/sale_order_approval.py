from odoo import api, fields, models
from odoo.exceptions import UserError

APPROVAL_STATES_OF_ORDERS = [("waiting", "Waiting"), ("approved", "Approved"), ("refused", "Refused")]


class SaleOrder(models.Model):
    """Asking for approval of an order, and deciding on it, from the order itself."""

    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    key_account_approval_ids = fields.One2many(
        "key.account.approval", "order_id", string="Approvals", copy=False, readonly=True, groups="base.group_user"
    )
    # Shown and filtered by; what an order may do is asked of the approvals themselves.
    key_account_approval_state = fields.Selection(
        APPROVAL_STATES_OF_ORDERS, string="Approval", copy=False, readonly=True, groups="base.group_user"
    )
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
    key_account_approval_count = fields.Integer(compute="_compute_key_account_approval_count", groups="base.group_user")
    key_account_waiting_for_me = fields.Boolean(
        "Waiting for My Approval",
        compute="_compute_key_account_waiting_for_me",
        search="_search_key_account_waiting_for_me",
        groups="base.group_user",
    )

    @api.depends("key_account_approval_ids")
    def _compute_key_account_approval_count(self):
        counts = dict(
            self.env["key.account.approval"]._read_group([("order_id", "in", self.ids)], ["order_id"], ["__count"])
        )
        for order in self:
            order.key_account_approval_count = counts.get(order._origin, 0)

    @api.depends("key_account_approval_state")
    @api.depends_context("uid")
    def _compute_key_account_waiting_for_me(self):
        waiting = self.filtered(lambda order: order.key_account_approval_state == "waiting")
        mine = waiting._get_key_account_requests().filtered("waiting_for_me").order_id
        for order in self:
            order.key_account_waiting_for_me = order._origin in mine

    @api.model
    def _search_key_account_waiting_for_me(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("key_account_approval_ids.waiting_for_me", "=", True)]

    # -------------------------------------------------------------------------
    # Where the order stands
    # -------------------------------------------------------------------------

    @api.depends(
        "key_account_over_cap",
        "key_account_held",
        "key_account_approval_state",
        "order_line.key_account_capped",
        "order_line.key_account_given",
        "order_line.product_uom_qty",
    )
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
            return "within" if any(self.order_line.mapped("key_account_capped")) else False
        if "approved" in consented:
            return "approved"
        if "requested" in consented:
            return "waiting"
        if self.key_account_held:
            return "held"
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

    def _get_key_account_requests(self):
        """The requests for these orders that wait for a decision."""
        return self.env["key.account.approval"].search([("order_id", "in", self.ids), ("state", "=", "requested")])

    def _get_key_account_approval_state(self):
        """How far the approval of one order is: a request that waits, or else the last thing that was decided."""
        last = self.env["key.account.approval"].search(
            [("order_id", "=", self.id), ("state", "!=", "withdrawn")], limit=1
        )
        return "waiting" if last.state == "requested" else last.state

    # -------------------------------------------------------------------------
    # Buttons
    # -------------------------------------------------------------------------

    def action_key_account_ask(self):
        """Ask for approval: a small dialog for the reason."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ask for Approval"),
            "res_model": "key.account.approval.request",
            "view_mode": "form",
            "target": "new",
            "context": {"default_order_id": self.id},
        }

    def action_key_account_approve(self):
        """Approve the requests of these orders."""
        return self._get_key_account_requests_to_decide().action_approve()

    def action_key_account_refuse(self):
        """Refuse the requests of these orders: a small dialog for the comment."""
        return self._get_key_account_requests_to_decide().action_open_refusal()

    def _get_key_account_requests_to_decide(self):
        requests = self._get_key_account_requests()
        without = self - requests.order_id
        if without:
            raise UserError(
                self.env._("No request for approval of %s waits. Reload the page.", ", ".join(without.mapped("name")))
            )
        return requests

    def action_key_account_open_approvals(self):
        """What was asked and decided about this order."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("key_account_mgmt.key_account_approval_action")
        return {**action, "domain": [("order_id", "=", self.id)], "context": {}}

    # -------------------------------------------------------------------------
    # The order goes on
    # -------------------------------------------------------------------------

    def write(self, vals):
        """A request for an order that is confirmed or cancelled, or a note to confirm it, is nobody's work any more."""
        result = super().write(vals)
        if vals.get("state") in ("sale", "cancel"):
            # sudo: customers confirm and cancel too
            self.sudo().filtered("key_account_approval_state")._end_key_account_approvals()
        return result

    def _end_key_account_approvals(self):
        requests = self._get_key_account_requests()
        requests._withdraw(self.env._("Withdrawn: the order was confirmed or cancelled."))
        self.env["key.account.approval"]._end_activities(self)

    @api.ondelete(at_uninstall=False)
    def _withdraw_key_account_requests(self):
        # sudo: as for the order itself, which the user may delete
        self.sudo()._get_key_account_requests()._withdraw(self.env._("Withdrawn: the order was deleted."))
