from psycopg2.errors import ExclusionViolation

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, new_test_user, tagged
from odoo.tools import mute_logger

from ..common import KeyAccountCommon


class MetricValueCommon(KeyAccountCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.make_customer()
        cls.potential = cls.make_metric("potential", "amount")
        cls.visits = cls.make_metric("visits", "count")
        cls.cooperation = cls.make_metric("cooperation", "choice", options=["excellent", "good", "poor"])

    @classmethod
    def make_value(cls, metric, value, date_from="2024-01-01", date_to="2024-12-31", **values):
        """A value of ``cls.customer``; a text is the code of an option."""
        if isinstance(value, str):
            option = metric.option_ids.filtered(lambda option: option.code == value)
            values["option_id"] = option.id
        else:
            values["value"] = value
        return cls.env["key.account.metric.value"].create(
            {
                "partner_id": cls.customer.id,
                "metric_id": metric.id,
                "date_from": date_from,
                "date_to": date_to,
                "company_id": cls.company.id,
                **values,
            }
        )

    def assert_choice(self, expected, **scope):
        facts = self.collect(partner_ids=(self.customer.id,), with_business_only=False, **scope)[self.customer]
        self.assertEqual(facts.get("cooperation"), expected)


@tagged("post_install", "-at_install")
class TestManualMetrics(MetricValueCommon):
    def test_values_and_grades_are_facts(self):
        self.make_value(self.potential, 1500000.25)
        self.make_value(self.visits, 0)
        self.make_value(self.cooperation, "good")
        self.assert_facts(self.customer, {"potential": "1500000.25", "visits": 0})
        self.assert_choice("good")

    def test_what_nobody_entered_is_missing(self):
        self.assert_facts(self.customer, {"potential": None, "visits": None})
        self.assert_choice(None)

    def test_a_value_counts_when_its_period_lies_in_the_evaluations(self):
        cases = [
            # from, to, counts
            ("2024-01-01", "2024-12-31", True),
            ("2024-06-01", "2024-06-30", True),
            ("2023-12-31", "2024-12-31", False),
            ("2024-01-01", "2025-01-01", False),
            ("2023-01-01", "2023-12-31", False),
        ]
        for date_from, date_to, counts in cases:
            with self.subTest(date_from=date_from, date_to=date_to):
                value = self.make_value(self.potential, 5, date_from, date_to)
                self.assert_facts(self.customer, {"potential": 5 if counts else None})
                value.unlink()

    def test_of_several_values_the_one_that_ends_last_counts(self):
        self.make_value(self.potential, 1, "2024-01-01", "2024-06-30")
        self.make_value(self.potential, 2, "2024-07-01", "2024-09-30")
        self.make_value(self.potential, 3, "2024-02-01", "2024-03-31")
        self.make_value(self.cooperation, "poor", "2024-01-01", "2024-01-31")
        self.assert_facts(self.customer, {"potential": 2})
        self.assert_choice("poor")
        self.make_value(self.potential, 4, "2024-08-01", "2024-09-30")
        self.assert_facts(self.customer, {"potential": 4})

    def test_values_belong_to_a_company(self):
        other = self.setup_other_company(currency_id=self.company.currency_id.id)["company"]
        self.make_value(self.potential, 5, company_id=other.id)
        self.assert_facts(self.customer, {"potential": None})
        self.assert_facts(self.customer, {"potential": 5}, company=other)

    def test_a_value_entered_for_a_contact_is_its_customers(self):
        contact = self.make_customer(parent_id=self.customer.id)
        value = self.make_value(self.potential, 5, partner_id=contact.id)
        self.assertEqual(value.partner_id, self.customer)
        value.partner_id = contact
        self.assertEqual(value.partner_id, self.customer)

    def test_a_value_follows_a_customer_who_became_a_contact(self):
        shop = self.make_customer(is_company=False)
        self.make_value(self.potential, 5, partner_id=shop.id)
        shop.parent_id = self.customer
        self.assert_facts(self.customer, {"potential": 5})

    def test_archived_metrics_are_still_collected(self):
        self.make_value(self.potential, 5)
        self.potential.active = False
        self.assert_facts(self.customer, {"potential": 5})


@tagged("post_install", "-at_install")
class TestEnteringValues(MetricValueCommon):
    def test_impossible_values_are_refused(self):
        cases = [
            (self.potential, float("nan"), "Customer: nan cannot be entered for Potential"),
            (self.potential, float("inf"), "inf cannot be entered"),
            (self.potential, -(10.0**16), "cannot be entered"),
            (self.potential, 10**15 + 1, "cannot be entered"),
            (self.potential, [1], "cannot be entered"),
            (self.visits, 1.5, "whole number"),
            (self.visits, -1, "whole number"),
            (self.cooperation, 3, "Excellent, Good, Poor"),
            (self.env.ref("key_account_mgmt.metric_revenue"), 3, "system fills metric"),
        ]
        for metric, value, message in cases:
            with self.subTest(value=value), self.assertRaisesRegex(ValidationError, message), self.cr.savepoint():
                self.make_value(metric, value)

    def test_the_largest_value_is_exact(self):
        self.make_value(self.potential, 10**15)
        self.assert_facts(self.customer, {"potential": 10**15})

    def test_changing_to_an_impossible_value_is_refused(self):
        value = self.make_value(self.potential, 5)
        with self.assertRaisesRegex(ValidationError, "Customer: nan cannot be entered"), self.cr.savepoint():
            value.write({"value": float("nan")})

    def test_the_context_of_a_caller_brings_no_other_values(self):
        contact = self.make_customer(name="Ann", parent_id=self.customer.id)
        context = {"default_value": float("inf"), "default_partner_id": contact.id}
        values = self.env["key.account.metric.value"].with_context(**context)
        row = {"metric_id": self.potential.id, "company_id": self.company.id}
        with self.assertRaisesRegex(ValidationError, "inf cannot be entered"), self.cr.savepoint():
            values.create(row)
        self.assertEqual(values.create({**row, "value": 1}).partner_id, self.customer)

    def test_a_grade_must_be_one_of_its_metric(self):
        other = self.make_metric("mood", "choice", options=["sunny"])
        with self.assertRaisesRegex(ValidationError, "needs a grade of its metric"), self.cr.savepoint():
            self.make_value(self.cooperation, 0, option_id=other.option_ids.id)
        with self.assertRaisesRegex(ValidationError, "takes a number"), self.cr.savepoint():
            self.make_value(self.potential, 0, option_id=other.option_ids.id)

    def test_a_period_must_not_end_before_it_begins(self):
        with self.assertRaisesRegex(ValidationError, "before it begins"), self.cr.savepoint():
            self.make_value(self.potential, 5, "2024-02-01", "2024-01-31")
        self.make_value(self.potential, 5, "2024-02-01", "2024-02-01")

    def test_one_value_per_customer_metric_and_period(self):
        self.make_value(self.potential, 5)
        self.make_value(self.potential, 5, date_to="2024-12-30")
        self.make_value(self.visits, 5)
        with mute_logger("odoo.sql_db"), self.assertRaises(ExclusionViolation), self.cr.savepoint():
            self.make_value(self.potential, 6)

    @mute_logger("odoo.sql_db")
    def test_a_second_value_is_refused_by_customer_metric_and_period(self):
        self.make_value(self.potential, 5)
        row = [self.customer.id, self.potential.id, "2024-01-01", "2024-12-31", 6]
        fields = ["partner_id/.id", "metric_id/.id", "date_from", "date_to", "value"]
        result = self.env["key.account.metric.value"].load(fields, [[str(cell) for cell in row]])
        self.assertIn(
            "Customer has a value of Potential from 2024-01-01 to 2024-12-31 already", result["messages"][0]["message"]
        )

    @mute_logger("odoo.sql_db")
    def test_merging_customers_loses_no_value(self):
        """Core deletes what a unique constraint forbids to move; here it refuses to merge instead."""
        wizard = self.env["base.partner.merge.automatic.wizard"].sudo()
        twin = self.make_customer(name="Twin")
        self.make_value(self.potential, 1)
        self.make_value(self.potential, 3, "2023-01-01", "2023-12-31", partner_id=twin.id)
        double = self.make_value(self.potential, 2, partner_id=twin.id)
        with self.assertRaises(ExclusionViolation), self.cr.savepoint():
            wizard._merge((self.customer + twin).ids, self.customer)
        double.unlink()
        wizard._merge((self.customer + twin).ids, self.customer)
        values = self.env["key.account.metric.value"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual(sorted(values.mapped("value")), [1, 3])

    def test_a_customer_of_another_company_is_refused(self):
        other = self.setup_other_company(currency_id=self.company.currency_id.id)["company"]
        foreign = self.make_customer(company_id=other.id)
        with self.assertRaises(UserError):
            self.make_value(self.potential, 5, partner_id=foreign.id)

    @freeze_time("2025-02-03")
    def test_the_form_proposes_the_last_full_year(self):
        form = Form(self.env["key.account.metric.value"])
        self.assertEqual((str(form.date_from), str(form.date_to)), ("2024-01-01", "2024-12-31"))
        form.partner_id = self.make_customer(parent_id=self.customer.id)
        self.assertEqual(form.partner_id, self.customer)
        form.metric_id = self.cooperation
        form.option_id = self.cooperation.option_ids[0]
        form.metric_id = self.potential
        self.assertFalse(form.option_id)
        form.value = 7
        self.assertEqual(form.save().display_name, "Customer: Potential")

    def test_managers_enter_values_and_users_read_them(self):
        value = self.make_value(self.potential, 5)
        groups = "key_account_mgmt.group_key_account_%s"
        manager, user = (
            new_test_user(self.env, f"metric {role}", groups % role, company_id=self.company.id)
            for role in ("manager", "user")
        )
        value.with_user(manager).value = 6
        self.assertEqual(value.with_user(user).value, 6)
        with self.assertRaises(UserError):
            value.with_user(user).value = 7

    def test_companies_do_not_see_each_others_values(self):
        value = self.make_value(self.potential, 5)
        other = self.setup_other_company(currency_id=self.company.currency_id.id)["company"]
        stranger = new_test_user(
            self.env,
            "stranger",
            "key_account_mgmt.group_key_account_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self.assertFalse(self.env["key.account.metric.value"].with_user(stranger).search([("id", "=", value.id)]))
