from odoo import models
from odoo.tools import plaintext2html

from ..shared.access import ACTIVITY_APPROVAL, KEY_ACCOUNT_MANAGER, strip_caller_context


class KeyAccountEvaluation(models.Model):
    """Who is asked to approve an evaluation, and who is told of the answer."""

    _inherit = "key.account.evaluation"  # pylint: disable=consider-merging-classes-inherited

    def _get_approvers(self):
        """Managers of the company who may approve: with two pairs of eyes, none who submitted or changed tiers."""
        self.ensure_one()
        managers = self._get_members(KEY_ACCOUNT_MANAGER, self.company_id)
        # sudo: what the company wants does not depend on who may read its settings
        if self.company_id.sudo().key_account_four_eyes:
            return managers - self.submitted_by_id - self.tier_changer_ids
        # Who submits may approve as well, and need not be told, unless there is nobody else.
        return managers - self.submitted_by_id or managers

    def _ask_approvers(self):
        """Tell those who may approve that evaluations in review wait for them."""
        self._ask_to_decide(
            ACTIVITY_APPROVAL,
            {evaluation: evaluation._get_approvers() for evaluation in self},
            lambda evaluation: evaluation._prepare_review_activity(),
            lambda evaluation: evaluation._prepare_nobody_reviews(),
        )

    def _prepare_review_activity(self):
        return {
            "summary": self.env._("Approve or send back: “%(evaluation)s”", evaluation=self.name),
            "note": plaintext2html(self._get_counts_text()),
        }

    def _prepare_nobody_reviews(self):
        return {
            "summary": self.env._(
                "No user can approve “%(evaluation)s”: give a user who did not submit or change it the access right"
                " Key Accounts / Manager",
                evaluation=self.name,
            )
        }

    def _end_asking(self):
        """With each step what was asked for is done."""
        # sudo: the activities are those of all who were asked
        strip_caller_context(self).sudo().activity_unlink([ACTIVITY_APPROVAL])

    def _tell_submitter(self, user, note=""):
        """Tell who submitted an evaluation what somebody else decided.

        :param note: why it is sent back; else it is approved
        """
        if user.active and user != self.env.user:
            told = strip_caller_context(self).with_context(lang=user.lang)
            # sudo: as in ``_ask_people``
            told.sudo().activity_schedule(
                ACTIVITY_APPROVAL,
                user_id=user.id,
                summary=told._get_review_answer_text(note),
                note=plaintext2html(note),
            )

    def _get_review_answer_text(self, note):
        if note:
            return self.env._("Sent back: “%s”", self.name)
        return self.env._("Approved: apply “%s”", self.name)
