from typing import Any, NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .key_account_approval_judge import APPROVAL_KINDS

APPROVAL_STATES = [
    ("requested", "Requested"),
    ("approved", "Approved"),
    ("refused", "Refused"),
    ("withdrawn", "Withdrawn"),
]


class Need(NamedTuple):
    """The need of an order for one kind of approval.

    :ivar verdict: of the order, which is over
    :ivar consent: as returned by ``_get_consents``
    :ivar obstacle: why no approval is possible, or None
    """

    verdict: Any
    consent: str | None
    obstacle: str | None


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
        "key.account.asking.mixin",
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
    standing = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("holds", "Approved"),
            ("lapsed", "Lapsed"),
            ("refused", "Refused"),
            ("withdrawn", "Withdrawn"),
        ],
        string="Status",
        compute="_compute_standing",
        help="An approval lapses when the order needs more than was approved.",
    )
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
                approval.holds = bool(order) and approval._covers(order, verdicts.get(order))

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
    def _compute_standing(self):
        for approval in self:
            if approval.state == "approved":
                approval.standing = "holds" if approval.holds else "lapsed"
            else:
                approval.standing = "waiting" if approval.state == "requested" else approval.state

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
                Domain("key_account_hand_ids", "in", uid),
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
    # The approvals that an order needs
    # -------------------------------------------------------------------------

    @api.model
    def _get_needs(self, order, strict=True):
        """Return the approvals that an order needs: ``{kind: Need}`` for each kind of cap or limit that it exceeds.

        :param order: a saved order
        :param bool strict: as in ``_judge_orders``
        """
        needs = {}
        for kind, judge in self._get_judges().items():
            verdicts = judge._judge_orders(order, strict)
            verdict = verdicts.get(order)
            if verdict and verdict.over:
                consent = self._get_consents(order, kind, verdicts)[order]
                needs[kind] = Need(verdict, consent, judge._get_obstacle(order, verdict))
        return needs

    @api.model
    def _get_needs_to_ask(self, order):
        """Return the needs of an order for which an approval is possible.

        :raise UserError: if there are none; says why
        """
        if order.state == "cancel":
            raise UserError(
                self.env._("%s is cancelled. Set it to quotation first, then ask for approval.", order.name)
            )
        if order.state == "sale":
            raise UserError(
                self.env._(
                    "%s is already confirmed: there is nothing to approve. To grant more, cancel it, set it to"
                    " quotation, change it there and ask for approval.",
                    order.name,
                )
            )
        needs = self._get_needs(order)
        if not needs:
            raise UserError(
                self.env._("%s is within its caps and limits: there is nothing to approve. Confirm it.", order.name)
            )
        left = {kind: need for kind, need in needs.items() if need.consent != "approved"}
        if not left:
            raise UserError(self.env._("%s is already approved in its current form. Confirm it.", order.name))
        askable = {kind: need for kind, need in left.items() if not need.obstacle}
        if not askable:
            raise UserError("\n\n".join(need.obstacle for need in left.values()))
        return askable

    # -------------------------------------------------------------------------
    # The readable content of an approval: in the words and figures of the day of the request
    # -------------------------------------------------------------------------

    def _compute_details_html(self):
        for approval in self:
            approval.details_html = approval._get_judge()._render_details(approval.details, approval.currency_id)

    @api.model
    def _get_line_name(self, order_line):
        return order_line.product_id.display_name or (order_line.name or "").partition("\n")[0]
