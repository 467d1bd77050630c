"""Review: who may approve evaluations, who is asked to, and who is notified of the answer."""

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import plaintext2html

from ..shared.access import ACTIVITY_APPROVAL, KEY_ACCOUNT_MANAGER, strip_caller_context


class EvaluationReview:
    """The review of some evaluations."""

    def __init__(self, evaluations):
        self.evaluations = evaluations
        self.env = evaluations.env

    def submit(self):
        """Ask for approval."""
        for evaluation in self.evaluations:
            evaluation._advance(
                {"state": "in_review", "submitted_by_id": self.env.uid, "submitted_on": fields.Datetime.now()},
                self.env._("Submitted for approval. %(summary)s", summary=evaluation._get_counts_text()),
            )
        self.evaluations._ask_approvers()

    def approve(self):
        """Approve the tiers."""
        self._check_four_eyes()
        for evaluation in self.evaluations:
            evaluation._advance(
                {"state": "approved", "approved_by_id": self.env.uid, "approved_on": fields.Datetime.now()},
                self.env._("Approved. %(summary)s", summary=evaluation._get_counts_text()),
            )
            _notify_submitter(evaluation, evaluation.submitted_by_id)

    def refuse(self, reason):
        """Send evaluations back.

        :param reason: what is wrong, for the users who prepared it
        """
        submitters = {evaluation: evaluation.submitted_by_id for evaluation in self.evaluations}
        for evaluation in self.evaluations:
            evaluation._advance(
                {"state": "computed", "submitted_by_id": False, "submitted_on": False},
                self.env._("Sent back: %(reason)s", reason=reason),
            )
            _notify_submitter(evaluation, submitters[evaluation], reason)

    def note_tier_changer(self):
        """Record that the user changed tiers, before or after submission: another user has to approve them."""
        new = self.evaluations.filtered(lambda evaluation: self.env.user not in evaluation.tier_changer_ids)
        new._set_workflow_values({"tier_changer_ids": [Command.link(self.env.uid)]})
        new.filtered(lambda evaluation: evaluation.state == "in_review")._ask_approvers()

    def _check_four_eyes(self):
        """Refuse approval by the user who submitted or changed an evaluation, if the company requires two people."""
        for evaluation in self.evaluations:
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

    # -------------------------------------------------------------------------
    # Ask
    # -------------------------------------------------------------------------

    def ask(self):
        """Notify the users who may approve that evaluations in review wait for them."""
        self.evaluations._request_decision(
            ACTIVITY_APPROVAL,
            {evaluation: _get_approvers(evaluation) for evaluation in self.evaluations},
            _prepare_activity,
            _prepare_no_approver_activity,
        )

    def end(self):
        """Remove the activities of the approvers: each step completes what they were asked for."""
        # sudo: the activities belong to all users who were asked
        strip_caller_context(self.evaluations).sudo().activity_unlink([ACTIVITY_APPROVAL])


def _get_approvers(evaluation):
    """Return the managers who may approve: with two pairs of eyes, none who submitted or changed tiers."""
    managers = evaluation._get_members(KEY_ACCOUNT_MANAGER, evaluation.company_id)
    # sudo: the company's setting applies even to users who may not read it
    if evaluation.company_id.sudo().key_account_four_eyes:
        return managers - evaluation.submitted_by_id - evaluation.tier_changer_ids
    # Submitters who may approve need no notification, unless there is no other approver.
    return managers - evaluation.submitted_by_id or managers


def _prepare_activity(evaluation):
    return {
        "summary": evaluation.env._("Approve or send back: “%(evaluation)s”", evaluation=evaluation.name),
        "note": plaintext2html(evaluation._get_counts_text()),
    }


def _prepare_no_approver_activity(evaluation):
    return {
        "summary": evaluation.env._(
            "No user can approve “%(evaluation)s”: give a user who did not submit or change it the access right"
            " Key Accounts / Manager",
            evaluation=evaluation.name,
        )
    }


def _notify_submitter(evaluation, user, note=""):
    """Notify the submitter of another user's decision.

    :param note: why the evaluation is sent back; without a note it is approved
    """
    if user.active and user != evaluation.env.user:
        in_language = strip_caller_context(evaluation).with_context(lang=user.lang)
        # sudo: as in ``_request_users``
        in_language.sudo().activity_schedule(
            ACTIVITY_APPROVAL,
            user_id=user.id,
            summary=_get_answer_text(in_language, note),
            note=plaintext2html(note),
        )


def _get_answer_text(evaluation, note):
    if note:
        return evaluation.env._("Sent back: “%s”", evaluation.name)
    return evaluation.env._("Approved: apply “%s”", evaluation.name)
