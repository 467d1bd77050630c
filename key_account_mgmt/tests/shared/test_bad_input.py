from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..appraisal_common import AppraisalCommon


@tagged("post_install", "-at_install")
class TestBadInput(AppraisalCommon):
    """What cannot be is refused in words that say what happened, to which record, and what to do next; nothing is lost.

    The words are compared whole, since they are what the user has.
    """

    def assert_says(self, expected, attempt, *args, **values):
        with self.assertRaises(UserError) as caught, self.cr.savepoint():
            attempt(*args, **values)
        self.assertEqual(str(caught.exception).replace("\N{NO-BREAK SPACE}", " "), expected)
        self.env.invalidate_all()

    def make_graded(self, **points):
        """A draft that grades cooperation."""
        draft = self.make_ruleset()
        self.make_rule(draft, "C")
        self.make_criterion(draft, self.cooperation, "grades", 20, list(points.items()), name="Teamwork")
        return draft

    def test_weights_that_do_not_add_up(self):
        draft = self.make_graded(excellent=20, good=15, average=10, poor=0)
        self.make_criterion(draft, "revenue", max_points=70, name="Sales")
        draft.weights_total = 100
        self.assert_says(
            "Rule set “Rules (v1)” cannot be used yet:\n• Rule set, Weights Add Up To: the maximum points of the"
            " criteria add up to 90 instead of 100 (Teamwork 20, Sales 70). Change the points, or the required sum.",
            draft.action_activate,
        )
        self.assertEqual((draft.state, draft.criterion_ids.mapped("max_points")), ("draft", [20, 70]))

    def test_a_probability_outside_0_to_100(self):
        level = self.env["key.account.probability"].create({"name": "Sure", "percentage": 90})
        for percentage, shown in ((100.01, "100.01"), (150, "150"), (-1, "-1")):
            self.assert_says(
                f"Probability level “Sure” has {shown} %. Enter a percentage from 0 to 100.",
                level.write,
                {"percentage": percentage},
            )
        self.assertEqual(level.percentage, 90)

    def test_an_expected_share_above_100(self):
        row = self.make_expectation(market_potential=1000, share_pct=15)
        for share, shown in ((100.01, "100.01"), (150, "150")):
            self.assert_says(
                f"Shop: 2024: an expected share of {shown} % is more than all that the customer buys. Enter a share"
                " from 0 to 100.",
                row.write,
                {"share_pct": share},
            )
        self.assert_says(
            "Shop: 2024: Expected Share (%) is -1, and cannot be negative. Enter a number from 0.",
            row.write,
            {"share_pct": -1},
        )
        self.assertEqual((row.share_pct, row.prospect_value), (15, 75))

    def test_a_target_of_zero(self):
        target = self.make_target(1000)
        expected = (
            "Shop: 2024: the target must be greater than zero, not $ 0.00. Enter a larger amount, or delete the target."
        )
        self.assert_says(expected, target.write, {"amount": 0})
        self.assertEqual(target.amount, 1000)
        with self.assertRaises(ValidationError), self.cr.savepoint(), Form(target) as form:
            form.amount = 0
        self.assertEqual(target.amount, 1000)

    def test_a_target_of_zero_in_a_rule_set(self):
        draft = self.make_ruleset()
        self.make_rule(draft, "C")
        self.make_criterion(draft, "revenue", "linear", target=0, name="Performance")
        self.assert_says(
            "Rule set “Rules (v1)” cannot be used yet:\n"
            "• Criterion “Performance”, Target: got 0, it must be more than 0.",
            draft.action_activate,
        )

    def test_an_appraisal_for_a_closed_period(self):
        draft = self.make_appraisal("good", customer=self.second)
        self.make_evaluation("applied")
        expected = (
            "Second: the appraisal from 2024-01-01 to 2024-12-31 is closed, because the evaluation “2024” of these"
            " months was applied. Revert that evaluation to change it."
        )
        self.assert_says(expected, draft.action_done)
        self.assert_says(expected, self.make_appraisal, "good", customer=self.second, user=self.bob)
        self.assertEqual((draft.state, draft.line_ids.option_id.mapped("code")), ("draft", ["good"]))

    def test_a_territory_without_countries(self):
        territory = self.env["key.account.territory"]
        china = self.env.ref("base.cn")
        expected = (
            "Territory “East” has no countries, so nothing could be outside of it. Choose at least one; a customer"
            " that may sell everywhere needs no territory."
        )
        self.assert_says(expected, territory.create, {"name": "East"})
        east = territory.create({"name": "East", "country_ids": [Command.set(china.ids)]})
        self.assert_says(expected, east.write, {"country_ids": [Command.clear()]})
        self.assertEqual(east.country_ids, china)

    def test_all_grades_removed_from_a_scale(self):
        draft = self.make_graded(excellent=20, good=15)
        draft.criterion_ids.step_ids.unlink()
        self.assert_says(
            "Rule set “Rules (v1)” cannot be used yet:\n"
            "• Criterion “Teamwork”, Grades: no grade has points. Add at least one.",
            draft.action_activate,
        )

    def test_one_grade_removed_from_a_scale_is_doubted_by_its_name(self):
        draft = self.make_graded(excellent=20, good=15, poor=0)
        _errors, doubts = draft._get_findings()
        self.assertIn("Criterion “Teamwork”, grade “Average”: this option has no points, so it gives 0.", doubts)

    def test_a_grade_removed_from_a_metric_in_use(self):
        draft = self.make_graded(excellent=20, good=15)
        good = self.get_option(self.cooperation, "good")
        self.assert_says(
            "Options Good of metric Cooperation are in use: their code cannot be changed and they cannot be deleted."
            " Their name can be changed.",
            good.unlink,
        )
        self.assertEqual(draft.criterion_ids.step_ids.option_id.mapped("code"), ["excellent", "good"])

    def test_a_grade_removed_from_the_scale_of_an_active_rule_set(self):
        draft = self.make_graded(excellent=20, good=15)
        self.ruleset.action_retire()
        draft.action_activate()
        self.assert_says(
            "Rule set “Rules (v1)” was activated and can no longer change, so that every decision made by it can be"
            " explained. Use “New Version” on it and change the draft.",
            draft.criterion_ids.step_ids[0].unlink,
        )
        self.assertEqual(len(draft.criterion_ids.step_ids), 2)
