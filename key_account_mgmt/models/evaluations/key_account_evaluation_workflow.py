from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL, plaintext2html

from ..shared.access import ACTIVITY_APPROVAL, KEY_ACCOUNT_MANAGER, strip_caller_context
from .key_account_evaluation import WORKFLOW_DEFAULTS


class KeyAccountEvaluation(models.Model):
    """Overrides, review and approval. Applying and reverting have their own files."""

    _inherit = "key.account.evaluation"  # pylint: disable=consider-merging-classes-inherited

    def action_submit(self):
        """Ask for approval. If the company requires two people, the submitter cannot approve."""
        self._claim("computed")
        for evaluation in self:
            evaluation._advance(
                {"state": "in_review", "submitted_by_id": self.env.uid, "submitted_on": fields.Datetime.now()},
                self.env._("Submitted for approval. %(summary)s", summary=evaluation._get_counts_text()),
            )
        self._ask_approvers()
        return True

    def action_approve(self):
        """Approve the tiers. They are frozen from here on; applying is the next step."""
        self._claim("in_review")
        self._check_four_eyes()
        for evaluation in self:
            evaluation._advance(
                {"state": "approved", "approved_by_id": self.env.uid, "approved_on": fields.Datetime.now()},
                self.env._("Approved. %(summary)s", summary=evaluation._get_counts_text()),
            )
            evaluation._tell_submitter(evaluation.submitted_by_id)
        return True

    def _check_four_eyes(self):
        for evaluation in self:
            if not evaluation.company_id.key_account_four_eyes:
                continue
            if evaluation.submitted_by_id == self.env.user:
                raise UserError(
                    self.env._(
                        "You submitted “%(name)s”, so another user must approve it."
                        " Ask another Key Accounts manager of %(company)s.",
                        name=evaluation.name,
                        company=evaluation.company_id.name,
                    )
                )
            if self.env.user in evaluation.tier_changer_ids:
                raise UserError(
                    self.env._(
                        "You changed tiers of “%(name)s”, so another user must approve it."
                        " Ask another Key Accounts manager of %(company)s, or send it back.",
                        name=evaluation.name,
                        company=evaluation.company_id.name,
                    )
                )

    def _check_can_override(self):
        """Check that the user is a manager and the evaluation not yet approved."""
        self._check_manager()
        self._lock()
        for evaluation in self:
            if evaluation.job or evaluation.state not in ("computed", "in_review"):
                raise UserError(
                    self.env._(
                        "The lines of “%(name)s” are frozen: tiers can be overridden between computing and approval.",
                        name=evaluation.name,
                    )
                )

    def _note_tier_changer(self):
        """Record that the user changed tiers, before or after submission: another user has to approve them."""
        new = self.filtered(lambda evaluation: self.env.user not in evaluation.tier_changer_ids)
        new._set_workflow_values({"tier_changer_ids": [Command.link(self.env.uid)]})
        new.filtered(lambda evaluation: evaluation.state == "in_review")._ask_approvers()

    def action_refuse(self, reason):
        """Send an evaluation back from review.

        :param reason: what is wrong, for the users who prepared it
        """
        if not (reason or "").strip():
            raise UserError(self.env._("Say why you send the evaluation back."))
        self._claim("in_review")
        submitters = {evaluation: evaluation.submitted_by_id for evaluation in self}
        for evaluation in self:
            evaluation._advance(
                {"state": "computed", "submitted_by_id": False, "submitted_on": False},
                self.env._("Sent back: %(reason)s", reason=reason),
            )
            evaluation._tell_submitter(submitters[evaluation], reason)
        return True

    def action_draft(self):
        """Delete the lines, before approval, to evaluate again; also stops a computation in the background."""
        self._check_manager()
        self._lock()
        for evaluation in self:
            if evaluation.job not in (False, "compute"):
                raise UserError(evaluation._get_busy_message())
            if evaluation.state not in ("draft", "computed", "in_review"):
                raise UserError(evaluation._get_wrong_state_message(("computed", "in_review")))
            evaluation._advance(
                evaluation._get_draft_values(),
                self.env._("Reset to draft: the lines were deleted."),
            )
            evaluation._delete_lines()
        return True

    def _get_draft_values(self):
        return dict(WORKFLOW_DEFAULTS)

    def _delete_lines(self):
        # Lines cannot be deleted one by one; here the whole result is deleted.
        self.env["key.account.evaluation.line"].flush_model()
        self.env.cr.execute(
            SQL("DELETE FROM key_account_evaluation_line WHERE evaluation_id IN %s", tuple(self.ids or [0]))
        )
        self.env["key.account.evaluation.line"].invalidate_model()
        self.invalidate_recordset()

    def _advance(self, vals, message):
        """Change the state and log in the chatter at once what changed and why.

        Tracking is not used: it logs at the end of the transaction, can be turned off by the context of a remote call,
        and merges several steps into one.
        """
        names = self._track_get_fields() & vals.keys()
        before = {name: self[name] for name in names}
        self._set_workflow_values(vals)
        self._end_asking()
        described = self.fields_get(names, ["string", "type", "selection", "currency_field"])
        _changes, tracking_values = self._mail_track(described, before)
        self._message_log(body=message, tracking_value_ids=tracking_values)

    def action_open_refusal(self):
        """Ask for the reason of sending the evaluation back."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send Back"),
            "res_model": "key.account.evaluation.refusal",
            "view_mode": "form",
            "target": "new",
            "context": {"default_evaluation_id": self.id},
        }

    # -------------------------------------------------------------------------
    # Who is asked to approve an evaluation, and who is notified of the answer
    # -------------------------------------------------------------------------

    def _get_approvers(self):
        """Return the managers who may approve: with two pairs of eyes, none who submitted or changed tiers."""
        self.ensure_one()
        managers = self._get_members(KEY_ACCOUNT_MANAGER, self.company_id)
        # sudo: the company's setting applies even to users who may not read it
        if self.company_id.sudo().key_account_four_eyes:
            return managers - self.submitted_by_id - self.tier_changer_ids
        # Submitters who may approve need no notification, unless there is no other approver.
        return managers - self.submitted_by_id or managers

    def _ask_approvers(self):
        """Notify the users who may approve that evaluations in review wait for them."""
        self._ask_to_decide(
            ACTIVITY_APPROVAL,
            {evaluation: evaluation._get_approvers() for evaluation in self},
            lambda evaluation: evaluation._prepare_review_activity(),
            lambda evaluation: evaluation._prepare_no_reviewers(),
        )

    def _prepare_review_activity(self):
        return {
            "summary": self.env._("Approve or send back: “%(evaluation)s”", evaluation=self.name),
            "note": plaintext2html(self._get_counts_text()),
        }

    def _prepare_no_reviewers(self):
        return {
            "summary": self.env._(
                "No user can approve “%(evaluation)s”: give a user who did not submit or change it the access right"
                " Key Accounts / Manager",
                evaluation=self.name,
            )
        }

    def _end_asking(self):
        """Remove the activities of the approvers: each step completes what they were asked for."""
        # sudo: the activities belong to all users who were asked
        strip_caller_context(self).sudo().activity_unlink([ACTIVITY_APPROVAL])

    def _tell_submitter(self, user, note=""):
        """Notify the submitter of an evaluation of another user's decision.

        :param note: why it is sent back; without a note it is approved
        """
        if user.active and user != self.env.user:
            in_language = strip_caller_context(self).with_context(lang=user.lang)
            # sudo: as in ``_ask_people``
            in_language.sudo().activity_schedule(
                ACTIVITY_APPROVAL,
                user_id=user.id,
                summary=in_language._get_review_answer_text(note),
                note=plaintext2html(note),
            )

    def _get_review_answer_text(self, note):
        if note:
            return self.env._("Sent back: “%s”", self.name)
        return self.env._("Approved: apply “%s”", self.name)
