from odoo import api, models

from .access import RULE_ADMINISTRATOR, strip_caller_context


class KeyAccountDecisionRequestMixin(models.AbstractModel):
    """Records that wait for a decision. Each user asked for it gets an activity in the user's own language.

    Exactly the users who may decide at the moment are asked. If no user may decide, the rule administrators, who can
    change that, get the activity. Changes of users trigger an update (``res.users``).
    """

    _name = "key.account.decision.request.mixin"
    _description = "Record Awaiting a Decision"

    _awaits_decision = True

    def _request_decision(self, activity_type, asked, prepare, prepare_without_users):
        """Give exactly the asked users an activity on each of these records, and remove those of other users.

        :param str activity_type: external id
        :param dict asked: ``{record: users}``
        :param prepare: function that returns the values of an activity, from a record in the user's language
        :param prepare_without_users: the same for rule administrators, if no user may decide
        """
        found = self._get_request_activities(activity_type)
        for record, users in asked.items():
            say = prepare if users else prepare_without_users
            people = users or record._get_rule_administrators()
            record._request_users(activity_type, people, say, found.get(record.id, self.env["mail.activity"]))

    def _get_request_activities(self, activity_type):
        """Return ``{record id: activities}`` of the users who have been asked already."""
        # sudo: the activities belong to all users who were asked
        return (
            self.env["mail.activity"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("activity_type_id", "=", self.env.ref(activity_type).id),
                ]
            )
            .grouped("res_id")
        )

    def _request_users(self, activity_type, users, prepare, activities):
        for user in users:
            values = prepare(self.with_context(lang=user.lang))
            mine = activities.filtered(lambda activity, asked=user: activity.user_id == asked)
            if not mine:
                # sudo: the asking user need not have the right to assign work to others; a clean context ensures the
                # notification
                target = strip_caller_context(self).sudo().with_context(lang=user.lang)
                target.activity_schedule(activity_type, user_id=user.id, **values)
            elif mine[0].summary != values["summary"]:
                mine[0].write({"note": False, **values})
        activities.filtered(lambda activity: activity.user_id not in users).unlink()

    def _get_rule_administrators(self):
        return self._get_members(RULE_ADMINISTRATOR, self.company_id)

    @api.model
    def _get_members(self, group, companies):
        """Return the internal users in a group who work in any of the companies."""
        # sudo: the asking user need not have the right to read the groups of other users
        users = self.env["res.users"].sudo()
        return users.search(
            [
                ("all_group_ids", "in", self.env.ref(group).ids),
                ("company_ids", "in", companies.ids),
                ("share", "=", False),
            ]
        )
