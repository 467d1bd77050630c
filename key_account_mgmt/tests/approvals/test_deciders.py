from odoo.exceptions import UserError
from odoo.fields import Command

from ...models.shared.access import ACTIVITY_APPROVAL, ACTIVITY_AWARD
from ..approval_common import ApprovalCommon
from ..award_common import AwardCommon
from ..evaluation_common import MANAGER_GROUPS, KeyAccountEvaluationCommon

MANAGER = "key_account_mgmt.group_key_account_manager"
FINANCE = "key_account_mgmt.group_key_account_finance"


class TestApproversComeAndGo(ApprovalCommon):
    """A request waits for whoever may decide on it at the moment; the test's own user administers the rules."""

    def assert_asked(self, approval, users):
        self.env.invalidate_all()
        self.assertEqual(self.get_activity_users(approval), users)

    def assert_asked_without(self, change, undo, expected=None):
        approval = self.ask()
        self.assert_asked(approval, self.leader)
        change()
        self.assert_asked(approval, self.director if expected is None else expected)
        undo()
        self.assert_asked(approval, self.leader)

    def test_who_is_archived_is_followed_by_the_next_level(self):
        self.assert_asked_without(self.leader.action_archive, self.leader.action_unarchive)

    def test_however_a_user_is_archived(self):
        def set_active(active):
            self.leader.active = active

        self.assert_asked_without(lambda: set_active(False), lambda: set_active(True))

    def test_who_changes_company_is_followed_by_the_next_level(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})

        def move(company):
            self.leader.write({"company_id": company.id, "company_ids": [Command.set(company.ids)]})

        self.assert_asked_without(lambda: move(other), lambda: move(self.company))

    def test_who_becomes_a_customer_decides_no_more(self):
        approval = self.ask()
        self.leader.group_ids = self.env.ref("base.group_portal")
        self.assert_asked(approval, self.director)

    def test_who_is_deleted_is_followed_by_the_next_level(self):
        approval = self.ask()
        self.leader.unlink()
        self.assert_asked(approval, self.director)

    def test_without_anybody_rule_administrators_are_told_what_to_do(self):
        approval = self.ask()
        (self.leader | self.director).active = False
        self.assert_asked(approval, self.env.user)
        [activity] = approval.sudo().activity_ids
        self.assertIn("No user can approve", activity.summary)
        with self.assertRaises(UserError):
            self.approve(approval, self.env.user)
        self.level.user_ids = self.env.user
        self.assert_asked(approval, self.env.user)
        [activity] = approval.sudo().activity_ids
        self.assertIn("Approve or refuse", activity.summary)
        self.approve(approval, self.env.user)

    def test_who_changes_the_order_meanwhile_is_followed_by_the_next_level(self):
        for model, values in (
            ("sale.order", {"team_id": self.env["crm.team"].create({"name": "Exports"}).id}),
            ("sale.order.line", {"discount": 31}),
            ("sale.order", {"user_id": None}),
        ):
            with self.subTest(values=values):
                approval = self.ask()
                order = approval.order_id
                if "user_id" in values:
                    self.call(self.colleague, "sale.order", "write", order.ids, {"user_id": self.leader.id})
                else:
                    record = order if model == "sale.order" else order.order_line
                    self.call(self.leader, model, "write", record.ids, values)
                self.assert_asked(approval, self.director)

    def test_a_group_that_decides_without_levels(self):
        (self.level | self.high_level).active = False
        approval = self.ask()
        self.assert_asked(approval, self.manager | self.approver | self.env.user)
        self.manager.group_ids -= self.env.ref(MANAGER)
        self.assert_asked(approval, self.approver | self.env.user)
        self.env.ref(MANAGER).user_ids |= self.manager
        self.assert_asked(approval, self.manager | self.approver | self.env.user)
        newcomer = self.make_user("newcomer", MANAGER_GROUPS)
        self.assert_asked(approval, self.manager | self.approver | self.env.user | newcomer)

    def test_users_that_change_cost_little_while_nothing_waits(self):
        self.leader.active = False
        self.env.flush_all()
        with self.assertQueryCount(3):
            self.env["res.users"]._ask_key_account_deciders()


