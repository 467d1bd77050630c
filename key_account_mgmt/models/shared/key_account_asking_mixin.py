from odoo import api, models

from .access import RULE_ADMINISTRATOR, strip_caller_context


class KeyAccountAskingMixin(models.AbstractModel):
    """Records that wait for a decision, and who is asked for it, each by an activity in the own language.

    Asked are exactly those who may decide at the moment. Where nobody may, the rule administrators are told, who can
    change that. People come and go, so that it is asked again when users change (``res.users``).
    """

    _name = "key.account.asking.mixin"
    _description = "Record Awaiting a Decision"

    _awaits_decision = True

    def _ask_to_decide(self, activity_type, asked, prepare, prepare_nobody):
        """Let exactly those who are asked have an activity on each of these records.

        :param str activity_type: external id
        :param dict asked: ``{record: users}``
        :param prepare: what an activity says, from a record in the user's language
        :param prepare_nobody: the same for rule administrators, where nobody may decide
        """
        found = self._get_asking_activities(activity_type)
        for record, users in asked.items():
            say = prepare if users else prepare_nobody
            people = users or record._get_rule_administrators()
            record._ask_people(activity_type, people, say, found.get(record.id, self.env["mail.activity"]))

    def _get_asking_activities(self, activity_type):
        """``{record id: activities}`` of those who are asked already."""
        # sudo: the activities are those of all who were asked
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

    def _ask_people(self, activity_type, users, prepare, activities):
        for user in users:
            values = prepare(self.with_context(lang=user.lang))
            mine = activities.filtered(lambda activity, asked=user: activity.user_id == asked)
            if not mine:
                # sudo: who asks need not be allowed to assign work to others; `clean`: no context keeps it from them
                target = strip_caller_context(self).sudo().with_context(lang=user.lang)
                target.activity_schedule(activity_type, user_id=user.id, **values)
            elif mine[0].summary != values["summary"]:
                mine[0].write({"note": False, **values})
        activities.filtered(lambda activity: activity.user_id not in users).unlink()

    def _get_rule_administrators(self):
        return self._get_members(RULE_ADMINISTRATOR, self.company_id)

    @api.model
    def _get_members(self, group, companies):
        """The internal users in a group who work in any of the companies."""
        # sudo: who asks need not read who has which rights
        users = self.env["res.users"].sudo()
        return users.search(
            [
                ("all_group_ids", "in", self.env.ref(group).ids),
                ("company_ids", "in", companies.ids),
                ("share", "=", False),
            ]
        )
