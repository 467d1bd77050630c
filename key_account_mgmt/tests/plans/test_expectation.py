from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..plan_common import PlanCommon

MODEL = "key.account.expectation"


@tagged("post_install", "-at_install")
class TestExpectedValue(PlanCommon):
    """顾客预期价值法: MP × ES × P of prospects, CB + AV × P of customers."""

    def test_a_prospect_is_worth_potential_by_share_by_probability(self):
        for level, expected in (("high", 240000), ("average", 150000), ("low", 60000)):
            with self.subTest(level):
                row = self.make_expectation(market_potential=2000000, share_pct=15, level=level)
                self.assertEqual(row.prospect_value, expected)
                self.assert_facts(self.customer, {"expected_value": expected})
                row.unlink()

    def test_a_customer_is_worth_its_business_and_volume_by_probability(self):
        self.make_invoice(self.customer, 500000, "2024-05-01")
        for level, expected in (("high", 660000), ("average", 600000), ("low", 540000)):
            with self.subTest(level):
                row = self.make_expectation(additional_volume=200000, level=level)
                self.assertEqual(row.added_value, expected - 500000)
                self.assert_facts(self.customer, {"expected_value": expected})
                row.unlink()

    def test_who_has_business_in_the_period_is_no_prospect(self):
        self.make_expectation(market_potential=1000, share_pct=100, additional_volume=10)
        self.assert_facts(self.customer, {"expected_value": 500})
        self.make_invoice(self.customer, 100, "2023-12-31")
        self.assert_facts(self.customer, {"expected_value": 500})
        self.make_invoice(self.customer, 100, "2024-01-01")
        self.assert_facts(self.customer, {"expected_value": 105})
        self.make_refund(self.customer, 100, "2024-02-01")
        self.assert_facts(self.customer, {"expected_value": 5})

    def test_current_business_alone_and_nothing_at_all(self):
        self.assert_facts(self.customer, {"expected_value": None})
        self.make_expectation(additional_volume=10)
        self.assert_facts(self.customer, {"expected_value": None})
        self.assert_facts(self.second, {"expected_value": 4000})

    def test_quarters_add_up_and_only_those_within_the_period(self):
        for quarter, potential in (("1", 100), ("2", 200), ("3", 400)):
            self.make_expectation(quarter=quarter, market_potential=potential, share_pct=100)
        self.assert_facts(self.customer, {"expected_value": 350})
        self.assert_facts(self.customer, {"expected_value": 150}, date_to="2024-09-29")
        self.assert_facts(self.customer, {"expected_value": None}, date_from="2024-07-02")

    def test_values_are_exact_and_rounded_to_the_currency(self):
        row = self.make_expectation(market_potential=100.01, share_pct=33.333333, level="high", additional_volume=0.03)
        self.assertEqual((row.prospect_value, row.added_value), (26.67, 0.02))
        self.assert_facts(self.customer, {"expected_value": "26.67"})

    def test_changing_a_level_changes_what_is_expected(self):
        row = self.make_expectation(market_potential=1000, share_pct=10, level="high")
        self.env.ref("key_account_mgmt.probability_high").percentage = 70
        self.assertEqual(row.prospect_value, 70)
        self.assert_facts(self.customer, {"expected_value": 70})

    def test_expectations_belong_to_a_company(self):
        other = self.setup_other_company(currency_id=self.company.currency_id.id)["company"]
        self.make_expectation(market_potential=1000, share_pct=10, company_id=other.id)
        self.assert_facts(self.customer, {"expected_value": None})
        self.assert_facts(self.customer, {"expected_value": 50}, company=other)


