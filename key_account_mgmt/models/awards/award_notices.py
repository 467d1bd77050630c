from ..shared.access import ACTIVITY_AWARD, ACTIVITY_DELIVERY, strip_caller_context
from .award_states import COMMITTED_STATES


class AwardNotices:
    """What awards tell: activities of the users who have to act, and warnings of the user who decides."""

    def __init__(self, awards):
        self.awards = awards
        self.env = awards.env

    def update_deliveries(self):
        """Update the activities of the users responsible for these awards: one per user and evaluation.

        It says how many promised rewards are left, is due with the first of them, and ends with the last one.
        """
        due, found = self._get_due(), self._get_activities()
        for evaluation, user in self._get_places():
            activities = found.get((evaluation.id, user), self.env["mail.activity"])
            if (evaluation, user) not in due:
                activities.unlink()
            else:
                self._update_delivery(evaluation, user, activities, *due[evaluation, user])

    def _get_places(self):
        """Return the evaluations and responsible users of these awards, without users who could not see them."""
        # sudo: users of other companies are not readable; only their companies and activity are read
        awards = self.awards.sudo().filtered(lambda award: award.user_id)
        return {
            (award.evaluation_id, award.user_id)
            for award in awards
            if award.user_id.active and not award.user_id.share and award.company_id in award.user_id.company_ids
        }

    def _get_due(self):
        """Return ``{(evaluation, user): (number of promised rewards, first last day)}``."""
        # sudo: the number does not depend on the rights of the user who decides or delivers
        awards = self.awards.sudo()
        groups = awards._read_group(
            [
                ("evaluation_id", "in", awards.evaluation_id.ids),
                ("user_id", "in", awards.user_id.ids),
                ("state", "=", "promised"),
            ],
            ["evaluation_id", "user_id"],
            ["__count", "expiry_date:min"],
        )
        return {(evaluation, user): (count, day) for evaluation, user, count, day in groups}

    def _get_activities(self):
        """Return ``{(evaluation id, user): activities}`` of deliveries."""
        # sudo: the activities belong to the responsible users
        activities = (
            self.env["mail.activity"]
            .sudo()
            .search(
                [
                    ("res_model", "=", "key.account.evaluation"),
                    ("res_id", "in", self.awards.evaluation_id.ids),
                    ("activity_type_id", "=", self.env.ref(ACTIVITY_DELIVERY).id),
                ]
            )
        )
        return activities.grouped(lambda activity: (activity.res_id, activity.user_id))

    def _update_delivery(self, evaluation, user, activities, count, day):
        target = strip_caller_context(evaluation).with_context(lang=user.lang)
        summary = target.env._("Rewards of “%(evaluation)s” to deliver: %(count)s", evaluation=target.name, count=count)
        if not activities:
            # sudo: Finance need not have the right to assign work to salespeople
            target.sudo().activity_schedule(
                ACTIVITY_DELIVERY, date_deadline=day or None, user_id=user.id, summary=summary
            )
        elif activities[0].summary != summary:
            activities[0].write({"summary": summary, "date_deadline": day or activities[0].date_deadline})

    def notify_decider(self, summary):
        """Create an activity for the Finance user who granted the award."""
        # sudo: the caller is a scheduled action, or a user who may not assign work to Finance
        for award in strip_caller_context(self.awards).sudo():
            award.activity_schedule(ACTIVITY_AWARD, user_id=award.decided_by_id.id, summary=summary, note=award.note)

    def end(self):
        """End the activities about these awards, and count again what is left to deliver."""
        # sudo: the activities belong to the users who decided
        strip_caller_context(self.awards).sudo().activity_unlink([ACTIVITY_AWARD])
        self.update_deliveries()

    def get_off_text(self):
        """Return a warning if limits were granted where credit limits are turned off; None otherwise."""
        off = self.awards.filtered(lambda award: award.is_credit_off and award.state in COMMITTED_STATES)
        if not off:
            return None
        return self.env._(
            "%(count)s credit limits were granted, but they do not block orders: Sales Credit Limit is disabled in"
            " %(company)s. An administrator can enable it in the Invoicing settings.",
            count=len(off),
            company=off[0].company_id.display_name,
        )
