from odoo.exceptions import UserError
from odoo.fields import Date
from odoo.tests import Form, freeze_time

from ...models.evaluations.evaluation_summary import EvaluationSummary, get_tier_rows
from ..evaluation_common import KeyAccountEvaluationCommon


@freeze_time("2025-06-15")
class TestEvaluationWizard(KeyAccountEvaluationCommon):
    """What the wizard asks, proposes and tells before anything is stored."""

    def make_wizard(self, **values):
        model = self.env["key.account.evaluation.wizard"].with_user(self.manager).with_company(self.company)
        return model.create({"company_id": self.company.id, **values})

    def test_proposes_the_last_full_year_and_the_active_rules(self):
        form = Form(self.env["key.account.evaluation.wizard"].with_user(self.manager).with_company(self.company))
        self.assertEqual(
            (form.year, form.date_from, form.date_to), (2024, Date.to_date("2024-01-01"), Date.to_date("2024-12-31"))
        )
        self.assertEqual(form.ruleset_id, self.ruleset)
        self.assertEqual(form.customer_count, 5)
        self.assertFalse(form.notice_html)

    def test_year_is_the_fiscal_year_that_ends_in_it(self):
        table = [
            # last day of the fiscal year, year asked for, from, to
            ("12", 31, 2024, "2024-01-01", "2024-12-31"),
            ("3", 31, 2024, "2023-04-01", "2024-03-31"),
            ("6", 30, 2025, "2024-07-01", "2025-06-30"),
            ("2", 29, 2023, "2022-03-01", "2023-02-28"),
            ("2", 29, 2024, "2023-03-01", "2024-02-29"),
        ]
        for month, day, year, date_from, date_to in table:
            with self.subTest(month=month, year=year):
                self.company.write({"fiscalyear_last_month": month, "fiscalyear_last_day": day})
                wizard = self.make_wizard(year=year)
                self.assertEqual((str(wizard.date_from), str(wizard.date_to)), (date_from, date_to))

    def test_last_full_year_follows_the_fiscal_year(self):
        for month, day, today, year in (
            ("12", 31, "2025-01-01", 2024),
            ("3", 31, "2025-03-31", 2024),
            ("3", 31, "2025-04-01", 2025),
        ):
            with self.subTest(today), freeze_time(today):
                self.company.write({"fiscalyear_last_month": month, "fiscalyear_last_day": day})
                self.assertEqual(self.make_wizard().year, year)

    def test_count_follows_the_population(self):
        table = [
            ({}, 5),
            ({"population": "filter", "partner_domain": "[('name', 'like', 'F')]"}, 2),
            ({"population": "selected", "partner_ids": [(6, 0, self.third.ids)]}, 1),
            ({"period": "free", "date_from": "2024-03-01", "date_to": "2024-03-31"}, 1),
            ({"period": "free", "date_from": "2024-03-31", "date_to": "2024-03-01"}, 0),
            ({"year": 2019}, 0),
        ]
        for values, count in table:
            with self.subTest(**values):
                self.assertEqual(self.make_wizard(**values).customer_count, count)

    def test_selected_contacts_stand_for_their_company(self):
        contact = self.make_customer(name="Contact", parent_id=self.third.id)
        model = self.env["key.account.evaluation.wizard"].with_user(self.manager).with_company(self.company)
        context = {"active_model": "res.partner", "active_ids": (contact | self.fourth).ids}
        wizard = model.with_context(**context).create({})
        self.assertEqual(wizard.population, "selected")
        self.assertEqual(wizard.partner_ids, self.third | self.fourth)

    def test_preview_shows_the_result_and_stores_nothing(self):
        before = (
            self.env["key.account.evaluation"].search_count([]),
            self.env["key.account.evaluation.line"].search_count([]),
        )
        gone = self.make_customer(name="Gone")
        gone.with_company(self.company).key_account_tier_id = self.tier_b
        wizard = self.make_wizard()
        action = wizard.action_preview()
        self.assertEqual(action["res_id"], wizard.id)
        self.assertIn("Preview", self.env.ref("key_account_mgmt.key_account_evaluation_wizard_view_form").arch)
        self.assertIn("15,000.00", wizard.preview_html)
        self.assertIn("Lost", wizard.preview_html)
        after = (
            self.env["key.account.evaluation"].search_count([]),
            self.env["key.account.evaluation.line"].search_count([]),
        )
        self.assertEqual(before, after)
        self.assertEqual(self.get_customer_tiers(), [None] * 5)

    def test_preview_is_what_the_evaluation_gives(self):
        self.third.with_company(self.company).key_account_tier_id = self.tier_a
        wizard = self.make_wizard()
        preview = {row["tier"].code: row for row in get_tier_rows(wizard._get_preview_rows())}
        evaluation = self.env["key.account.evaluation"].browse(wizard.action_evaluate()["res_id"])
        result = {row["tier"].code: row for row in EvaluationSummary(evaluation).get_rows()}
        for code, row in result.items():
            with self.subTest(code):
                self.assertEqual(float(preview[code].pop("revenue")), row.pop("revenue"))
                self.assertEqual(preview[code], row)

    def test_evaluate_opens_the_computed_evaluation(self):
        action = self.make_wizard().action_evaluate()
        evaluation = self.env[action["res_model"]].browse(action["res_id"])
        self.assertRecordValues(
            evaluation, [{"name": "Evaluation 2024", "state": "computed", "company_id": self.company.id}]
        )

    def test_drafts_can_be_previewed_but_not_used(self):
        draft = self.make_ruleset()
        self.make_rule(draft, "C")
        wizard = self.make_wizard(ruleset_id=draft.id)
        self.assertIn("draft", wizard.notice_html)
        wizard.action_preview()
        with self.assertRaisesRegex(UserError, "not active"):
            wizard.action_evaluate()

    def test_company_without_active_rules_is_told_what_to_do(self):
        self.ruleset.action_retire()
        wizard = self.make_wizard()
        self.assertFalse(wizard.ruleset_id)
        self.assertIn("no active rule set", wizard.notice_html)
        with self.assertRaisesRegex(UserError, "no active rule set"):
            wizard.action_evaluate()

    def test_nobody_to_preview(self):
        with self.assertRaisesRegex(UserError, "no customers to evaluate"):
            self.make_wizard(year=2019).action_preview()

    def test_notices_name_other_evaluations_and_currencies_without_rate(self):
        self.make_evaluation(name="First try")
        self.euro.rate_ids.unlink()
        self.make_invoice(self.third, 10, "2024-03-03", currency=self.euro)
        notices = self.make_wizard().notice_html
        self.assertIn("First try", notices)
        self.assertIn("EUR", notices)