class TestManagersAreAsked(KeyAccountEvaluationCommon):
    """A submitted evaluation waits for those who may approve it, and they know."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.env.user
        cls.approver.lang = "en_US"

    def get_asked(self, evaluation):
        self.env.invalidate_all()
        return evaluation.sudo().activity_ids.filtered(
            lambda one: one.activity_type_id == self.env.ref(ACTIVITY_APPROVAL)
        )

    def assert_asked(self, evaluation, users):
        self.assertEqual(self.get_asked(evaluation).user_id, users)

    def test_submitting_asks_those_who_may_approve(self):
        evaluation = self.make_evaluation("in_review")
        self.assert_asked(evaluation, self.approver | self.admin)
        activity = self.get_asked(evaluation)[0]
        self.assertEqual(activity.summary, "Approve or send back: “2024”")
        self.assertIn("Customers: 5", activity.note)

    def test_who_changed_tiers_is_not_asked(self):
        evaluation = self.make_evaluation()
        values = {"override_tier_id": self.tier_a.id, "override_reason": "Grows"}
        self.get_line(evaluation, self.third).with_user(self.approver).write(values)
        evaluation.action_submit()
        self.assert_asked(evaluation, self.admin)
        self.get_line(evaluation, self.third).with_user(self.admin).write({"override_tier_id": False})
        [activity] = self.get_asked(evaluation)
        self.assertEqual(activity.user_id, self.admin)
        self.assertIn("No user can approve", activity.summary)

    def test_where_one_pair_of_eyes_is_enough(self):
        self.company.key_account_four_eyes = False
        self.assert_asked(self.make_evaluation("in_review"), self.approver | self.admin)

    def test_each_decision_ends_it_and_tells_who_submitted(self):
        evaluation = self.make_evaluation("in_review")
        evaluation.with_user(self.approver).action_refuse("Look at Third")
        [activity] = self.get_asked(evaluation)
        self.assertEqual((activity.user_id, activity.summary), (self.manager, "Sent back: “2024”"))
        self.assertIn("Look at Third", activity.note)
        evaluation.action_submit()
        self.assert_asked(evaluation, self.approver | self.admin)
        evaluation.with_user(self.approver).action_approve()
        [activity] = self.get_asked(evaluation)
        self.assertEqual((activity.user_id, activity.summary), (self.manager, "Approved: apply “2024”"))
        evaluation.action_apply()
        self.assertFalse(self.get_asked(evaluation))

    def test_reset_to_draft_nobody_is_asked(self):
        evaluation = self.make_evaluation("in_review")
        evaluation.action_draft()
        self.assertFalse(self.get_asked(evaluation))

    def test_managers_come_and_go(self):
        evaluation = self.make_evaluation("in_review")
        self.approver.group_ids -= self.env.ref(MANAGER)
        self.assert_asked(evaluation, self.admin)
        newcomer = self.make_user("newcomer", MANAGER_GROUPS)
        self.assert_asked(evaluation, self.admin | newcomer)
        self.approver.group_ids += self.env.ref(MANAGER)
        newcomer.active = False
        self.assert_asked(evaluation, self.admin | self.approver)

    def test_who_submitted_leaves_the_others_their_work(self):
        evaluation = self.make_evaluation("in_review")
        activities = self.get_asked(evaluation).with_user(self.manager)
        with self.assertRaises(UserError):
            activities.unlink()
        with self.assertRaises(UserError):
            activities.action_feedback()


class TestFinanceComesAndGoes(AwardCommon):
    """Awards wait for whoever of finance may decide at the moment."""

    def get_asked(self, evaluation):
        self.env.invalidate_all()
        return (
            evaluation.sudo()
            .activity_ids.filtered(lambda one: one.activity_type_id == self.env.ref(ACTIVITY_AWARD))
            .user_id
        )

    def test_finance_comes_and_goes(self):
        evaluation = self.make_credit().evaluation_id
        self.assertEqual(self.get_asked(evaluation), self.finance | self.treasurer)
        self.finance.group_ids -= self.env.ref(FINANCE)
        self.assertEqual(self.get_asked(evaluation), self.treasurer)
        self.treasurer.active = False
        self.assertEqual(self.get_asked(evaluation), self.env.user)
        self.treasurer.active = True
        self.finance.group_ids += self.env.ref(FINANCE)
        self.assertEqual(self.get_asked(evaluation), self.finance | self.treasurer)
