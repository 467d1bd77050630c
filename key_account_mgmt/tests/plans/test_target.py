from datetime import date

from psycopg2.errors import ExclusionViolation

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from ..plan_common import PlanCommon, PlanRightsMixin

MODEL = "key.account.target"
FIELDS = ["partner_id", "year", "quarter", "amount"]


@tagged("post_install", "-at_install")
class TestTargetMetrics(PlanCommon):
    def test_attainment_is_revenue_by_target(self):
        """The yearly appraisal form: target 5.0 M, actual 4.0 M, 80 %."""
        self.make_target(5000000)
        self.make_invoice(self.customer, 4000000, "2024-06-30")
        self.assert_facts(self.customer, {"target": 5000000, "target_attainment_pct": 80})

    def test_each_target_shows_the_revenue_of_its_own_period_and_its_course(self):
        for amount, day in ((300, "2024-03-31"), (500, "2024-04-01"), (9000, "2023-12-31")):
            self.make_invoice(self.customer, amount, day)
        self.make_invoice(self.customer, 50, "2024-05-01", currency=self.euro)  # 100 US dollars
        other = self.make_customer(name="Other")
        self.make_refund(other, 40, "2024-02-01")
        cases = [
            # customer, quarter, target; actual, attained, course on 15 May 2024, half-way through Q2
            (self.customer, "1", 301, 300, 99, "behind"),
            (self.customer, "2", 1200, 600, 50, "on_track"),
            (self.customer, "3", 1000, 0, 0, False),
            (other, "year", 1000, -40, 0, "behind"),
        ]
        with freeze_time("2024-05-15"):
            for customer, quarter, amount, *expected in cases:
                with self.subTest(quarter=quarter):
                    target = self.make_target(amount, customer, quarter=quarter)
                    self.assertEqual([target.actual, target.attained_pct, target.course], expected)

    def test_salespeople_see_the_revenue_of_their_customers_without_rights_on_invoices(self):
        self.customer.user_id = self.salesperson
        self.make_invoice(self.customer, 300, "2024-03-31")
        target = self.make_target(600).with_user(self.salesperson)
        self.assertEqual((target.actual, target.user_id), (300, self.salesperson))
        self.assertEqual(target.search([("user_id", "=", self.salesperson.id)]), target)

    def test_attainment_gives_the_points_of_the_yearly_appraisal_form(self):
        self.make_target(5000000)
        self.make_invoice(self.customer, 4000000, "2024-06-30")
        ruleset = self.make_ruleset(name="Appraisal")
        target = self.get_metric("target")
        self.make_criterion(ruleset, "revenue", scale="linear", max_points=50, target_metric_id=target.id)
        self.make_rule(ruleset, "C")
        self.ruleset.action_retire()
        ruleset.action_activate()
        line = self.make_evaluation(ruleset_id=ruleset.id).line_ids.filtered(
            lambda one: one.partner_id == self.customer
        )
        self.assertEqual(line.score, 40)

    def test_attainment_of_any_revenue(self):
        cases = [
            # revenue, target, attainment
            (999, 1000, "99.9"),
            (1000, 1000, 100),
            (1001, 1000, "100.1"),
            (10, 3, "333.333333333333"),
            (-50, 1000, -5),
        ]
        for revenue, target, attainment in cases:
            with self.subTest(revenue=revenue):
                customer = self.make_customer()
                make = self.make_invoice if revenue > 0 else self.make_refund
                make(customer, abs(revenue), "2024-06-30")
                self.make_target(target, customer)
                self.assert_facts(customer, {"target": target, "target_attainment_pct": attainment})

    def test_without_target_it_is_missing_and_without_business_it_is_zero(self):
        self.assert_facts(self.customer, {"target": None, "target_attainment_pct": None})
        self.make_target(1000)
        self.assert_facts(self.customer, {"target": 1000, "target_attainment_pct": 0})

    def test_a_target_counts_when_its_months_lie_in_the_period(self):
        self.make_target(100, quarter="1")
        self.make_target(200, quarter="2")
        self.make_target(1000, year=2023)
        cases = [
            ("2024-01-01", "2024-12-31", 300),
            ("2024-01-01", "2024-03-31", 100),
            ("2024-01-01", "2024-06-29", 100),
            ("2024-01-02", "2024-06-30", 200),
            ("2023-01-01", "2024-12-31", 1300),
            ("2023-01-01", "2023-03-31", None),
            ("2024-07-01", "2024-12-31", None),
        ]
        for date_from, date_to, target in cases:
            with self.subTest(date_from=date_from, date_to=date_to):
                self.assert_facts(self.customer, {"target": target}, date_from=date_from, date_to=date_to)

    def test_targets_belong_to_a_company(self):
        other = self.setup_other_company(currency_id=self.company.currency_id.id)["company"]
        self.make_target(7, company_id=other.id)
        self.assert_facts(self.customer, {"target": None})
        self.assert_facts(self.customer, {"target": 7}, company=other)

    def test_a_target_follows_a_customer_who_became_a_contact(self):
        shop = self.make_customer(is_company=False)
        self.make_target(5, shop)
        self.make_target(3, quarter="1")
        shop.parent_id = self.customer
        self.assert_facts(self.customer, {"target": 8})

    def test_any_number_of_customers_is_one_statement(self):
        scope = self.make_scope()
        customers = [self.make_customer() for _number in range(20)]
        for customer in customers:
            self.make_target(5, customer)
        query = self.env["key.account.collector"]._get_facts_query(scope)
        with self.assertQueryCount(1):
            self.env.execute_query(query)


