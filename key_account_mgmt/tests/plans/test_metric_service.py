from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import tagged

from ..service_common import ServiceCommon


@tagged("post_install", "-at_install")
class TestContribution(ServiceCommon):
    """What is left of the margin after what it takes to serve a customer."""

    def assert_contribution(self, contribution, rate, cost_pct, customer=None, **scope):
        self.assert_facts(
            customer or self.customer,
            {"contribution": contribution, "contribution_rate_pct": rate, "cost_to_serve_pct": cost_pct},
            **scope,
        )

    def test_the_example_of_the_documentation(self):
        """12 hours at 40.00 and freight of 320.00 take 40 % of a margin of 2,000."""
        self.company.key_account_hour_cost = 40
        self.make_invoice(self.customer, 5000, "2024-05-01", product=self.good, quantity=50)
        visit = self.make_activity_type("Visit", 1.5)
        for _number in range(8):
            self.do_activity(self.customer, activity_type=visit)
        self.make_cost(370, kind="delivery")
        self.make_cost(-50, kind="delivery")
        self.assert_served(12, 800)
        self.assert_contribution(1200, 24, 40)

    def test_without_work_and_costs_all_of_the_margin_is_left(self):
        self.make_invoice(self.customer, 300, "2024-05-01", product=self.good, quantity=3)
        self.assert_served(0, 0)
        self.assert_contribution(120, 40, 0)

    def test_without_business_it_costs_all_the_same(self):
        self.assert_served(0, 0)
        self.assert_contribution(0, None, None)
        self.make_cost(7)
        self.assert_served(0, 7)
        self.assert_contribution(-7, None, None)

    def test_shares_of_nothing_are_missing(self):
        cases = [
            # refunded, contribution, rate, cost by margin
            (99, -4, -400, None),
            (100, -5, None, None),
            (101, -6, None, None),
        ]
        for refunded, contribution, rate, cost_pct in cases:
            with self.subTest(refunded=refunded):
                customer = self.make_customer()
                self.make_invoice(customer, 100, "2024-05-01", product=self.good)
                self.make_refund(customer, refunded, "2024-05-01")
                self.make_cost(5 - 60, customer)
                self.assert_contribution(contribution, rate, cost_pct, customer)

    def test_more_than_the_margin_is_a_loss(self):
        self.make_invoice(self.customer, 100, "2024-05-01", product=self.good)
        cases = [(39.99, "0.01", "0.01", "99.975"), (0.01, 0, 0, 100), (0.01, "-0.01", "-0.01", "100.025")]
        for more, contribution, rate, cost_pct in cases:
            self.make_cost(more)
            self.assert_contribution(contribution, rate, cost_pct)

    def test_what_was_paid_back_is_taken_off(self):
        self.make_invoice(self.customer, 100, "2024-05-01", product=self.good)
        self.make_cost(10)
        self.make_cost(-30)
        self.assert_served(0, -20)
        self.assert_contribution(60, 60, -50)

    def test_a_broken_margin_leaves_no_contribution(self):
        self.make_invoice(self.customer, 100, "2024-05-01", product=self.good)
        self.env.flush_all()
        self.env.cr.execute("UPDATE account_move_line SET quantity = 'NaN' WHERE product_id = %s", [self.good.id])
        self.make_cost(10)
        self.assert_served(0, 10)
        self.assert_contribution(None, None, None)

    def test_hours_and_money_are_rounded_once(self):
        """Three times 20 minutes are an hour; a third of an hour at 0.10 is 0.03."""
        third = self.make_activity_type("Mail", 1 / 3)
        self.company.key_account_hour_cost = 0.1
        self.do_activity(self.customer, activity_type=third)
        self.assert_facts(self.customer, {"cost_to_serve": "0.03"})
        for _number in range(2):
            self.do_activity(self.customer, activity_type=third)
        self.assert_facts(self.customer, {"cost_to_serve": "0.1"})

    def test_half_a_cent_is_a_cent(self):
        self.company.key_account_hour_cost = 0.01
        self.do_activity(self.customer)
        self.assert_served("0.5", "0.01")

    def test_money_is_in_steps_of_the_company_currency(self):
        yen = self._enable_currency("JPY")
        other = self.setup_other_company(currency_id=yen.id)["company"]
        other.key_account_hour_cost = 1001
        self.make_cost(1000, company_id=other.id)
        self.do_activity(self.customer, user=self.make_user("clerk", "base.group_user"))
        clerk = self.env["res.users"].search([("login", "=", "key_account_clerk")])
        clerk.write({"company_ids": [Command.link(other.id)], "company_id": other.id})
        self.assert_served("0.5", 1501, company=other)
        self.assert_served(0, 0)

    def test_any_number_of_customers_is_one_statement(self):
        customers = [self.make_customer() for _number in range(5)]
        for customer in customers:
            self.do_activity(customer)
            self.make_cost(5, customer)
        query = self.env["key.account.collector"]._get_facts_query(self.make_scope())
        with self.assertQueryCount(1):
            self.env.execute_query(query)


