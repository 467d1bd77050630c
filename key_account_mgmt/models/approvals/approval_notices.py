from odoo.tools import plaintext2html

from ..shared.access import ACTIVITY_APPROVAL, strip_caller_context
from .approval_deciders import ApprovalDeciders


class ApprovalNotices:
    """What approvals tell: activities of approvers and salespeople, notes in chatters, the states of orders."""

    def __init__(self, approvals):
        self.approvals = approvals
        self.env = approvals.env

    def notify_request(self):
        """Ask the approvers, and log the requests on their order."""
        self.ask_approvers()
        for approval in self.approvals:
            self._log_on_order(
                approval,
                self.env._(
                    "Approval asked for: %(excess)s. %(reason)s",
                    excess=approval._describe_excess(),
                    reason=approval.reason,
                ),
            )
        self._mark_orders()

    def notify_decision(self):
        """End the activities, log the decisions, and notify the users who asked."""
        self._finish()
        for approval in self.approvals:
            self._log_decision(approval)
            self._notify_asker(approval)

    def notify_withdrawal(self, comment):
        self._finish()
        for approval in self.approvals:
            self._log_on_order(approval, self.env._("%(name)s: %(what)s", name=approval.name, what=comment))

    def ask_approvers(self):
        """Give exactly the users who may decide an activity."""
        self.approvals._request_decision(
            ACTIVITY_APPROVAL,
            ApprovalDeciders(self.approvals).get_asked(),
            lambda approval: ApprovalNotices(approval)._prepare_activity(),
            lambda approval: ApprovalNotices(approval)._prepare_no_approvers(),
        )

    def _finish(self):
        self.approvals._end_activities(self.approvals)
        self._mark_orders()

    # -------------------------------------------------------------------------
    # On orders
    # -------------------------------------------------------------------------

    def _log_on_order(self, approval, message):
        if approval.order_id:
            # sudo: an approver may lack read access to the salesperson's orders
            strip_caller_context(approval.order_id).sudo()._message_log(body=message)

    def _log_decision(self, approval):
        if approval.state == "approved":
            message = self.env._("Approved: %(excess)s.", excess=approval._describe_excess())
        else:
            message = self.env._("Refused: %(comment)s", comment=approval.comment)
        # sudo: by design of the model, users have no right to write approvals, not even their log
        strip_caller_context(approval).sudo()._message_log(body=message)
        self._log_on_order(approval, message)

    def _mark_orders(self):
        """Write the approval state on the orders, so that confirming an order without requests looks up nothing."""
        # sudo: an approver may lack write access to the salesperson's orders
        for order, state in self.approvals.order_id.sudo()._get_key_account_approval_states().items():
            if order.key_account_approval_state != state:
                order.key_account_approval_state = state

    def _notify_asker(self, approval):
        """Notify the user who asked: of a refusal at once, of an approval when no other request of the order waits."""
        # sudo: an approver may lack read access to the salesperson's orders
        if approval.state == "refused" or approval.order_id.sudo().key_account_approval_state != "waiting":
            for user in approval.requested_by_id.filtered("active"):
                # In the user's language. sudo: the asking user may lack the right to assign activities to approvers
                texts = ApprovalNotices(approval.with_context(lang=user.lang))._prepare_activity()
                order = strip_caller_context(approval.order_id).with_context(lang=user.lang).sudo()
                order.activity_schedule(ACTIVITY_APPROVAL, user_id=user.id, **texts)

    # -------------------------------------------------------------------------
    # The texts of one approval's activity, in the language of its environment
    # -------------------------------------------------------------------------

    def _prepare_activity(self):
        """Return the texts of the activity for the state of the approval."""
        approval, values = self.approvals, self._get_names()
        if approval.state == "requested":
            summary = self.env._("Approve or refuse: %(order)s of %(customer)s, %(excess)s", **values)
            return {"summary": summary, "note": plaintext2html(approval.reason)}
        if approval.state == "approved":
            return {"summary": self.env._("Approved: confirm %(order)s of %(customer)s", **values)}
        return {
            "summary": self.env._("Refused: %(order)s of %(customer)s", **values),
            "note": plaintext2html(approval.comment),
        }

    def _prepare_no_approvers(self):
        """Return the texts of a rule administrator's activity, when all approvers have left or are involved."""
        return {
            "summary": self.env._(
                "No user can approve %(order)s of %(customer)s, %(excess)s: add approvers", **self._get_names()
            ),
            "note": plaintext2html(
                self.env._("Key Accounts / Configuration / Approval Levels. Users involved in the order cannot decide.")
            ),
        }

    def _get_names(self):
        # sudo: an approver may lack read access to the order and its customer; only their names are shown
        return {
            "order": self.approvals.order_id.sudo().name,
            "customer": self.approvals.partner_id.sudo().name,
            "excess": self.approvals._describe_excess(),
        }