@tagged("post_install", "-at_install")
class TestTargetPeriods(PlanCommon):
    def test_quarters_are_those_of_the_fiscal_year_that_ends_in_the_year(self):
        table = [
            # last day of the fiscal year, quarter, from, to
            ("12", 31, "year", "2024-01-01", "2024-12-31"),
            ("12", 31, "1", "2024-01-01", "2024-03-31"),
            ("12", 31, "2", "2024-04-01", "2024-06-30"),
            ("12", 31, "3", "2024-07-01", "2024-09-30"),
            ("12", 31, "4", "2024-10-01", "2024-12-31"),
            ("3", 31, "year", "2023-04-01", "2024-03-31"),
            ("3", 31, "4", "2024-01-01", "2024-03-31"),
            ("2", 29, "4", "2023-12-01", "2024-02-29"),
            ("4", 5, "4", "2024-01-06", "2024-04-05"),
        ]
        for month, day, quarter, date_from, date_to in table:
            with self.subTest(month=month, quarter=quarter):
                self.company.write({"fiscalyear_last_month": month, "fiscalyear_last_day": day})
                target = self.make_target(quarter=quarter)
                self.assertEqual((str(target.date_from), str(target.date_to)), (date_from, date_to))
                target.unlink()

    @freeze_time("2025-02-03")
    def test_the_form_proposes_this_year_and_takes_the_customer_of_a_contact(self):
        form = Form(self.env[MODEL])
        self.assertEqual((form.year, form.quarter), (2025, "year"))
        form.partner_id = self.make_customer(parent_id=self.customer.id)
        self.assertEqual(form.partner_id, self.customer)
        form.quarter = "3"
        form.amount = 7
        self.assertEqual(form.save().display_name, "Shop: Q3 2025")

    @mute_logger("odoo.sql_db")
    def test_a_year_and_its_quarters_do_not_go_together(self):
        cases = [
            # there, added, refused
            ("year", "year", True),
            ("year", "1", True),
            ("4", "year", True),
            ("2", "2", True),
            ("2", "3", False),
        ]
        for there, added, refused in cases:
            with self.subTest(there=there, added=added):
                customer = self.make_customer()
                self.make_target(5, customer, quarter=there)
                if not refused:
                    self.assertTrue(self.make_target(5, customer, quarter=added))
                    continue
                with self.assertRaises(ExclusionViolation), self.cr.savepoint():
                    self.make_target(5, customer, quarter=added)

    @mute_logger("odoo.sql_db")
    def test_moving_a_target_onto_another_is_refused(self):
        self.make_target(5, quarter="1")
        target = self.make_target(5, quarter="2")
        with self.assertRaises(ExclusionViolation), self.cr.savepoint():
            target.write({"quarter": "year"})
            target.flush_recordset()

    @mute_logger("odoo.sql_db")
    def test_merging_customers_loses_no_target(self):
        """Core deletes what a unique constraint forbids to move; here it refuses to merge instead."""
        wizard = self.env["base.partner.merge.automatic.wizard"].sudo()
        twin = self.make_customer(name="Twin")
        self.make_target(5)
        self.make_target(7, twin, year=2023)
        overlapping = self.make_target(9, twin, quarter="2")
        with self.assertRaises(ExclusionViolation), self.cr.savepoint():
            wizard._merge((self.customer + twin).ids, self.customer)
        self.assertEqual(overlapping.partner_id, twin)
        overlapping.unlink()
        wizard._merge((self.customer + twin).ids, self.customer)
        self.assertEqual(sorted(self.customer.key_account_target_ids.mapped("amount")), [5, 7])

    def test_other_customers_years_and_companies_are_free(self):
        other = self.setup_other_company(currency_id=self.company.currency_id.id)["company"]
        self.make_target()
        self.make_target(year=2025)
        self.make_target(customer=self.make_customer())
        self.make_target(company_id=other.id)
        self.assertEqual(self.env[MODEL].search_count([("year", "in", (2024, 2025))]), 4)


