import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from ..shared.access import ACTIVITY_APPROVAL, strip_caller_context
from ..shared.rows import touch


class KeyAccountApproval(models.Model):
    """Creates requests for approval and notifies their approvers."""

    _inherit = "key.account.approval"  # pylint: disable=consider-merging-classes-inherited

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
        order.check_access("write")
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say why %s should be approved, so that the approvers can decide.", order.name))
        self._lock_order(order)
        needs = self._get_needs_to_ask(order)
        # sudo: the request keeps figures of the order for approvers; the asking user may write the order
        wanted = [self._prepare_request(order.sudo(), kind, need.verdict, reason) for kind, need in needs.items()]
        # sudo: requests of other users for the same order count, too
        pending = self.sudo().search([("order_id", "=", order.id), ("state", "=", "requested")])
        kept = pending.filtered(lambda one: any(one._is_same(vals) for vals in wanted))
        wanted = [vals for vals in wanted if not any(one._is_same(vals) for one in kept)]
        self._check_not_asked(order, kept, wanted)
        (pending - kept).with_env(self.env)._withdraw(self.env._("Replaced by a newer request."))
        approvals = self._create_protected(self._number(order, wanted))
        approvals._check_somebody_decides()
        self._end_activities(order)
        approvals._notify_request()
        return approvals

    def _is_same(self, vals):
        """Return whether this request has the content of a request made now."""
        return self.kind == vals["kind"] and self.terms == vals["terms"]

    @api.model
    def _lock_order(self, order):
        """Lock the order, so that the second of two concurrent requests fails, is retried, and finds the first."""
        order.flush_recordset()
        touch(order)
        order.invalidate_recordset()

    @api.model
    def _check_not_asked(self, order, kept, wanted):
        if kept and not wanted:
            raise UserError(
                self.env._(
                    "%(user)s has already asked for approval of %(order)s in its current form. Wait for the"
                    " decision, or change the order and ask again.",
                    order=order.name,
                    user=kept[0].requested_by_id.name,
                )
            )

    @api.model
    def _prepare_request(self, order, kind, verdict, reason):
        """Return every stored field but the name, so that no default of the context or of a user applies."""
        excess = float(verdict.excess)
        judge = self._get_judges()[kind]
        levels = self.env["key.account.approval.level"]._get_in_force(order.company_id)[order.company_id, kind]
        return {
            "kind": kind,
            "order_id": order.id,
            "company_id": order.company_id.id,
            "partner_id": judge._get_approved_customer(order).id,
            "requested_by_id": self.env.uid,
            "requested_on": fields.Datetime.now(),
            "salesperson_id": order.user_id.id,
            "involved_user_ids": [fields.Command.set((self._get_hands(order) | self.env.user).ids)],
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

    @api.model
    def _number(self, order, vals_list):
        """Return the values with the names of the next requests for an order."""
        # sudo: requests that the user may not see have numbers, too
        first = self.sudo().search_count([("order_id", "=", order.id)]) + 1
        return [
            {**vals, "name": self.env._("%(order)s/%(number)s", order=order.name, number=number)}
            for number, vals in enumerate(vals_list, first)
        ]

    @api.model
    def _get_hands(self, order):
        """Return the users involved in an order now: salesperson, creator, and users who changed the judged fields."""
        # sudo: only the users are read
        return order.sudo()._get_key_account_hands()

    # -------------------------------------------------------------------------
    # The approvers
    # -------------------------------------------------------------------------

    def _get_eligible(self):
        """Return the users who may decide approvals of this kind and size, regardless of involvement in the order.

        :return: ``{approval: [users]}``, the lowest level first; if the size has no level, the users who decide without
            one come first
        """
        levels = self.env["key.account.approval.level"]._get_in_force(self.company_id)
        deciders = self.env["key.account.approval.level"]._get_deciders(self.company_id)
        found = {}
        for approval in self:
            own = levels[approval.company_id, approval.kind]
            required = own._get_required(approval.excess)
            above = own.filtered(lambda level, least=required: level.amount_from >= least.amount_from)
            users = [level._get_users() for level in above]
            found[approval] = users if required else [deciders[approval.company_id, approval.kind], *users]
        return found

    def _get_barred(self):
        """Return the users who must not decide: those involved in the order at the time of the request, or now."""
        # sudo: only the users are read
        approval = self.sudo()
        return approval.involved_user_ids | self._get_hands(approval.order_id)

    def _get_asked(self):
        """Return the users to ask: the approvers of the lowest level at which any user may decide."""
        found = {}
        for approval, groups in self._get_eligible().items():
            barred = approval._get_barred()
            left = [users - barred for users in groups if users - barred]
            found[approval] = left[0] if left else self.env["res.users"]
        return found

    def _get_deciders_name(self):
        """Return the name of the group that decides without a level."""
        # sudo: the name of a group is no secret
        group = self.env.ref(self._get_judge()._get_approver_groups()[0]).sudo()
        return group.full_name

    def _check_somebody_decides(self):
        for approval, users in self._get_asked().items():
            # sudo: only names of levels, orders and customers are shown, here and below
            if not users:
                raise UserError(
                    self.env._(
                        "No user could approve %(order)s: it needs %(level)s, and the users who sold or entered it"
                        " cannot approve it. Ask a rule administrator to add approvers under Key Accounts / Rules"
                        " and Metrics / Approval Levels.",
                        order=approval.order_id.name,
                        level=approval.level_id.sudo().name or approval._get_deciders_name(),
                    )
                )

    # -------------------------------------------------------------------------
    # Notifications
    # -------------------------------------------------------------------------

    def _notify_request(self):
        self._ask_approvers()
        for approval in self:
            approval._log_on_order(
                self.env._(
                    "Approval asked for: %(excess)s. %(reason)s",
                    excess=approval._describe_excess(),
                    reason=approval.reason,
                )
            )
        self._mark_orders()

    def _schedule(self, record, users):
        """Schedule an activity for each user, in the user's language."""
        for user in users:
            # sudo: the asking user may lack the right to assign activities to approvers
            strip_caller_context(record).with_context(lang=user.lang).sudo().activity_schedule(
                ACTIVITY_APPROVAL, user_id=user.id, **self.with_context(lang=user.lang)._prepare_activity()
            )

    @api.model
    def _end_activities(self, records):
        # sudo: the activities belong to all approvers of the level
        strip_caller_context(records).sudo().activity_unlink([ACTIVITY_APPROVAL])

    def _prepare_activity(self):
        """Return the texts of the activity for the state of this approval."""
        values = {
            "order": self.order_id.sudo().name,
            "customer": self.partner_id.sudo().name,
            "excess": self._describe_excess(),
        }
        if self.state == "requested":
            summary = self.env._("Approve or refuse: %(order)s of %(customer)s, %(excess)s", **values)
            return {"summary": summary, "note": plaintext2html(self.reason)}
        if self.state == "approved":
            return {"summary": self.env._("Approved: confirm %(order)s of %(customer)s", **values)}
        return {
            "summary": self.env._("Refused: %(order)s of %(customer)s", **values),
            "note": plaintext2html(self.comment),
        }

    def _prepare_no_approvers(self):
        """Return the texts of a rule administrator's activity, when all approvers have left or are involved."""
        return {
            "summary": self.env._(
                "No user can approve %(order)s of %(customer)s, %(excess)s: add approvers",
                order=self.order_id.sudo().name,
                customer=self.partner_id.sudo().name,
                excess=self._describe_excess(),
            ),
            "note": plaintext2html(
                self.env._(
                    "Key Accounts / Rules and Metrics / Approval Levels. Users involved in the order cannot decide."
                )
            ),
        }

    def _describe_excess(self):
        return self._get_judge()._describe_excess(self.details, self.currency_id)

    def _log_on_order(self, message):
        if self.order_id:
            # sudo: an approver may lack read access to the salesperson's orders
            strip_caller_context(self.order_id).sudo()._message_log(body=message)

    def _mark_orders(self):
        """Write the approval state on the orders, so that confirming an order without requests looks up nothing."""
        # sudo: an approver may lack write access to the salesperson's orders
        for order, state in self.order_id.sudo()._get_key_account_approval_states().items():
            if order.key_account_approval_state != state:
                order.key_account_approval_state = state

    def _reassign(self):
        """Reassign waiting requests to the current approvers, after levels, users or involved users changed."""
        levels = self.env["key.account.approval.level"]._get_in_force(self.company_id)
        for approval in self:
            level = levels[approval.company_id, approval.kind]._get_required(approval.excess)
            if level != approval.level_id:
                approval._write_protected({"level_id": level.id})
        self._ask_approvers()

    def _ask_approvers(self):
        self._ask_to_decide(
            ACTIVITY_APPROVAL,
            self._get_asked(),
            lambda approval: approval._prepare_activity(),
            lambda approval: approval._prepare_no_approvers(),
        )
