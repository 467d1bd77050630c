from odoo.tests import tagged

from ..common import KeyAccountCommon


@tagged("post_install", "-at_install")
class TestNewCustomers(KeyAccountCommon):
    """Whoever has no year before has not grown, and an average month is one since the first invoice."""

    def test_growth_against_nothing_is_missing(self):
        for previous, revenue, growth in [(0, 10000, None), (100, 150, 50), (100, 40, -60)]:
            with self.subTest(previous):
                customer = self.make_customer()
                if previous:
                    self.make_invoice(customer, previous, "2023-05-01")
                self.make_invoice(customer, revenue, "2024-05-01")
                self.assert_facts(customer, {"revenue_growth": growth})
        returned = self.make_customer()
        self.make_refund(returned, 100, "2023-05-01")
        self.make_invoice(returned, 100, "2024-05-01")
        self.assert_facts(returned, {"revenue_growth": None, "growth_pct": None})

    def test_average_month_since_the_first_invoice(self):
        cases = [
            # first invoice, average month since then, of 3,660 in all
            ("2024-10-15", 1220),
            ("2024-12-31", 3660),
            ("2024-01-31", 305),
            ("2024-02-01", "332.727272727273"),
            ("2023-12-31", 305),
        ]
        for first, expected in cases:
            with self.subTest(first):
                customer = self.make_customer()
                if first < "2024":
                    self.make_invoice(customer, 99, first)
                self.make_invoice(customer, 3660, max(first, "2024-01-01"))
                self.assert_facts(customer, {"average_month_since_first": expected, "average_month": 305})

    def test_a_period_without_whole_months_counts_its_days(self):
        customer = self.make_customer()
        self.make_invoice(customer, 1220, "2024-02-25")
        # 10 of 20 days: 122 a day × 365 ÷ 12
        self.assert_facts(
            customer,
            {"average_month_since_first": "3710.833333333333", "average_month": "1855.416666666667"},
            date_from="2024-02-15",
            date_to="2024-03-05",
        )

    def test_without_an_invoice_there_is_no_month(self):
        customer = self.make_customer()
        self.assert_facts(customer, {"average_month_since_first": None})
        self.make_invoice(customer, 100, "2025-01-01")
        self.assert_facts(customer, {"average_month_since_first": None})