@tagged("post_install", "-at_install")
class TestTargetRefusals(PlanCommon):
    def test_an_amount_must_be_above_zero(self):
        for amount in (0, -1, 0.001):
            with self.subTest(amount=amount):
                self.assert_refused(
                    "Shop: Q2 2024: the target must be greater than zero", self.make_target, amount, quarter="2"
                )
        target = self.make_target(0.01)
        self.assert_refused("Shop: 2024: the target must be greater than zero", target.write, {"amount": 0})

    def test_what_is_no_number_is_refused(self):
        for amount in (float("nan"), float("inf"), 10**12 + 1, "much"):
            with self.subTest(amount=amount):
                self.assert_refused("Shop: 2024: .* cannot be entered as Amount", self.make_target, amount)
        target = self.make_target(10**12)
        self.assert_facts(self.customer, {"target": 10**12})
        self.assert_refused("Shop: 2024: nan cannot be entered", target.write, {"amount": float("nan")})

    def test_the_context_of_a_caller_brings_no_other_numbers(self):
        values = {"partner_id": self.customer.id, "company_id": self.company.id, "year": 2024}
        for amount in (float("nan"), 10.0**300):
            with self.subTest(amount=amount):
                targets = self.env["key.account.target"].with_context(default_amount=amount)
                self.assert_refused("Shop: 2024: .* cannot be entered as Amount", targets.create, values)

    def test_the_dates_are_those_of_the_fiscal_year_whoever_sends_others(self):
        """A file that was exported has them, and they may be years old."""
        target = self.make_target(5, date_from="2020-01-01", date_to="2020-12-31")
        target.write({"date_from": "2020-01-01", "date_to": "2019-12-31", "amount": 6})
        self.assertRecordValues(target, [{"date_from": date(2024, 1, 1), "date_to": date(2024, 12, 31), "amount": 6}])

    def test_a_contact_is_refused_by_name(self):
        contact = self.make_customer(name="Ann", parent_id=self.customer.id)
        self.assert_refused("Ann: 2024: Ann is a contact of Shop. Enter it for Shop", self.make_target, 5, contact)
        target = self.make_target()
        self.assert_refused("Ann is a contact of Shop", target.write, {"partner_id": contact.id})

    def test_a_year_has_four_digits(self):
        for year in (0, 24, -1, 99999):
            with self.subTest(year=year):
                self.assert_refused(f"Shop: {year}: {year} is not a year", self.make_target, year=year)

    def test_a_customer_of_another_company_is_refused(self):
        other = self.setup_other_company(currency_id=self.company.currency_id.id)["company"]
        with self.assertRaises(UserError):
            self.make_target(customer=self.make_customer(company_id=other.id))


