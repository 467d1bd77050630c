from odoo.exceptions import UserError
from odoo.tests import tagged

from ...models.shared.access import ACTIVITY_AWARD
from ..award_common import AWARD, AwardCommon
from ..job_common import KeyAccountJobCommon


@tagged("post_install", "-at_install")
class TestMaking(AwardCommon):
    """Applying a line makes what it grants, once."""

    def test_one_award_per_credit_and_per_reward(self):
        rewards = [self.reward(500), self.reward(None, "training", "course", "Course"), self.reward(kind="none")]
        awards = self.get_awards(
            self.make_granting({self.second: {**self.credit(12000, 10000), "rewards": rewards}, self.third: None})
        )
        self.assertRecordValues(
            awards,
            [
                {"kind": "credit", "proposed": 12000, "had_limit": True, "limit_before": 10000, "cost": 0},
                {"kind": "bonus", "proposed": 500, "had_limit": False, "limit_before": 0, "cost": 500},
                {"kind": "training", "proposed": 0, "had_limit": False, "limit_before": 0, "cost": 0},
            ],
        )
        number = awards.evaluation_id.reference
        self.assertEqual(awards.mapped("name"), [f"{number}/0001", f"{number}/0002", f"{number}/0003"])
        self.assertEqual(set(awards.mapped("state")), {"proposed"})
        self.assertEqual(awards.partner_id, self.second)
        self.assertEqual(awards.proposed_by_id, self.manager)
        self.assertEqual(awards.mapped("reason"), ["Rule “raise”", "Rule “Bonus”", "Rule “Course”"])

    def test_reasons_are_sentences(self):
        reason = {"code": "lowered_by_veto", "params": {"from": "A", "to": "B"}}
        grant = {"credit": {**self.credit(12000)["credit"], "reasons": [reason]}}
        award = self.get_awards(self.make_granting({self.second: grant}))
        self.assertIn("B", award.reason)
        self.assertNotIn("Rule “", award.reason)

    def test_unknown_kinds_are_other(self):
        for kind, expected in (("holiday", "free"), ("credit", "free"), ("payment_term", "payment_term")):
            with self.subTest(kind):
                self.assertEqual(self.make_reward(kind=kind, name=kind).kind, expected)

    def test_cost_is_estimated_by_the_rule_or_is_the_amount(self):
        for amount, cost, expected in ((500, None, 500), (500, "20", 20), (None, "300", 300), (None, None, 0)):
            with self.subTest(amount=amount, cost=cost):
                granted = {**self.reward(amount), "cost": cost}
                award = self.get_awards(self.make_granting({self.second: {"rewards": [granted]}}, name=f"{expected}"))
                self.assertEqual(award.cost, expected)
                self.change(award, "Other", approved_amount=7)
                self.assertEqual(award.cost, 7 if cost is None else expected)

    def test_no_limit_before_is_not_zero(self):
        self.assertRecordValues(self.make_credit(), [{"had_limit": False, "limit_before": 0}])

    def test_lines_left_alone_grant_nothing(self):
        evaluation = self.make_granting({self.second: self.credit(1), self.third: self.credit(2)}, state="approved")
        self.third.write({"parent_id": self.second.id, "is_company": False})
        evaluation.action_apply()
        self.assertEqual(self.get_awards(evaluation).mapped("partner_name"), ["Second"])

    def test_finance_is_told_once_per_evaluation(self):
        awards = self.make_credit(dict.fromkeys(self.customers, 5000))
        activities = self.get_activities(awards.evaluation_id)
        self.assertEqual(activities.user_id, self.finance | self.treasurer)
        self.assertEqual(len(activities), 2)
        self.assertIn("5 awards", activities[0].summary)
        self.approve(awards[:4])
        self.assertEqual(len(self.get_activities(awards.evaluation_id)), 2)
        self.approve(awards[4:])
        self.assertFalse(self.get_activities(awards.evaluation_id))

    def test_finance_that_made_the_evaluation_is_not_asked(self):
        self.manager.group_ids |= self.env.ref("key_account_mgmt.group_key_account_finance")
        awards = self.make_credit()
        self.assertEqual(self.get_activities(awards.evaluation_id).user_id, self.finance | self.treasurer)

    def test_nobody_in_finance_is_said_to_rule_administrators(self):
        (self.finance | self.treasurer).active = False
        [activity] = self.get_activities(self.make_credit().evaluation_id)
        self.assertEqual(activity.user_id, self.env.user)
        self.assertIn("no user may decide", activity.summary)

    def get_activities(self, evaluation):
        self.env.invalidate_all()
        activity_type = self.env.ref(ACTIVITY_AWARD)
        return evaluation.sudo().activity_ids.filtered(lambda activity: activity.activity_type_id == activity_type)

    def test_review_shows_limits_and_costs_against_budgets(self):
        evaluation = self.make_granting(
            {
                self.second: {**self.credit(12000, 10000), "rewards": [self.reward(500)]},
                self.third: {**self.credit(8000), "rewards": [self.reward(700)]},
            },
            state="in_review",
            budgets={"bonus": 1000},
        )
        self.assertEqual(
            [
                (row["name"], row["count"], row["amount"], row["raise"], row["over"])
                for row in evaluation._get_award_rows()
            ],
            [("raise", 2, 20000, 10000, False), ("Bonus", 2, 1200, None, True)],
        )
        self.assertIn("20,000", evaluation.award_summary_html)
        self.assertIn("Over budget: “Bonus” would cost", evaluation.notice_html)
        self.advance(evaluation, "applied")
        self.assertEqual([row["amount"] for row in evaluation._get_award_rows()], [20000, 1200])

    def test_nothing_granted_shows_nothing(self):
        evaluation = self.make_granting({}, state="in_review")
        self.assertFalse(evaluation.award_summary_html)
        self.assertFalse(evaluation.notice_html)

    def test_budget_stands_after_approval(self):
        evaluation = self.make_granting({}, state="in_review", award_budget=100)
        with self.assertRaisesRegex(UserError, "negative"):
            evaluation.award_budget = -1
        evaluation.award_budget = 200
        self.advance(evaluation, "approved")
        with self.assertRaisesRegex(UserError, "can no longer change"):
            evaluation.award_budget = 300

    def test_an_applied_evaluation_is_duplicated_as_a_draft_of_its_own(self):
        copy = self.make_granting({}, award_budget=100).copy()
        self.assertEqual((copy.state, copy.award_budget, len(copy.line_ids)), ("draft", 0, 0))


@tagged("post_install", "-at_install")
class TestMakingJob(KeyAccountJobCommon, AwardCommon):
    """A crash at any point leaves the awards of each line made once."""

    def test_awards_are_made_once_wherever_applying_stops(self):
        for survived in range(1, 5):
            with self.subTest(survived=survived):
                self.env["ir.config_parameter"].set_param("key_account_mgmt.at_once_limit", 2000)
                grants = {customer: self.credit(5000) for customer in self.customers}
                evaluation = self.make_granting(grants, state="approved", name=f"Try {survived}")
                self.env["ir.config_parameter"].set_param("key_account_mgmt.at_once_limit", 0)
                evaluation.action_apply()
                self.run_until_crash(survived)
                self.run_jobs()
                awards = self.env[AWARD].search([("evaluation_id", "=", evaluation.id)])
                self.assertEqual(awards.partner_id, self.customers)
                self.assertEqual(len(awards), 5)
                self.assertEqual(len(set(awards.mapped("name"))), 5)