@tagged("post_install", "-at_install")
class TestExpectationRefusals(PlanCommon):
    def test_impossible_values_are_refused_by_the_name_of_the_row(self):
        cases = [
            ({"share_pct": 100.01}, "Shop: 2024: an expected share of 100.01 % is more"),
            ({"share_pct": -0.01}, r"Shop: 2024: Expected Share \(%\) is -0.01"),
            ({"market_potential": -1}, "Shop: 2024: Market Potential is -1"),
            ({"additional_volume": -1}, "Shop: 2024: Additional Volume is -1"),
            ({"market_potential": float("nan")}, "Shop: 2024: nan cannot be entered as Market Potential"),
            ({"share_pct": float("inf")}, "Shop: 2024: inf cannot be entered as Expected Share"),
        ]
        for values, message in cases:
            with self.subTest(**values):
                self.assert_refused(message, self.make_expectation, **values)
        self.make_expectation(share_pct=100)

    def test_what_is_computed_cannot_be_entered(self):
        row = self.make_expectation(market_potential=100, share_pct=10, prospect_value=7)
        row.write({"prospect_value": 7, "added_value": 7})
        self.assertRecordValues(row, [{"prospect_value": 5, "added_value": 0}])

    def test_a_contact_is_refused(self):
        contact = self.make_customer(name="Ann", parent_id=self.customer.id)
        self.assert_refused("Ann is a contact of Shop", self.make_expectation, contact)

    def test_a_probability_is_from_0_to_100(self):
        levels = self.env["key.account.probability"]
        for percentage in (-0.01, 100.01, float("nan")):
            with self.subTest(percentage):
                self.assert_refused("level “Sure” has", levels.create, {"name": "Sure", "percentage": percentage})
        self.assertEqual(len(levels.create([{"name": "Sure", "percentage": value} for value in (0, 100)])), 2)

    def test_a_bad_row_of_an_import_is_named(self):
        fields = ["partner_id", "year", "market_potential", "share_pct", "probability_id"]
        rows = [["Shop", 2024, 1000, 10, "High"], ["Shop", 2025, 1000, 110, "High"]]
        result = self.load(MODEL, fields, rows)
        self.assertFalse(result["ids"])
        self.assertIn("Shop: 2025: an expected share of 110 % is more", result["messages"][-1]["message"])
        self.assertEqual(result["messages"][-1]["rows"], {"from": 1, "to": 1})
        self.assert_loaded(self.load(MODEL, fields, rows[:1]), 1)

    def test_levels_of_another_company_are_refused_and_not_seen(self):
        other = self.setup_other_company(currency_id=self.company.currency_id.id)["company"]
        level = self.env["key.account.probability"].create({"name": "Theirs", "percentage": 99, "company_id": other.id})
        with self.assertRaisesRegex(UserError, "Theirs"):
            self.make_expectation(probability_id=level.id)
        self.assertNotIn(level, level.with_user(self.manager).search([]))

    def test_managers_enter_and_rule_administrators_set_levels(self):
        row = self.make_expectation(customer=self.make_customer(user_id=self.manager.id))
        row.with_user(self.manager).share_pct = 5
        self.assertFalse(self.env[MODEL].with_user(self.salesperson).search([("id", "=", row.id)]))
        row.partner_id.user_id = self.salesperson
        self.assertEqual(row.with_user(self.salesperson).share_pct, 5)
        with self.assertRaises(AccessError):
            row.with_user(self.salesperson).share_pct = 6
        with self.assertRaises(AccessError):
            self.env.ref("key_account_mgmt.probability_high").with_user(self.manager).percentage = 90