@tagged("post_install", "-at_install")
class TestActivities(ServiceCommon):
    """Done activities count by the hours of their type."""

    def test_a_type_without_hours_does_not_count(self):
        self.do_activity(self.customer, activity_type=self.env.ref("mail.mail_activity_data_call"))
        self.assert_served(0, 0)

    def test_what_is_not_done_does_not_count(self):
        planned = self.customer.activity_schedule(activity_type_id=self.call.id, date_deadline="2024-06-15")
        self.assert_served(0, 0)
        planned.unlink()
        self.assert_served(0, 0)
        self.do_activity(self.customer)
        self.assert_served("0.5", 15)

    def test_the_days_of_the_period(self):
        cases = [
            ("2023-12-31 23:59:59", 0),
            ("2024-01-01 00:00:00", "0.5"),
            ("2024-12-31 23:59:59", "0.5"),
            ("2025-01-01 00:00:00", 0),
        ]
        for moment, hours in cases:
            with self.subTest(moment=moment):
                customer = self.make_customer()
                self.do_activity(customer, moment)
                self.assert_facts(customer, {"service_hours": hours})

    def test_on_the_customer_its_contacts_orders_and_invoices(self):
        contact = self.make_customer(parent_id=self.customer.id)
        invoice = self.make_invoice(contact, 100, "2024-05-01")
        documents = [
            self.customer,
            contact,
            self.make_order(contact, 100, "2024-05-01", confirm=False),
            invoice,
            self.make_invoice(self.customer, 100, "2023-05-01", post=False),
        ]
        for number, document in enumerate(documents, 1):
            self.do_activity(document)
            with self.subTest(document):
                self.assert_facts(self.customer, {"service_hours": number * 0.5})

    def test_what_is_about_the_customer_as_a_vendor_does_not_count(self):
        bill = self.make_invoice(self.customer, 100, "2024-05-01", move_type="in_invoice")
        self.do_activity(bill)
        self.assert_served(0, 0)

    def test_an_archived_contact_and_one_that_moved(self):
        contact = self.make_customer(parent_id=self.customer.id)
        self.do_activity(contact)
        contact.active = False
        self.assert_served("0.5", 15)
        other = self.make_customer()
        contact.parent_id = other
        self.assert_served(0, 0)
        self.assert_served("0.5", 15, other)

    def test_they_belong_to_the_company_of_the_document_else_of_who_had_it_to_do(self):
        other = self.setup_other_company(currency_id=self.company.currency_id.id)["company"]
        other.key_account_hour_cost = 50
        colleague = self.make_user("colleague", "base.group_user,sales_team.group_sale_manager")
        colleague.write({"company_ids": [Command.link(other.id)], "company_id": other.id})
        self.do_activity(self.customer, user=colleague)
        self.assert_served(0, 0)
        self.assert_served("0.5", 25, company=other)
        self.do_activity(self.make_order(self.customer, 100, "2024-05-01"), user=colleague)
        self.assert_served("0.5", 15)
        self.assert_served("0.5", 25, company=other)
        own = self.make_customer(company_id=self.company.id)
        self.do_activity(own, user=colleague)
        self.assert_served("0.5", 15, own)

    def test_an_activity_of_nobody_is_of_who_made_it(self):
        activity = self.do_activity(self.customer)
        activity.user_id = False
        self.assert_served("0.5", 15)

    def test_the_hours_of_a_type_are_from_zero_to_a_year(self):
        for hours in (-0.01, 8784.01, 1e300, float("nan"), float("inf")):
            with self.subTest(hours=hours), self.assertRaisesRegex(ValidationError, "Call: an activity cannot take"):
                self.call.key_account_hours = hours
        for hours in (0, 8784):
            self.call.key_account_hours = hours


