import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, plaintext2html

from .key_account_approval import clean
from .key_account_approval_level import MANAGER_GROUP

ACTIVITY = "key_account_mgmt.mail_activity_type_approval"


class KeyAccountApproval(models.Model):
    """How an approval is asked for, and of whom."""

    _inherit = "key.account.approval"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _request(self, order, reason):
        """Ask for approval of an order as it is now, and tell the approvers.

        The order is judged here, whatever the screen showed. An older request that waits is withdrawn.

        :param order: a saved order over its cap
        :param reason: why the customer should get this, for the approvers
        :return: the request
        :raises UserError: nothing to approve, no reason, the same request waits already, nobody could approve it
        """
        order.ensure_one()
        order.check_access("write")
        reason = (reason or "").strip()
        if not reason:
            raise UserError(
                self.env._("Say why %s should get more than its cap: the approvers decide by it.", order.name)
            )
        self._lock_order(order)
        verdict = self._get_verdict_to_approve(order)
        vals = self._prepare_request(order.sudo(), verdict, reason)
        pending = self.sudo().search([("order_id", "=", order.id), ("state", "=", "requested")])
        self._check_not_asked(order, pending, vals["terms"])
        pending.with_env(self.env)._withdraw(self.env._("Replaced by a newer request."))
        approval = self._record([vals])
        approval._check_somebody_decides()
        self._end_activities(order)
        approval._notify_request()
        return approval

    @api.model
    def _lock_order(self, order):
        """Of two requests for one order at once, the second fails, is tried again, and finds the first."""
        order.flush_recordset()
        self.env.cr.execute(SQL("UPDATE sale_order SET write_date = write_date WHERE id = %s", order.id))
        order.invalidate_recordset()

    @api.model
    def _get_verdict_to_approve(self, order):
        """The verdict on an order that needs approval."""
        if order.state == "cancel":
            raise UserError(
                self.env._("%s is cancelled. Set it to quotation first, then ask for approval.", order.name)
            )
        verdict = self.env["key.account.discount"]._judge_orders(order).get(order)
        if not verdict or not verdict.over:
            raise UserError(
                self.env._("%s is within its discount caps: there is nothing to approve. Confirm it.", order.name)
            )
        return verdict

    @api.model
    def _check_not_asked(self, order, pending, terms):
        if any(approval.terms == terms for approval in pending):
            raise UserError(
                self.env._(
                    "Approval of %(order)s as it is was asked for already, by %(user)s. Wait for the decision, or"
                    " change the order and ask again.",
                    order=order.name,
                    user=pending[0].requested_by_id.name,
                )
            )
        decided = self.sudo().search([("order_id", "=", order.id), ("state", "=", "approved")])
        if any(approval.terms == terms and approval._is_for(order) for approval in decided):
            raise UserError(self.env._("%s is approved as it is. Confirm it.", order.name))

    @api.model
    def _prepare_request(self, order, verdict, reason):
        """Every stored field, so that no default of the context or of a user gets in."""
        excess = float(verdict.judgement.excess)
        levels = self.env["key.account.approval.level"]._get_by_company(order.company_id)[order.company_id]
        # As it comes back from the database, to be compared with what is there.
        terms = json.loads(json.dumps(verdict.get_terms()))
        return {
            "name": self.env._("%(order)s/%(number)s", order=order.name, number=self._get_next_number(order)),
            "kind": "discount",
            "order_id": order.id,
            "company_id": order.company_id.id,
            "partner_id": order.partner_id.commercial_partner_id.id,
            "requested_by_id": self.env.uid,
            "requested_on": fields.Datetime.now(),
            "salesperson_id": order.user_id.id,
            "involved_user_ids": [fields.Command.set((self._get_hands(order) | self.env.user).ids)],
            "reason": reason,
            "excess": excess,
            "level_id": levels._get_required(excess).id,
            "terms": terms,
            "details": self._prepare_details(verdict),
            "state": "requested",
            "decided_by_id": False,
            "decided_on": False,
            "comment": False,
        }

    @api.model
    def _get_next_number(self, order):
        return self.sudo().search_count([("order_id", "=", order.id)]) + 1

    @api.model
    def _get_hands(self, order):
        """Who has a hand in an order now: who sells it, who made it, who changed its lines last."""
        # sudo: nothing is read but who they are
        order = order.sudo()
        return order.user_id | order.create_uid | order.order_line.write_uid

    # -------------------------------------------------------------------------
    # The approvers
    # -------------------------------------------------------------------------

    def _get_eligible(self):
        """Who decides on approvals of this size, the lowest level first, whether they had a hand in them or not:
        ``{approval: [users]}``; without a level for it, the Key Accounts managers come first."""
        levels = self.env["key.account.approval.level"]._get_by_company(self.company_id)
        managers = {company: self._get_managers(company) for company in levels}
        found = {}
        for approval in self:
            company = approval.company_id
            required = levels[company]._get_required(approval.excess)
            above = levels[company].filtered(lambda level, least=required: level.amount_from >= least.amount_from)
            users = [level.user_ids.filtered("active") for level in above]
            found[approval] = users if required else [managers[company], *users]
        return found

    @api.model
    def _get_managers(self, company):
        group = self.env.ref(MANAGER_GROUP)
        # sudo: salespeople may ask, and need not read who has which rights
        return (
            self.env["res.users"]
            .sudo()
            .search([("all_group_ids", "in", group.ids), ("company_ids", "in", company.ids), ("share", "=", False)])
        )

    def _get_barred(self):
        """Who must not decide on this one: had a hand in the order when it was asked for, or has one now."""
        # sudo: nothing is read but who they are
        approval = self.sudo()
        return approval.involved_user_ids | self._get_hands(approval.order_id)

    def _get_asked(self):
        """Who is asked: the approvers of the lowest level at which somebody may decide."""
        found = {}
        for approval, groups in self._get_eligible().items():
            barred = approval._get_barred()
            left = [users - barred for users in groups if users - barred]
            found[approval] = left[0] if left else self.env["res.users"]
        return found

    def _check_somebody_decides(self):
        for approval, users in self._get_asked().items():
            if not users:
                raise UserError(
                    self.env._(
                        "Nobody could approve %(order)s: it needs %(level)s, and whoever sold or entered it cannot."
                        " Ask a rule administrator to add approvers under Key Accounts / Rules and Metrics /"
                        " Approval Levels.",
                        order=approval.order_id.name,
                        level=approval.level_id.sudo().name or self.env._("a Key Accounts manager"),
                    )
                )

    # -------------------------------------------------------------------------
    # Telling people
    # -------------------------------------------------------------------------

    def _notify_request(self):
        for approval, users in self._get_asked().items():
            approval._schedule(approval, users)
            approval._log_on_order(
                self.env._(
                    "Approval asked for: %(excess)s over the cap. %(reason)s",
                    excess=approval._format_excess(),
                    reason=approval.reason,
                )
            )
        self._mark_orders()

    def _schedule(self, record, users):
        """An activity for each user, in his own language."""
        for user in users:
            # sudo: whoever asks need not be allowed to assign work to his approvers
            clean(record).with_context(lang=user.lang).sudo().activity_schedule(
                ACTIVITY, user_id=user.id, **self.with_context(lang=user.lang)._prepare_activity()
            )

    @api.model
    def _end_activities(self, records):
        # sudo: the activities are those of all approvers of the level
        clean(records).sudo().activity_unlink([ACTIVITY])

    def _prepare_activity(self):
        """What the activity says; on the state of this approval."""
        values = {
            "order": self.order_id.sudo().name,
            "customer": self.partner_id.sudo().name,
            "excess": self._format_excess(),
        }
        if self.state == "requested":
            summary = self.env._("Approve or refuse: %(order)s of %(customer)s, %(excess)s over the cap", **values)
            return {"summary": summary, "note": plaintext2html(self.reason)}
        if self.state == "approved":
            return {"summary": self.env._("Approved: confirm %(order)s of %(customer)s", **values)}
        return {
            "summary": self.env._("Refused: %(order)s of %(customer)s", **values),
            "note": plaintext2html(self.comment),
        }

    def _format_excess(self):
        formatter = self.env["key.account.formatter"]
        return formatter._format_amount(repr(self.excess), self.currency_id)

    def _log_on_order(self, message):
        if self.order_id:
            # sudo: an approver need not be allowed to read the salesperson's orders
            clean(self.order_id).sudo()._message_log(body=message)

    def _mark_orders(self):
        """Orders know how far their approval is, so that nothing has to be looked up when others are confirmed."""
        # sudo: an approver need not be allowed to write the salesperson's orders
        for order in self.order_id.sudo():
            state = order._get_key_account_approval_state()
            if order.key_account_approval_state != state:
                order.key_account_approval_state = state

    def _reassign(self):
        """The levels changed: requests that wait go to the people who decide now."""
        levels = self.env["key.account.approval.level"]._get_by_company(self.company_id)
        for approval in self:
            level = levels[approval.company_id]._get_required(approval.excess)
            if level != approval.level_id:
                approval._set_values({"level_id": level.id})
        for approval, users in self._get_asked().items():
            # sudo: as in ``_schedule``
            activities = clean(approval).sudo().activity_search([ACTIVITY])
            approval._schedule(approval, users - activities.user_id)
            activities.filtered(lambda activity, asked=users: activity.user_id not in asked).unlink()
