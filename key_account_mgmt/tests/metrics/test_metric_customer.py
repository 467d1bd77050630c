from odoo.tests import tagged

from ..common import KeyAccountCommon


@tagged("post_install", "-at_install")
class TestMetricCustomer(KeyAccountCommon):
    """What stands on the customer, and the averages that formulas of credit limits use."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.make_customer().with_company(cls.company)

    def test_the_credit_limit_is_that_of_the_company(self):
        self.assert_facts(self.customer, {"credit_limit": None})
        self.customer.sudo().credit_limit = 1234.56
        other = self.setup_other_company()["company"]
        self.customer.with_company(other).sudo().credit_limit = 7
        self.assert_facts(self.customer, {"credit_limit": "1234.56"})
        self.assert_facts(self.customer, {"credit_limit": 7}, company=other)

    def test_the_default_of_the_company_is_a_limit_too(self):
        self.env["ir.default"].set("res.partner", "credit_limit", 500, company_id=self.company.id)
        self.assert_facts(self.customer, {"credit_limit": 500})
        self.customer.sudo().credit_limit = 0
        self.assert_facts(self.customer, {"credit_limit": None})

    def test_nothing_on_credit_is_a_limit_of_zero(self):
        for limit in (0, 500):
            self.customer.sudo().write({"credit_limit": limit, "key_account_no_credit": True})
            self.assert_facts(self.customer, {"credit_limit": 0})
        self.customer.sudo().key_account_no_credit = False
        self.assert_facts(self.customer, {"credit_limit": 500})

    def test_a_contact_counts_for_nothing(self):
        contact = self.make_customer(parent_id=self.customer.id)
        contact.with_company(self.company).sudo().credit_limit = 99
        self.assert_facts(self.customer, {"credit_limit": None, "account_value_type": None})

    def test_the_kind_of_customer(self):
        self.customer.key_account_value_type = "strategic"
        scope = {"partner_ids": (self.customer.id,), "with_business_only": False}
        self.assertEqual(self.collect(**scope)[self.customer]["account_value_type"], "strategic")
        options = self.get_metric("account_value_type").option_ids.mapped("code")
        field = self.env["res.partner"]._fields["key_account_value_type"]
        self.assertEqual(options, [code for code, _label in field.selection])

    def test_averages(self):
        self.make_invoice(self.customer, 1220, "2024-02-20")
        cases = [
            ("2024-01-01", "2024-12-31", {"average_month": "101.666666666667", "average_day": "3.333333333333"}),
            ("2024-02-01", "2024-02-29", {"average_month": 1220, "average_day": "42.068965517241"}),
            # 20 days, although it touches two months: 61 a day × 365 ÷ 12.
            ("2024-02-15", "2024-03-05", {"average_month": "1855.416666666667", "average_day": 61}),
            ("2024-02-20", "2024-02-20", {"average_month": "37108.333333333333", "average_day": 1220}),
            ("2025-01-01", "2025-12-31", {"average_month": 0, "average_day": 0}),
        ]
        for date_from, date_to, expected in cases:
            with self.subTest(date_from=date_from, date_to=date_to):
                self.assert_facts(self.customer, expected, date_from=date_from, date_to=date_to)

    def test_growth_in_money(self):
        self.assert_facts(self.customer, {"revenue_growth": None})
        self.make_invoice(self.customer, 1000, "2023-05-01")
        self.assert_facts(self.customer, {"revenue_growth": -1000})
        self.make_invoice(self.customer, 1500.25, "2024-05-01")
        self.assert_facts(self.customer, {"revenue_growth": "500.25"})
        stranger = self.make_customer()
        self.assert_facts(stranger, {"revenue_growth": None, "average_month": 0})