@tagged("post_install", "-at_install")
class TestCostOfAnHour(ServiceCommon):
    def get_notices(self, codes=("contribution",), **scope):
        metrics = self.env["key.account.metric"].search([("code", "in", codes)])
        return self.env["key.account.collector"]._get_notices(self.make_scope(**scope), metrics)

    def test_it_is_from_zero_to_what_arithmetic_can_hold(self):
        for cost in (-0.01, -30, 10**12 + 1, 1e300):
            with self.subTest(cost=cost), self.assertRaisesRegex(ValidationError, "an hour cannot cost"):
                self.company.key_account_hour_cost = cost
        self.company.key_account_hour_cost = 10**12
        self.do_activity(self.customer)
        self.assert_served("0.5", 5 * 10**11)

    def test_portal_users_do_not_read_it(self):
        portal = self.make_user("portal", "base.group_portal")
        clerk = self.make_user("clerk", "base.group_user")
        call = ("read", [self.company.ids, ["key_account_hour_cost"]], {})
        with self.assertRaises(AccessError):
            call_kw(self.env["res.company"].with_user(portal), *call)
        [values] = call_kw(self.env["res.company"].with_user(clerk), *call)
        self.assertEqual(values["key_account_hour_cost"], 30)

    def test_without_it_hours_cost_nothing(self):
        self.company.key_account_hour_cost = 0
        self.do_activity(self.customer)
        self.make_cost(5)
        self.assert_served("0.5", 5)

    def test_it_is_changed_in_the_settings(self):
        settings = self.env["res.config.settings"].sudo().with_company(self.company)
        settings.create({"key_account_hour_cost": 12.5}).execute()
        self.assertEqual(self.company.key_account_hour_cost, 12.5)

    def test_hours_without_it_are_noticed(self):
        self.company.key_account_hour_cost = 0
        self.assertEqual(self.get_notices(), [])
        self.make_cost(5)
        self.assertEqual(self.get_notices(), [])
        self.do_activity(self.customer)
        [notice] = self.get_notices()
        self.assertIn(f"{self.company.name} has no cost per hour", notice)
        self.assertEqual(self.get_notices(date_from="2023-01-01", date_to="2023-12-31"), [])
        self.assertEqual(self.get_notices(partner_ids=(self.make_customer().id,)), [])
        self.assertEqual(self.get_notices(codes=("revenue", "score", "potential_grade")), [])
        self.company.key_account_hour_cost = 1
        self.assertEqual(self.get_notices(), [])

    def test_the_wizard_tells_when_the_rules_look_at_it(self):
        self.company.key_account_hour_cost = 0
        self.do_activity(self.customer)
        wizards = self.env["key.account.evaluation.wizard"].with_user(self.manager).with_company(self.company)
        for metric, told in (("margin", False), ("contribution", True)):
            ruleset = self.make_ruleset(name=metric)
            self.make_criterion(ruleset, metric)
            self.make_rule(ruleset, "C")
            wizard = wizards.create(
                {
                    "company_id": self.company.id,
                    "ruleset_id": ruleset.id,
                    "period": "free",
                    "date_from": "2024-01-01",
                    "date_to": "2024-12-31",
                }
            )
            self.assertEqual("has no cost per hour" in (wizard.notice_html or ""), told)
