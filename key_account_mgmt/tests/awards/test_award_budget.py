from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..award_common import AWARD, AwardCommon


@tagged("post_install", "-at_install")
class TestAwardsOverBudget(AwardCommon):
    """Where a budget does not suffice for all awards, finance grants what fits, and is told what is left.

    The five customers are ranked by their revenue: Big, Second, Third, Fourth and the last one.
    """

    def make_awards(self, *amounts, budget=40, **options):
        """A bonus for each of the customers, the best first, from one budget."""
        rewards = {
            who: {"rewards": [amount if isinstance(amount, dict) else self.reward(amount)]}
            for who, amount in zip(self.customers, amounts, strict=False)
        }
        options.setdefault("budgets", {"bonus": budget})
        return self.get_awards(self.make_granting(rewards, **options)).sorted(lambda award: award.line_id.rank)

    def grant(self, awards, way, user=None):
        return self.call(user or self.finance, AWARD, "action_approve_within_budget", awards.ids, way)

    def test_the_dialog_opens_and_nothing_is_granted(self):
        awards = self.make_awards(30, 20, 10)
        action = self.approve(awards)
        self.assertEqual(action["res_model"], "key.account.award.budget")
        self.assertEqual(set(awards.mapped("state")), {"proposed"})
        form = Form(self.env[action["res_model"]].with_user(self.finance).with_context(**action["context"]))
        self.assertIn("40.00 left", form.budget_text.replace("\N{NO-BREAK SPACE}", " "))
        self.assertIn("Granted: 2 of 3 awards", form.outcome_text)
        form.way = "share"
        self.assertIn("Granted: 3 of 3 awards", form.outcome_text)
        form.save().action_approve()
        self.assertEqual(set(awards.mapped("state")), {"promised"})

    def test_by_rank_as_many_as_fit(self):
        awards = self.make_awards(30, 20, 10)
        notice = self.grant(awards, "rank")
        self.assertEqual(awards.mapped("state"), ["promised", "proposed", "promised"])
        self.assertIn("Still proposed: 1 awards", notice["params"]["message"])
        with self.assertRaisesRegex(UserError, "budget"):
            self.approve(awards[1], self.treasurer)

    def test_all_cut_by_the_same_share(self):
        awards = self.make_awards(50, 20, 10)
        self.grant(awards, "share")
        self.assertEqual(awards.mapped("approved_amount"), [25, 10, 5])
        self.assertEqual(sum(awards.mapped("cost")), 40)
        self.assertEqual(
            set(awards.mapped("comment")), {"Reduced by the same share as the others to stay within the budget."}
        )

    def test_what_cannot_be_divided_is_granted_first(self):
        training = {**self.reward(None, "training"), "cost": "20"}
        awards = self.make_awards(50, training, 30)
        self.grant(awards, "share")
        self.assertEqual(awards.mapped("cost"), [12.5, 20, 7.5])

    def test_the_budget_of_the_evaluation(self):
        awards = self.make_awards(30, 20, budgets={}, award_budget=40)
        self.grant(awards, "rank")
        self.assertEqual(awards.mapped("state"), ["promised", "proposed"])

    def test_credit_limits_cost_nothing(self):
        awards = self.make_credit({self.second: 12000}, budgets={"bonus": 0.01})
        self.grant(awards, "rank")
        self.assertEqual(self.get_limit(self.second), 12000)

    def test_what_fits_is_granted_without_asking(self):
        awards = self.make_awards(20, 20)
        self.assertIs(self.approve(awards), True)
        self.assertEqual(set(awards.mapped("state")), {"promised"})

    def test_nothing_left(self):
        awards = self.make_awards(50, 60, budget=0.01)
        for way in ("rank", "share"):
            with self.subTest(way), self.assertRaisesRegex(UserError, "nothing left|budget"):
                self.grant(awards[:2], way)
        with self.assertRaisesRegex(UserError, "The budget of “Bonus”"):
            self.approve(awards)

    def test_who_may_not_decide_may_not_here(self):
        awards = self.make_awards(30, 20)
        for user in (self.manager, self.salesperson):
            for method, arguments in (("action_approve", ()), ("action_approve_within_budget", ("rank",))):
                with self.subTest(user.login, method=method), self.assertRaises(AccessError):
                    self.call(user, AWARD, method, awards.ids, *arguments)
        with self.assertRaisesRegex(UserError, "Choose"):
            self.grant(awards, "everything")
