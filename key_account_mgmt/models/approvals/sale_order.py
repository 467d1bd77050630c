from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

APPROVAL_STATES_OF_ORDERS = [("waiting", "Waiting"), ("approved", "Approved"), ("refused", "Refused")]


class SaleOrder(models.Model):
    """Lets users ask for approval of an order, and decide on it, from the order itself."""

    _inherit = "sale.order"

    key_account_approval_ids = fields.One2many(
        "key.account.approval", "order_id", string="Approvals", copy=False, readonly=True, groups="base.group_user"
    )
    # For display and filters only: the guard reads the approvals themselves.
    key_account_approval_state = fields.Selection(
        APPROVAL_STATES_OF_ORDERS, string="Approval", copy=False, readonly=True, groups="base.group_user"
    )
    key_account_involved_user_ids = fields.Many2many(
        "res.users",
        "key_account_order_involved_rel",
        string="Involved Users",
        copy=False,
        readonly=True,
        groups="base.group_user",
        help="Users other than the creator and the salesperson who changed anything that the order is judged by."
        " They cannot approve the order.",
    )
    key_account_waiting_for_me = fields.Boolean(
        "Waiting for My Approval",
        compute="_compute_key_account_waiting_for_me",
        search="_search_key_account_waiting_for_me",
        groups="base.group_user",
    )

    @api.depends("key_account_approval_state")
    @api.depends_context("uid")
    def _compute_key_account_waiting_for_me(self):
        waiting = self.filtered(lambda order: order.key_account_approval_state == "waiting")
        mine = waiting and waiting._get_key_account_requests().filtered("waiting_for_me").order_id
        for order in self:
            order.key_account_waiting_for_me = order._origin in mine

    @api.model
    def _search_key_account_waiting_for_me(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("key_account_approval_ids.waiting_for_me", "=", True)]

    def _get_key_account_requests(self):
        """Return the requests for these orders that wait for a decision."""
        return self.env["key.account.approval"].search([("order_id", "in", self.ids), ("state", "=", "requested")])

    def _get_key_account_approval_states(self):
        """Return the approval state of orders, ``{order: state}``.

        The state is waiting while any request waits; else it is the last decision of each kind, where one refusal
        counts for all kinds.
        """
        approvals = self.env["key.account.approval"].search(
            [("order_id", "in", self.ids), ("state", "!=", "withdrawn")]
        )
        last = {order: {} for order in self}
        for approval in approvals:  # the last ones come first
            last[approval.order_id].setdefault(approval.kind, approval.state)
        return {order: self._get_key_account_approval_state(set(states.values())) for order, states in last.items()}

    @api.model
    def _get_key_account_approval_state(self, states):
        if "requested" in states:
            return "waiting"
        return "refused" if "refused" in states else "approved" if states else False

    # -------------------------------------------------------------------------
    # Buttons
    # -------------------------------------------------------------------------

    def action_key_account_ask(self):
        """Open the dialog for the reason, to ask for all approvals that the order needs."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ask for Approval"),
            "res_model": "key.account.approval.request",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_order_id": self.id},
        }

    def action_key_account_approve(self):
        """Approve the requests of these orders that the user may decide."""
        return self._get_key_account_requests_to_decide().action_approve()

    def action_key_account_refuse(self):
        """Open the dialog for the comment, to refuse the requests of these orders that the user may decide."""
        return self._get_key_account_requests_to_decide().action_open_refusal()

    def _get_key_account_requests_to_decide(self):
        requests = self._get_key_account_requests()
        without = self - requests.order_id
        if without:
            raise UserError(
                self.env._(
                    "No request for approval of %s is waiting. Reload the page.", ", ".join(without.mapped("name"))
                )
            )
        mine = requests.filtered("waiting_for_me")
        # For orders without a request that the user may decide, keep all: their checks raise and name the approvers.
        return mine | requests.filtered(lambda request: request.order_id not in mine.order_id)

    def action_key_account_open_approvals(self):
        """Open the requests and decisions on this order."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("key_account_mgmt.key_account_approval_action")
        return {**action, "domain": [("order_id", "=", self.id)], "context": {}}

    # -------------------------------------------------------------------------
    # Changes of the order
    # -------------------------------------------------------------------------

    def write(self, vals):
        """Withdraw requests, and close activities to confirm, of orders that are confirmed or cancelled."""
        result = super().write(vals)
        if "user_id" in vals:
            self._ask_key_account_approvers_anew()
        if vals.get("state") in ("sale", "cancel"):
            # sudo: customers confirm and cancel too
            asked = self.sudo().filtered("key_account_approval_state")
            if asked:
                asked._end_key_account_approvals()
        return result

    def _note_key_account_involvement(self):
        """Record that the user changes fields by which these orders are judged, unless it is recorded already.

        The lines alone would not keep it: they may be deleted, or changed by other users afterwards.
        """
        user = self.env.user
        if not user._is_internal():
            return
        # sudo: the change itself checks the rights to the order
        new = self.sudo().filtered(
            # In this sequence: users who work on their own orders cause no further query.
            lambda order: (
                user not in order.user_id | order.create_uid and user not in order.key_account_involved_user_ids
            )
        )
        if new:
            new.key_account_involved_user_ids = [Command.link(user.id)]
            new._ask_key_account_approvers_anew()

    def _ask_key_account_approvers_anew(self):
        """Reassign waiting requests: users involved in the order since the request may no longer decide."""
        # sudo: as for the order itself, which the user may change
        waiting = self.sudo().filtered(lambda order: order.key_account_approval_state == "waiting")
        if waiting:
            waiting._get_key_account_requests()._reassign()

    def _get_key_account_involved_users(self):
        """Return the users involved in orders: salespeople, creators, and users who changed the judged fields."""
        return self.user_id | self.create_uid | self.key_account_involved_user_ids | self.order_line.write_uid

    def _end_key_account_approvals(self):
        requests = self._get_key_account_requests()
        requests._withdraw(self.env._("Withdrawn: the order was confirmed or cancelled."))
        self.env["key.account.approval"]._end_activities(self)

    @api.ondelete(at_uninstall=False)
    def _withdraw_key_account_requests(self):
        # sudo: as for the order itself, which the user may delete
        self.sudo()._get_key_account_requests()._withdraw(self.env._("Withdrawn: the order was deleted."))
