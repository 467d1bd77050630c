from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ..shared.access import ACTIVITY_APPROVAL, strip_caller_context
from .approval_deciders import ApprovalDeciders
from .approval_notices import ApprovalNotices
from .approval_request import ApprovalRequest
from .key_account_approval_judge import APPROVAL_KINDS

# This many users are named; of the others only the number is shown.
NAMED = 3

APPROVAL_STATES = [
    ("requested", "Requested"),
    ("approved", "Approved"),
    ("refused", "Refused"),
    ("withdrawn", "Withdrawn"),
]


class KeyAccountApproval(models.Model):
    """The recorded consent of another user to exceed a cap or a limit, or the request for it.

    ``_request`` creates it and its buttons decide it. Nothing else of it ever changes: not by the superuser, not by an
    import, not by a context key. Its ``terms`` say what it allows. Whether the order is still within them is judged
    each time, so that an approval lapses when the order gets worse, and holds again when that change is undone.
    """

    _name = "key.account.approval"
    _description = "Key Account Approval"
    _inherit = [
        "key.account.protected.mixin",
        "key.account.internal.thread",
        "mail.activity.mixin",
        "key.account.decision.request.mixin",
    ]
    _order = "id desc"

    _mail_post_access = "read"
    name = fields.Char(required=True, readonly=True, copy=False)
    kind = fields.Selection(APPROVAL_KINDS, required=True, readonly=True)
    # Users may delete an order while it is a quotation; its requests and decisions stay.
    order_id = fields.Many2one("sale.order", readonly=True, index=True, ondelete="set null")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True, index=True, ondelete="set null")
    requested_by_id = fields.Many2one("res.users", required=True, readonly=True, index=True, ondelete="restrict")
    requested_on = fields.Datetime(required=True, readonly=True)
    salesperson_id = fields.Many2one("res.users", readonly=True, index=True, ondelete="restrict")
    involved_user_ids = fields.Many2many(
        "res.users",
        "key_account_approval_involved_rel",
        string="Involved Users",
        readonly=True,
        help="Users who asked for the approval, sold or created the order, or changed anything that it is judged"
        " by, up to the request. They cannot decide.",
    )
    reason = fields.Text(required=True, readonly=True)
    excess = fields.Monetary(readonly=True, aggregator="sum")
    level_id = fields.Many2one("key.account.approval.level", readonly=True, index=True, ondelete="restrict")
    terms = fields.Json(readonly=True, help="The requested terms, as figures.")
    details = fields.Json(readonly=True, help="The terms as readable text, with the names at the time of the request.")
    details_html = fields.Html(compute="_compute_details_html", sanitize=False)
    state = fields.Selection(APPROVAL_STATES, required=True, readonly=True, index=True)
    decided_by_id = fields.Many2one("res.users", readonly=True, ondelete="restrict")
    decided_on = fields.Datetime(readonly=True)
    comment = fields.Text(readonly=True)
    holds = fields.Boolean(
        "Covers the Order", compute="_compute_holds", help="The current order does not exceed the request."
    )
    effective_state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("holds", "Approved"),
            ("lapsed", "Lapsed"),
            ("refused", "Refused"),
            ("withdrawn", "Withdrawn"),
        ],
        string="Status",
        compute="_compute_effective_state",
        help="An approval lapses when the order needs more than was approved.",
    )
    asked_user_ids = fields.Many2many(
        "res.users",
        string="Waiting For",
        compute="_compute_asked_user_ids",
        help="The users who can decide on the request at the moment.",
    )
    is_changed = fields.Boolean(
        "Changed Since",
        compute="_compute_holds",
        help="The order is not as it was when the approval was asked for.",
    )
    changes_html = fields.Html("Changes", compute="_compute_holds", sanitize=False)
    is_approver = fields.Boolean(compute="_compute_is_approver", search="_search_is_approver")
    waiting_for_me = fields.Boolean(
        "Waiting for Me", compute="_compute_waiting_for_me", search="_search_waiting_for_me"
    )

    # -------------------------------------------------------------------------
    # Does it still hold?
    # -------------------------------------------------------------------------

    @api.depends("state", "terms")
    def _compute_holds(self):
        # Computed anew in each request, not on each change of an order line: users who type do not wait for it.
        # sudo: users who may read the approval may know this much of its order
        judges = self._get_judges()
        for kind, approvals in self.grouped("kind").items():
            verdicts = judges[kind]._judge_orders(approvals.sudo().order_id, strict=False)
            for approval in approvals:
                order = approval.sudo().order_id
                verdict = verdicts.get(order)
                approval.holds = bool(order) and approval._covers(order, verdict)
                changes = approval._get_changes(order, verdict)
                approval.is_changed = bool(changes)
                approval.changes_html = changes and self.env["ir.qweb"]._render(
                    "key_account_mgmt.approval_changes", {"changes": changes}
                )

    def _get_changes(self, order, verdict):
        """Return what changed in the order since the request, ``[(what, then, now)]``, until it is confirmed."""
        is_open = self.state in ("requested", "approved") and order.state in ("draft", "sent")
        if not is_open or not verdict or verdict.problem or not self.details:
            return []
        judge = self._get_judge()
        return judge._compare_details(self.details, judge._prepare_details(verdict), self.currency_id)

    def _covers(self, order, verdict):
        """Return whether an order is within the terms of this approval.

        :param verdict: of the order; None if no cap or limit applies to it
        """
        if not verdict or not verdict.over:
            return True
        # An order that cannot be judged, such as one in a currency without a rate, is not covered.
        if verdict.problem or self._get_judge()._get_obstacle(order, verdict):
            return False
        return self._is_for(order) and verdict.is_covered(self.terms)

    def _is_for(self, order):
        """Return whether the order has the approved customer and company: an approval covers no other deal."""
        customer = self._get_judge()._get_approved_customer(order)
        return self.partner_id == customer and self.company_id == order.company_id

    @api.depends("state", "holds")
    def _compute_effective_state(self):
        for approval in self:
            if approval.state == "approved":
                approval.effective_state = "holds" if approval.holds else "lapsed"
            else:
                approval.effective_state = "waiting" if approval.state == "requested" else approval.state

    # -------------------------------------------------------------------------
    # Protected
    # -------------------------------------------------------------------------

    @api.model
    def _get_protected_message(self, action, names=()):
        if action == "create":
            return self.env._("Approvals cannot be created by hand or by import. Use “Ask for Approval” on the order.")
        if action == "unlink":
            return self.env._("Approvals cannot be deleted: they are the record of who allowed what.")
        if action == "copy":
            return self.env._("An approval cannot be copied. Use “Ask for Approval” on the order.")
        return self.env._(
            "%(fields)s of an approval cannot be edited: it is the record of what was asked and decided."
            " Use its buttons, or ask again.",
            fields=self._get_protected_labels(sorted(names)),
        )

    # -------------------------------------------------------------------------
    # The users who may decide
    # -------------------------------------------------------------------------

    @api.depends("kind", "excess", "company_id")
    @api.depends_context("uid")
    def _compute_is_approver(self):
        # sudo: the domain reads orders and levels; it only discloses which of these approvals the user may decide
        mine = self.sudo().search(self._search_is_approver("in", [True]) & Domain("id", "in", self.ids))
        for approval in self:
            approval.is_approver = approval in mine

    @api.model
    def _search_is_approver(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self.env["key.account.approval.level"]._get_decidable_domain(self.env.user)

    @api.depends("state", "excess")
    @api.depends_context("uid")
    def _compute_waiting_for_me(self):
        # sudo: as in ``_compute_is_approver``
        mine = self.sudo().search(self._search_waiting_for_me("in", [True]) & Domain("id", "in", self.ids))
        for approval in self:
            approval.waiting_for_me = approval in mine

    @api.model
    def _search_waiting_for_me(self, operator, value):
        if operator != "in":
            return NotImplemented
        uid = self.env.uid
        # Bypasses access rules: approvers may lack read access to orders, and only learn here whether they are involved
        # in them.
        hands = Domain.OR(
            [
                Domain("user_id", "=", uid),
                Domain("create_uid", "=", uid),
                Domain("key_account_involved_user_ids", "in", uid),
                Domain("order_line", "any!", Domain("write_uid", "=", uid)),
            ]
        )
        return (
            Domain("state", "=", "requested")
            & Domain("is_approver", "=", True)
            & Domain("involved_user_ids", "not in", uid)
            & ~Domain("order_id", "any!", hands)
        )

    # -------------------------------------------------------------------------
    # The kinds of approvals, and which of them an order needs
    # -------------------------------------------------------------------------

    @api.model
    def _get_judges(self):
        """Return ``{kind: model}``: the model that judges orders for each kind, a ``key.account.approval.judge``."""
        return {"discount": self.env["key.account.discount"], "credit": self.env["key.account.credit"]}

    def _get_judge(self):
        """Return the model that judges orders for approvals of this kind."""
        return self._get_judges()[self.kind]

    @api.model
    def _get_approved_terms(self, orders, kind="discount"):
        """Return the approved terms, ``{order id: [terms]}``, of orders approved for their customer and company.

        For the guard of confirmed orders. Runs as superuser: a user may change an order without read access to its
        approvals, which still apply. Only the terms are returned.
        """
        approvals = self.sudo().search(
            [("order_id", "in", orders.ids), ("state", "=", "approved"), ("kind", "=", kind)]
        )
        terms = {}
        for approval in approvals:
            if approval._is_for(approval.order_id):
                terms.setdefault(approval.order_id.id, []).append(approval.terms)
        return terms

    @api.model
    def _get_consents(self, orders, kind, verdicts):
        """Return the consent to orders as they are now.

        :param orders: saved or new
        :param dict verdicts: ``{order: verdict}`` of that kind
        :return: ``{order: consent}``: ``approved`` or ``requested`` where such an approval covers the order; ``lapsed``
            where the last decision was an approval that covers it no more; else None
        """
        # sudo: for all users who may read the order; only the consent is returned
        approvals = self.sudo().search(
            [("order_id", "in", orders._origin.ids), ("kind", "=", kind), ("state", "!=", "withdrawn")]
        )
        by_order = approvals.grouped("order_id")
        return {
            order: by_order.get(order._origin, approvals.browse())._get_consent(order, verdicts.get(order))
            for order in orders
        }

    def _get_consent(self, order, verdict):
        """Return the consent for ``_get_consents`` from the approvals of one order, the latest first."""
        asked = self.filtered(lambda one: one.state in ("approved", "requested"))
        covering = set(asked.filtered(lambda one: one._covers(order, verdict)).mapped("state"))
        for state in ("approved", "requested"):
            if state in covering:
                return state
        return "lapsed" if self[:1].state == "approved" else None

    # -------------------------------------------------------------------------
    # Asking
    # -------------------------------------------------------------------------

    @api.model
    def _get_needs(self, order, strict=True):
        """Return the approvals that an order needs: ``{kind: ApprovalNeed}`` for each kind of cap or limit that it
        exceeds.

        :param order: a saved order
        :param bool strict: as in ``_judge_orders``
        """
        return ApprovalRequest(self, order).get_needs(strict)

    @api.model
    def _request(self, order, reason):
        """Ask for every approval that an order needs as it is now, and notify the approvers.

        The order is judged here, whatever the screen showed. Older waiting requests are withdrawn, unless they have the
        same content.

        :param order: a saved order that is over a cap or a limit
        :param reason: why the customer should get this, for the approvers
        :return: the requests, one for each kind that was not asked for yet
        :raises UserError: nothing to approve, no reason, the same request waits already, no user could approve it
        """
        order.ensure_one()
        return ApprovalRequest(self, order).ask(reason)

    def _reassign(self):
        """Reassign waiting requests to the current approvers, after levels, users or involved users changed."""
        levels = self.env["key.account.approval.level"]._get_in_force(self.company_id)
        for approval in self:
            level = levels[approval.company_id, approval.kind]._get_required(approval.excess)
            if level != approval.level_id:
                approval._write_protected({"level_id": level.id})
        ApprovalNotices(self).ask_approvers()

    @api.model
    def _end_activities(self, records):
        # sudo: the activities belong to all approvers of the level
        strip_caller_context(records).sudo().activity_unlink([ACTIVITY_APPROVAL])

    # -------------------------------------------------------------------------
    # Deciding: by the buttons, by users who may, and only once
    # -------------------------------------------------------------------------

    def action_approve(self):
        """Approve the request. Users can confirm the order as long as it needs no more than was approved."""
        self._decide("approved")
        return True

    def action_refuse(self, comment):
        """Refuse the request.

        :param comment: the reason, for the user who asked
        """
        if not (comment or "").strip():
            raise UserError(self.env._("Say why you refuse, so that the salesperson knows what to do."))
        self._decide("refused", comment.strip())
        return True

    def action_withdraw(self):
        """Withdraw a request; for the user who asked, and for users who may edit the order."""
        self._claim()
        for approval in self:
            if approval.requested_by_id != self.env.user:
                approval.order_id.check_access("write")
        self._withdraw(self.env._("Withdrawn by %s.", self.env.user.name))
        return True

    def action_open_refusal(self):
        """Open the dialog for the comment that a refusal needs."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Refuse"),
            "res_model": "key.account.approval.refusal",
            "view_mode": "form",
            "target": "new",
            "context": {"default_approval_ids": self.ids},
        }

    def action_open_order(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": self.order_id.id,
            "views": [(False, "form")],
        }

    def _decide(self, state, comment=False):
        self._claim()
        ApprovalDeciders(self).check_user()
        if state == "approved":
            self._check_approvable()
        self._write_protected(
            {
                "state": state,
                "decided_by_id": self.env.uid,
                "decided_on": fields.Datetime.now(),
                "comment": comment,
            }
        )
        ApprovalNotices(self).notify_decision()

    def _claim(self):
        """Check read access, lock the requests against concurrent decisions, and raise unless they still wait."""
        self.check_access("read")
        foreign = self.company_id - self.env.companies
        if foreign:
            raise AccessError(
                self.env._("Switch to company %(company)s first.", company=", ".join(foreign.mapped("name")))
            )
        self._lock()
        for approval in self:
            if approval.state != "requested":
                raise UserError(approval._get_decided_message())

    def _get_decided_message(self):
        # sudo: only the name of the decider is shown
        states = dict(self._fields["state"]._description_selection(self.env))
        return self.env._(
            "%(name)s is no longer waiting: %(state)s%(by)s. Reload the page.",
            name=self.name,
            state=states[self.state],
            by=(self.decided_by_id and self.env._(" by %s", self.decided_by_id.sudo().name)) or "",
        )

    def _check_approvable(self):
        """Raise if the company no longer allows this approval: it would not hold, the request can only be refused."""
        obstacles = []
        for kind, approvals in self.grouped("kind").items():
            judge = self._get_judges()[kind]
            # sudo: an approver may lack read access to the salesperson's orders
            verdicts = judge._judge_orders(approvals.sudo().order_id, strict=False)
            known = {order: verdict for order, verdict in verdicts.items() if verdict.over and not verdict.problem}
            obstacles += [judge._get_obstacle(order, verdict) for order, verdict in known.items()]
        if any(obstacles):
            raise UserError("\n\n".join(filter(None, obstacles)))

    def _withdraw(self, comment):
        """Withdraw these requests: they need no decision any more."""
        if self:
            self._write_protected({"state": "withdrawn", "comment": comment})
            ApprovalNotices(self).notify_withdrawal(comment)

    # -------------------------------------------------------------------------
    # The readable content of an approval: in the words and figures of the day of the request
    # -------------------------------------------------------------------------

    def _compute_details_html(self):
        for approval in self:
            approval.details_html = approval._get_judge()._render_details(approval.details, approval.currency_id)

    @api.model
    def _get_line_name(self, order_line):
        return order_line.product_id.display_name or (order_line.name or "").partition("\n")[0]

    @api.depends("state", "excess")
    def _compute_asked_user_ids(self):
        waiting = self.filtered(lambda approval: approval.state == "requested")
        asked = ApprovalDeciders(waiting).get_asked() if waiting else {}
        for approval in self:
            approval.asked_user_ids = asked.get(approval)

    def _get_waiting_text(self):
        """Return with whom the request waits, and since when."""
        values = {
            "users": self._get_asked_text(),
            "day": format_date(self.env, fields.Datetime.context_timestamp(self, self.requested_on)),
        }
        return self.env._("Waiting for approval by %(users)s since %(day)s", **values)

    def _get_asked_text(self):
        # sudo: only names of users are shown
        names = self.sudo().asked_user_ids.mapped("name")
        if not names:
            return self.env._("no user yet; see Approval Levels")
        text = self.env["key.account.formatter"]._format_list(names[:NAMED])
        if len(names) <= NAMED:
            return text
        return self.env._("%(users)s and %(count)s more", users=text, count=len(names) - NAMED)

    def _describe_excess(self):
        return self._get_judge()._describe_excess(self.details, self.currency_id)
