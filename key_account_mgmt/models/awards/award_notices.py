from ..shared.access import ACTIVITY_AWARD, ACTIVITY_DELIVERY, strip_caller_context


class AwardNotices:
    """What awards tell: activities of the users who have to act, and warnings of the user who decides."""

    def __init__(self, awards):
        self.awards = awards
        self.env = awards.env

    def notify_deliverers(self):
        """Create an activity for the responsible user, due when the promise expires."""
        # sudo: Finance need not have the right to assign work to salespeople
        for (user, date), awards in self._group_by_deliverer().items():
            text = awards.with_context(lang=user.lang).env._("Deliver what was promised")
            awards.activity_schedule(ACTIVITY_DELIVERY, date_deadline=date or None, user_id=user.id, summary=text)

    def _group_by_deliverer(self):
        """Group awards by responsible user and last day; without users who could not see them."""
        groups = {}
        # sudo: as for the activities
        for award in strip_caller_context(self.awards).sudo():
            user = award.user_id
            if user.active and not user.share and award.company_id in user.company_ids:
                key = (user, award.expiry_date)
                groups[key] = groups.get(key, award.browse()) | award
        return groups

    def notify_decider(self, summary):
        """Create an activity for the Finance user who granted the award."""
        # sudo: the caller is a scheduled action, or a user who may not assign work to Finance
        for award in strip_caller_context(self.awards).sudo():
            award.activity_schedule(ACTIVITY_AWARD, user_id=award.decided_by_id.id, summary=summary, note=award.note)

    def end(self):
        # sudo: the activities belong to the responsible users
        strip_caller_context(self.awards).sudo().activity_unlink([ACTIVITY_DELIVERY, ACTIVITY_AWARD])

    def get_off_notice(self):
        """Return a warning if limits were granted where credit limits are turned off; None otherwise."""
        off = self.awards.filtered("is_credit_off")
        if not off:
            return None
        message = self.env._(
            "%(count)s credit limits were granted, but they do not block orders: Sales Credit Limit is disabled in"
            " %(company)s. An administrator can enable it in the Invoicing settings.",
            count=len(off),
            company=off[0].company_id.display_name,
        )
        params = {
            "type": "warning",
            "sticky": True,
            "message": message,
            "next": {"type": "ir.actions.act_window_close"},
        }
        return {"type": "ir.actions.client", "tag": "display_notification", "params": params}
