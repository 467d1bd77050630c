import json
from typing import Any, NamedTuple

from odoo import fields
from odoo.exceptions import UserError

from ..shared.statements import touch
from .approval_deciders import ApprovalDeciders, get_hands
from .approval_notices import ApprovalNotices


class ApprovalNeed(NamedTuple):
    """The need of an order for one kind of approval.

    :ivar verdict: of the order, which is over
    :ivar consent: as returned by ``_get_consents``
    :ivar obstacle: why no approval is possible, or None
    """

    verdict: Any
    consent: str | None
    obstacle: str | None


class ApprovalRequest:
    """Asks for the approvals that an order needs as it is now.

    The caller of ``approvals`` asks: its user requests them.
    """

    def __init__(self, approvals, order):
        self.approvals = approvals
        self.env = approvals.env
        self.order = order

    def get_needs(self, strict=True):
        """Return ``{kind: ApprovalNeed}`` for each kind of cap or limit that the order exceeds."""
        order, needs = self.order, {}
        for kind, judge in self.approvals._get_judges().items():
            verdicts = judge._judge_orders(order, strict)
            verdict = verdicts.get(order)
            if verdict and verdict.over:
                consent = self.approvals._get_consents(order, kind, verdicts)[order]
                needs[kind] = ApprovalNeed(verdict, consent, judge._get_obstacle(order, verdict))
        return needs

    def ask(self, reason):
        """Create the requests that were not made yet, withdraw older ones, and notify the approvers.

        :return: the new requests
        """
        order = self.order
        order.check_access("write")
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say why %s should be approved, so that the approvers can decide.", order.name))
        self._lock()
        needs = self._get_needs_to_ask()
        wanted = [self._prepare_request(kind, need.verdict, reason) for kind, need in needs.items()]
        # sudo: requests of other users for the same order count, too
        pending = self.approvals.sudo().search([("order_id", "=", order.id), ("state", "=", "requested")])
        kept = pending.filtered(lambda one: any(_is_same(one, vals) for vals in wanted))
        wanted = [vals for vals in wanted if not any(_is_same(one, vals) for one in kept)]
        self._check_not_asked(kept, wanted)
        (pending - kept).with_env(self.env)._withdraw(self.env._("Replaced by a newer request."))
        approvals = self.approvals._create_protected(self._number(wanted))
        ApprovalDeciders(approvals).check_present()
        approvals._end_activities(order)
        ApprovalNotices(approvals).notify_request()
        return approvals

    def _lock(self):
        """Make the second of two concurrent requests for the order be retried, so that it finds the first."""
        self.order.flush_recordset()
        touch(self.order)
        self.order.invalidate_recordset()

    def _get_needs_to_ask(self):
        """Return the needs for which an approval is possible.

        :raise UserError: if there are none; says why
        """
        name = self.order.name
        if self.order.state == "cancel":
            raise UserError(self.env._("%s is cancelled. Set it to quotation first, then ask for approval.", name))
        if self.order.state == "sale":
            raise UserError(
                self.env._(
                    "%s is already confirmed: there is nothing to approve. To grant more, cancel it, set it to"
                    " quotation, change it there and ask for approval.",
                    name,
                )
            )
        needs = self.approvals._get_needs(self.order)
        if not needs:
            raise UserError(
                self.env._("%s is within its caps and limits: there is nothing to approve. Confirm it.", name)
            )
        left = {kind: need for kind, need in needs.items() if need.consent != "approved"}
        if not left:
            raise UserError(self.env._("%s is already approved in its current form. Confirm it.", name))
        askable = {kind: need for kind, need in left.items() if not need.obstacle}
        if not askable:
            raise UserError("\n\n".join(need.obstacle for need in left.values()))
        return askable

    def _check_not_asked(self, kept, wanted):
        if kept and not wanted:
            raise UserError(
                self.env._(
                    "%(user)s has already asked for approval of %(order)s in its current form. Wait for the"
                    " decision, or change the order and ask again.",
                    order=self.order.name,
                    user=kept[0].requested_by_id.name,
                )
            )

    def _prepare_request(self, kind, verdict, reason):
        """Return every stored field but the name, so that no default of the context or of a user applies."""
        # sudo: the request keeps figures of the order for approvers; the asking user may write the order
        order = self.order.sudo()
        excess = float(verdict.excess)
        judge = self.approvals._get_judges()[kind]
        levels = self.env["key.account.approval.level"]._get_in_force(order.company_id)[order.company_id, kind]
        return {
            "kind": kind,
            "order_id": order.id,
            "company_id": order.company_id.id,
            "partner_id": judge._get_approved_customer(order).id,
            "requested_by_id": self.env.uid,
            "requested_on": fields.Datetime.now(),
            "salesperson_id": order.user_id.id,
            "involved_user_ids": [fields.Command.set((get_hands(order) | self.env.user).ids)],
            "reason": reason,
            "excess": excess,
            "level_id": levels._get_required(excess).id,
            # As read from the database, for comparison with stored terms.
            "terms": json.loads(json.dumps(verdict.get_terms())),
            "details": judge._prepare_details(verdict),
            "state": "requested",
            "decided_by_id": False,
            "decided_on": False,
            "comment": False,
        }

    def _number(self, vals_list):
        """Return the values with the names of the next requests for the order."""
        # sudo: requests that the user may not see have numbers, too
        first = self.approvals.sudo().search_count([("order_id", "=", self.order.id)]) + 1
        return [
            {**vals, "name": self.env._("%(order)s/%(number)s", order=self.order.name, number=number)}
            for number, vals in enumerate(vals_list, first)
        ]


def _is_same(approval, vals):
    """Return whether a request has the content of a request made now."""
    return approval.kind == vals["kind"] and approval.terms == vals["terms"]
