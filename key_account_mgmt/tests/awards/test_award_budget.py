from lxml import html

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

    def grant(self, awards, way, user=None, percent=0):
        return self.call(user or self.finance, AWARD, "action_approve_within_budget", awards.ids, way, percent)

    def test_the_dialog_opens_and_nothing_is_granted(self):
        awards = self.make_awards(30, 20, 10)
        action = self.approve(awards)
        self.assertEqual(action["res_model"], "key.account.award.budget")
        self.assertEqual(set(awards.mapped("state")), {"proposed"})
        form = Form(self.env[action["res_model"]].with_user(self.finance).with_context(**action["context"]))
        self.assertIn("40.00 left", form.budget_text.replace("\N{NO-BREAK SPACE}", " "))
        self.assertEqual(self.get_preview(form), ["30.00", "stays proposed", "10.00"])
        form.way = "share"
        self.assertEqual(self.get_preview(form), ["20.00", "13.33", "6.66"])
        form.way, form.percent = "cut", 50
        self.assertEqual(self.get_preview(form), ["15.00", "10.00", "5.00"])
        form.percent = 100
        self.assertEqual((form.preview_html, "less than 100" in form.problem), (False, True))
        form.percent = 50
        form.save().action_approve()
        self.assertEqual(awards.mapped("approved_amount"), [15, 10, 5])

    def get_preview(self, form):
        """The last cells of the rows of the preview, without the currency."""
        rows = html.fromstring(form.preview_html).xpath("//tbody/tr/td[last()]")
        return [" ".join(row.text_content().split()).removeprefix("$ ") for row in rows]

    def test_what_its_budget_covers_is_granted_at_once(self):
        """Forty bonuses over their budget must not stop ninety limits and fifty trainings."""
        course = self.reward(20, "training", "course", "Course")
        grants = {who: {**self.credit(900), "rewards": [self.reward(30), course]} for who in self.customers[:2]}
        cases = (
            # budget of the bonus, of the course, states of the limit, the bonus and the course
            (60, 40, ("posted", "promised", "promised")),
            (59.99, 40, ("posted", "proposed", "promised")),
            (60.01, 39.99, ("posted", "promised", "proposed")),
            (0, 40, ("posted", "proposed", "promised")),
        )
        for bonus, course_budget, expected in cases:
            with self.subTest(bonus=bonus, course=course_budget):
                budgets = {"bonus": bonus, "course": course_budget}
                awards = self.get_awards(self.make_granting(grants, budgets=budgets, name=f"{bonus} {course_budget}"))
                self.approve(awards)
                states = {rule: set(some.mapped("state")) for rule, some in awards.grouped("rule_key").items()}
                self.assertEqual(
                    states, {rule: {state} for rule, state in zip(("raise", "bonus", "course"), expected, strict=True)}
                )

    def test_cut_by_a_share(self):
        cases = (
            # share, budget, granted amounts; None: refused
            (0, 60, [30, 20, 10]),
            (0, 59.99, None),
            (25, 45, [22.5, 15, 7.5]),
            (25, 44.99, None),
            (33.33, 60, [20, 13.33, 6.66]),
            (99.99, 60, [0, 0, 0]),
            (100, 60, None),
            (-1, 60, None),
            (float("nan"), 60, None),
            ("half", 60, None),
        )
        for percent, budget, expected in cases:
            with self.subTest(percent=percent, budget=budget):
                awards = self.make_awards(30, 20, 10, budget=budget, name=f"{percent} {budget}")
                if not expected or not any(expected):
                    with self.assertRaises(UserError):
                        self.grant(awards, "cut", percent=percent)
                    self.assertEqual(set(awards.mapped("state")), {"proposed"})
                else:
                    self.grant(awards, "cut", percent=percent)
                    self.assertEqual(awards.mapped("approved_amount"), expected)

    def test_the_summary_counts_what_was_decided(self):
        training = {**self.reward(None, "training", "course"), "cost": "20"}
        awards = self.make_awards(30, 20, training, budget=40)
        notice = self.grant(awards, "share")
        text = notice["params"]["message"].replace("\N{NO-BREAK SPACE}", " ")
        self.assertIn("Granted: 3 of 3 awards. Rewards: 3, cost $ 60.", text)
        self.assertIn("With another amount than proposed: 2.", text)
        self.assertIn("Granted: 3 of 3", awards.evaluation_id.sudo().message_ids[0].body)
        others = self.make_awards(30, 20, name="Refused")
        notice = self.call(self.finance, AWARD, "action_refuse", others.ids, "No money")
        self.assertEqual(notice["params"]["message"], "Refused: 2 awards.")

    def test_what_is_left_of_a_budget(self):
        awards = self.make_awards(30, 20, 10, budget=40)
        self.grant(awards, "rank")
        [row] = awards.evaluation_id._get_award_rows()
        self.assertEqual([row[name] for name in ("amount", "granted", "budget", "left")], [60, 40, 40, 0])
        self.call(self.treasurer, AWARD, "action_refuse", awards[1].ids, "No")
        self.revert(awards[0], self.treasurer)
        [row] = awards.evaluation_id._get_award_rows()
        self.assertEqual([row[name] for name in ("amount", "granted", "budget", "left")], [10, 10, 40, 30])

    def test_amounts_add_up_within_a_rule_only(self):
        self.make_awards(30, 20, name="First")
        self.make_credit({self.second: 900}, name="Second")
        groups = self.env[AWARD]._read_group([], ["rule_key"], ["proposed:sum", "cost:sum"])
        self.assertEqual(groups, [("bonus", 50, 50), ("raise", 900, 0)])
        [(proposed, cost)] = self.env[AWARD]._read_group([], [], ["proposed:sum", "cost:sum"])
        self.assertFalse(proposed)
        self.assertEqual(cost, 50)

    def test_by_rank_as_many_as_fit(self):
        awards = self.make_awards(30, 20, 10)
        notice = self.grant(awards, "rank")
        self.assertEqual(awards.mapped("state"), ["promised", "proposed", "promised"])
        self.assertIn("Still proposed: 1 awards.", notice["params"]["message"])
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
        self.assertIn("Granted: 2 of 2 awards.", self.approve(awards)["params"]["message"])
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
            for method, arguments in (
                ("action_approve", ()),
                ("action_approve_within_budget", ("rank",)),
                ("action_open_budget", ()),
            ):
                with self.subTest(user.login, method=method), self.assertRaises(AccessError):
                    self.call(user, AWARD, method, awards.ids, *arguments)
        with self.assertRaisesRegex(UserError, "Choose"):
            self.grant(awards, "everything")