@tagged("post_install", "-at_install")
class TestTargetImport(PlanCommon):
    def get_targets(self):
        targets = self.env[MODEL].search([("partner_id.name", "like", "Import")], order="partner_id, date_from")
        return [(target.partner_id.name, target.year, target.quarter, target.amount) for target in targets]

    def test_a_spreadsheet_by_name(self):
        for name in ("Import One", "Import Two"):
            self.make_customer(name=name)
        rows = [
            ["Import One", 2024, "Q1", "1000.50"],
            ["Import One", 2024, "2", "2000"],
            ["Import Two", 2024, "", "9000"],
            ["Import Two", 2025, "Whole Year", "9500"],
        ]
        self.assert_loaded(self.load(MODEL, FIELDS, rows), 4)
        self.assertEqual(
            self.get_targets(),
            [
                ("Import One", 2024, "1", 1000.5),
                ("Import One", 2024, "2", 2000),
                ("Import Two", 2024, "year", 9000),
                ("Import Two", 2025, "year", 9500),
            ],
        )

    def test_a_spreadsheet_by_id(self):
        customer = self.make_customer(name="Import One")
        result = self.load(MODEL, ["partner_id/.id", *FIELDS[1:]], [[customer.id, 2024, "4", 5]])
        self.assert_loaded(result, 1)
        self.assertEqual(self.get_targets(), [("Import One", 2024, "4", 5)])

    def test_a_file_goes_through_the_import_of_the_web_client(self):
        self.make_customer(name="Import One")
        content = "Customer,Year,Quarter,Amount\nImport One,2024,Q3,1500.25\nImport One,2025,,6000\n"
        wizard = self.env["base_import.import"].create(
            {"res_model": MODEL, "file": content.encode(), "file_type": "text/csv", "file_name": "targets.csv"}
        )
        options = {"has_headers": True, "quoting": '"', "separator": ",", "encoding": "utf-8"}
        preview = wizard.parse_preview(dict(options))
        self.assertEqual([preview["matches"][column] for column in range(4)], [[name] for name in FIELDS])
        self.assert_loaded(wizard.execute_import(FIELDS, preview["headers"], {**options, **preview["options"]}), 2)
        self.assertEqual(self.get_targets(), [("Import One", 2024, "3", 1500.25), ("Import One", 2025, "year", 6000)])

    @mute_logger("odoo.sql_db")
    def test_a_bad_row_is_named_and_nothing_is_imported(self):
        customer = self.make_customer(name="Import One")
        self.make_customer(name="Import Ann", parent_id=customer.id)
        contact = self.env["res.partner"].search([("name", "=", "Import Ann")])
        self.make_target(5, customer, year=2023)
        good = [customer.id, 2024, "1", 5]
        cases = [
            ([customer.id, 2024, "2", 0], "Import One: Q2 2024: the target must be greater than zero"),
            ([customer.id, 2024, "2", -3], "Import One: Q2 2024: the target must be greater than zero"),
            ([contact.id, 2024, "2", 3], "Import Ann is a contact of Import One"),
            (
                [customer.id, 2023, "4", 3],
                "Import One has a row from 2023-01-01 to 2023-12-31 already: another one from",
            ),
            ([customer.id, 2024, "", 3], "from 2024-01-01 to 2024-12-31 would count the same months twice"),
            ([customer.id, 24, "", 3], "24 is not a year"),
        ]
        for row, message in cases:
            with self.subTest(row=row):
                rows = [good, row] if "same months" not in message else [[customer.id, 2024, "", 7], row]
                result = self.load(MODEL, ["partner_id/.id", *FIELDS[1:]], rows)
                self.assertFalse(result["ids"])
                [found] = [one for one in result["messages"] if one.get("rows", {}).get("from") == 1]
                self.assertIn(message, found["message"])
                self.assertEqual(self.get_targets(), [("Import One", 2023, "year", 5)])


@tagged("post_install", "-at_install")
class TestTargetRights(PlanRightsMixin, PlanCommon):
    rows, row = "key_account_target_ids", {"year": 2030, "amount": 5}

    def make(self, amount, customer=None):
        return self.make_target(amount, customer)

    def test_the_form_of_a_customer_has_its_targets(self):
        self.manager.group_ids += self.env.ref("base.group_partner_manager")
        form = Form(self.customer.with_user(self.manager).with_company(self.company))
        with form.key_account_target_ids.new() as target:
            target.year = 2024
            target.quarter = "2"
            target.amount = 50
        form.save()
        self.assertEqual(self.customer.key_account_target_ids.display_name, "Shop: Q2 2024")
        with form.key_account_target_ids.edit(0) as target:
            target.amount = 0
        with self.assertRaisesRegex(ValidationError, "Shop: Q2 2024: the target must be greater than zero"):
            form.save()