@tagged("post_install", "-at_install")
class TestProspectsInEvaluations(PlanCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Customers by revenue: 5,000, 4,000, 3,000, 2,000, 1,000.
        cls.prospects = cls.env["res.partner"]
        for value in (4500, 100):
            prospect = cls.make_customer(name=f"Prospect {value}")
            cls.make_expectation(prospect, market_potential=2 * value, share_pct=100)
            cls.prospects += prospect
        cls.ruleset.action_retire()
        cls.rules = cls.env.ref("key_account_mgmt.template_expected_value")._create_draft(cls.company)

    def evaluate(self, **values):
        if self.rules.state == "draft":
            self.rules.action_activate()
        return self.make_evaluation(ruleset_id=self.rules.id, with_prospects=True, **values)

    def get_ranks(self, evaluation):
        lines = evaluation.line_ids.filtered("in_population").sorted("rank")
        return {line.partner_id: line.rank for line in lines}

    def test_prospects_and_customers_are_ranked_together(self):
        ranked = self.big | self.prospects[0] | self.second | self.third | self.fourth | self.fifth | self.prospects[1]
        for values in ({}, {"population": "filter"}, {"population": "selected", "partner_ids": ranked.ids}):
            with self.subTest(**values):
                evaluation = self.evaluate(**values)
                self.assertEqual(self.get_ranks(evaluation), {one: rank for rank, one in enumerate(ranked, 1)})
                evaluation.unlink()

    def test_a_filter_finds_prospects(self):
        evaluation = self.evaluate(population="filter", partner_domain="[('name', 'in', ('Big', 'Prospect 4500'))]")
        self.assertEqual(self.get_ranks(evaluation), {self.big: 1, self.prospects[0]: 2})
        self.assertEqual(self.get_line(evaluation, self.prospects[0]).revenue, 0)

    def test_prospects_are_left_out_unless_asked_for(self):
        self.rules.action_activate()
        evaluation = self.make_evaluation(ruleset_id=self.rules.id)
        self.assertEqual(len(evaluation.line_ids), 5)
        self.assertFalse(evaluation.line_ids.partner_id & self.prospects)

    def test_who_is_expected_something_of_does_not_lose_its_tier(self):
        gone = self.make_customer(name="Gone")
        for customer in (gone, *self.prospects):
            customer.with_company(self.company).key_account_tier_id = self.tier_c
        evaluation = self.evaluate()
        self.assertEqual(self.get_line(evaluation, gone).movement, "lost")
        self.assertEqual(self.get_line(evaluation, self.prospects[0]).movement, "up")
        self.assertEqual(self.get_line(evaluation, self.prospects[1]).movement, "same")

    def test_archived_prospects_and_those_of_other_periods_are_no_population(self):
        self.prospects[0].active = False
        self.make_expectation(self.customer, year=2025, market_potential=100, share_pct=100)
        self.make_expectation(self.customer, additional_volume=100)
        self.assertEqual(len(self.evaluate().line_ids), 6)

    def test_top_15_a_next_20_b_others_c(self):
        """Of 20 customers and prospects the best 3 are A, the next 4 B, the other 13 C."""
        for number in range(13):
            self.make_expectation(self.make_customer(), market_potential=10000 + number, share_pct=100)
        evaluation = self.evaluate()
        tiers = [line.tier_id.code for line in evaluation.line_ids.sorted("rank")]
        self.assertEqual(tiers, ["A"] * 3 + ["B"] * 4 + ["C"] * 13)

    def test_the_wizard_proposes_prospects_by_the_rules(self):
        wizards = self.env["key.account.evaluation.wizard"].with_user(self.manager).with_company(self.company)
        for ruleset, with_prospects, count in ((self.ruleset, False, 5), (self.rules, True, 7)):
            with self.subTest(ruleset.name):
                form = Form(wizards)
                form.ruleset_id = ruleset
                form.year = 2024
                self.assertEqual((form.with_prospects, form.customer_count), (with_prospects, count))
        form.with_prospects = False
        self.assertEqual(form.customer_count, 5)
        form.with_prospects = True
        wizard = form.save()
        wizard.action_preview()
        self.assertIn("7", wizard.preview_html)
        self.rules.action_activate()
        action = wizard.action_evaluate()
        self.assertEqual(len(self.env["key.account.evaluation"].browse(action["res_id"]).line_ids), 7)

    def test_with_prospects_stands_once_there_are_lines(self):
        with self.assertRaisesRegex(UserError, "Include Prospects"):
            self.evaluate().with_prospects = False

    def test_the_form_of_a_customer_has_its_expectations(self):
        self.customer.key_account_expectation_ids = [
            Command.create(
                {
                    "year": 2024,
                    "company_id": self.company.id,
                    "market_potential": 100,
                    "share_pct": 50,
                    "probability_id": self.env.ref("key_account_mgmt.probability_low").id,
                }
            )
        ]
        self.manager.group_ids += self.env.ref("base.group_partner_manager")
        form = Form(self.customer.with_user(self.manager).with_company(self.company))
        with form.key_account_expectation_ids.edit(0) as row:
            self.assertEqual(row.prospect_value, 10)
            row.share_pct = 100
            self.assertEqual(row.prospect_value, 20)
        form.save()
        self.assertEqual(self.customer.key_account_expectation_ids.prospect_value, 20)
