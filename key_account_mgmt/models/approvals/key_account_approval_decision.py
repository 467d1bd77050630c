from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ..shared.access import strip_caller_context


class KeyAccountApproval(models.Model):
    """Decides an approval: by its buttons, by users who may, and only once."""

    _inherit = "key.account.approval"  # pylint: disable=consider-merging-classes-inherited

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
        eligible = self._get_eligible()
        for approval in self:
            approval._check_decider(self.env["res.users"].union(*eligible[approval]))
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
        self._finish()
        for approval in self:
            approval._log_decision()
            approval._tell_asker()

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

    def _check_decider(self, eligible):
        """Raise unless the user is an approver of the level who was not involved in the order.

        Checked on the real user: superuser mode does not bypass it.
        """
        user = self.env.user
        if user in self._get_barred():
            raise AccessError(
                self.env._(
                    "You asked for %(name)s, or sold, created or changed the order, so another user must decide:"
                    " %(others)s.",
                    name=self.name,
                    others=self._get_others_text(),
                )
            )
        if user not in eligible:
            raise AccessError(
                self.env._(
                    "%(name)s: %(excess)s. These users can decide: %(others)s.",
                    name=self.name,
                    excess=self._describe_excess(),
                    others=self._get_others_text(),
                )
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

    def _get_others_text(self):
        # sudo: only names of users are shown
        asked = self._get_asked()[self].sudo()
        names = asked.mapped("name") or [self.env._("no user yet; see Approval Levels")]
        return self.env["key.account.formatter"]._format_list(names)

    def _withdraw(self, comment):
        """Withdraw these requests: they need no decision any more."""
        if self:
            self._write_protected({"state": "withdrawn", "comment": comment})
            self._finish()
            for approval in self:
                approval._log_on_order(self.env._("%(name)s: %(what)s", name=approval.name, what=comment))

    def _finish(self):
        self._end_activities(self)
        self._mark_orders()

    def _tell_asker(self):
        """Notify the user who asked: of a refusal at once, of an approval when no other request of the order waits."""
        # sudo: an approver may lack read access to the salesperson's orders
        if self.state == "refused" or self.order_id.sudo().key_account_approval_state != "waiting":
            self._schedule(self.order_id, self.requested_by_id.filtered("active"))

    def _log_decision(self):
        if self.state == "approved":
            message = self.env._("Approved: %(excess)s.", excess=self._describe_excess())
        else:
            message = self.env._("Refused: %(comment)s", comment=self.comment)
        # sudo: by design of the model, users have no right to write approvals, not even their log
        strip_caller_context(self).sudo()._message_log(body=message)
        self._log_on_order(message)
