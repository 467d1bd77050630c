from odoo.tests import tagged

from ..appraisal_common import AppraisalCommon
from ..award_common import AwardCommon

ALL = {
    "approve_evaluation",
    "approve_order",
    "decide_award",
    "deliver_award",
    "give_grade",
    "confirm_value_type",
    "activity",
}
# Cards that each role sees.
CARDS = {
    "salesperson": ALL - {"approve_evaluation", "decide_award", "confirm_value_type"},
    "manager": ALL - {"decide_award"},
    "finance": ALL - {"approve_evaluation", "confirm_value_type"},
}


@tagged("post_install", "-at_install")
class TestTodo(AwardCommon, AppraisalCommon):
    """Work that waits for a user: one card per kind, its number, and the records that it opens."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_granting({cls.second: {**cls.credit(12000), "rewards": [{**cls.reward(500), "cost": "500"}]}})
        cls.make_evaluation("in_review", date_from="2024-01-01", date_to="2024-06-30")

    def get_counts(self, user):
        todos = self.env["key.account.todo"].with_user(user).search([])
        todos.invalidate_recordset(["count"])
        return {todo.kind: todo.count for todo in todos}

    def test_users_see_the_cards_of_their_groups(self):
        for role, kinds in CARDS.items():
            with self.subTest(role=role):
                self.assertEqual(set(self.get_counts(getattr(self, role))), kinds)

    def test_a_part_that_is_off_has_no_card(self):
        self.env.ref("base.group_user").implied_ids -= self.env.ref("key_account_mgmt.group_part_credit")
        self.assertEqual(set(self.get_counts(self.finance)), CARDS["finance"] - {"decide_award", "deliver_award"})

    def test_a_card_opens_the_records_that_it_counts(self):
        for role in CARDS:
            user = getattr(self, role)
            for todo in self.env["key.account.todo"].with_user(user).search([]):
                action = todo.action_open()
                model = self.env[action["res_model"]].with_user(user)
                readable = model.has_access("read")
                with self.subTest(role=role, kind=todo.kind):
                    self.assertEqual(todo.count, model.search_count(action["domain"]) if readable else 0)

    def test_the_submitter_of_an_evaluation_does_not_approve_it(self):
        self.assertEqual(self.get_counts(self.manager)["approve_evaluation"], 0)
        self.assertEqual(self.get_counts(self.approver)["approve_evaluation"], 1)

    def test_finance_decides_on_what_was_proposed(self):
        self.assertEqual(self.get_counts(self.finance)["decide_award"], 2)

    def test_grades_wait_for_their_appraiser_until_they_are_given(self):
        appraisal = self.make_appraisal(cooperation="good")
        self.assertEqual(self.get_counts(self.ann)["give_grade"], 1)
        self.assertEqual(self.get_counts(self.bob)["give_grade"], 0)
        line = appraisal.line_ids.filtered(lambda line: not line.option_id)
        line.option_id = line.metric_id.option_ids[:1]
        self.assertEqual(self.get_counts(self.ann)["give_grade"], 0)
