from markupsafe import Markup

from odoo import models

from ..shared.access import ACTIVITY_APPRAISAL, strip_caller_context


class KeyAccountAppraisal(models.Model):
    """Appraisers are told once, however many customers they are asked about, and until they are through."""

    _inherit = "key.account.appraisal"  # pylint: disable=consider-merging-classes-inherited

    def _tell_appraisers(self, deadline):
        """One activity for each appraiser, with a link to his list; on no record, since it is about many.

        :param deadline: date by which the grades are wanted
        """
        told = self._get_activities(self.user_id).user_id
        # sudo: a manager need not be allowed to plan activities of others
        strip_caller_context(self.env["mail.activity"]).sudo().create(
            [
                user_appraisals._prepare_activity(user, deadline)
                for user, user_appraisals in self.grouped("user_id").items()
                if user not in told
            ]
        )

    def _message_auto_subscribe_followers(self, updated_values, default_subtype_ids):
        """Nobody is told by a message for each of his customers: the activity tells him."""
        return []

    def _prepare_activity(self, user, deadline):
        record = self.with_context(lang=user.lang)
        return {
            "activity_type_id": self.env.ref(ACTIVITY_APPRAISAL).id,
            "user_id": user.id,
            "date_deadline": deadline,
            "summary": record.env._("Appraise customers"),
            "note": Markup('<a href="/odoo/key-account-grades">%s</a>') % record.env._("My grades to give"),
        }

    def _get_activities(self, users):
        # sudo: activities of others, of whom nothing is shown
        return (
            self.env["mail.activity"]
            .sudo()
            .search(
                [
                    ("activity_type_id", "=", self.env.ref(ACTIVITY_APPRAISAL).id),
                    ("user_id", "in", users.ids),
                    ("res_model", "=", False),
                ]
            )
        )

    def _end_activities(self, users):
        """Who has nothing left to appraise is reminded no more."""
        # sudo: what others have to do is counted, not shown
        busy = {
            user
            for [user] in self.sudo()._read_group([("user_id", "in", users.ids), ("state", "=", "draft")], ["user_id"])
        }
        self._get_activities(users.filtered(lambda user: user not in busy)).unlink()
