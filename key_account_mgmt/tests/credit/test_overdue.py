from datetime import timedelta
from decimal import Decimal

from freezegun import freeze_time

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..credit_guard_common import CreditGuardCommon


@tagged("post_install", "-at_install")
class TestOverdueAmounts(CreditGuardCommon):
    """Overdue is what nothing covers: the same for the stop on orders and on the screens."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"key_account_check_overdue": True, "key_account_overdue_days": 0})
        cls.today = fields.Date.today()
        cls.receivable = cls.company_data["default_account_receivable"]

    def owe(self, amount, days=30, **options):
        """An invoice that was due so many days ago."""
        due = self.today - timedelta(days=days)
        return self.make_invoice(self.customer, amount, due - timedelta(days=1), due=due, **options)

    def open_balance(self, amount, date):
        """An opening entry: what the customer owed when the books were begun, without due date."""
        lines = [
            {"account_id": self.receivable.id, "partner_id": self.customer.id, "debit": amount},
            {"account_id": self.company_data["default_account_revenue"].id, "credit": amount},
        ]
        move = self.env["account.move"].create({"date": date, "line_ids": [Command.create(line) for line in lines]})
        move.line_ids.date_maturity = False
        move.action_post()
        return move

    def assert_overdue(self, expected, fits=None):
        """It is the same wherever it is told, and stops an order."""
        self.env.invalidate_all()
        told = {
            "stop": self.exposure._get_overdue(self.customer, self.company)[self.customer],
            "exposure": self.get_exposure(overdue_days=0).overdue,
            "screen": Decimal(str(self.customer.with_company(self.company).key_account_overdue)),
        }
        self.assertEqual(told, dict.fromkeys(told, Decimal(str(expected))))
        self.assert_outcome(not expected if fits is None else fits, self.offer(1))

    def test_an_entry_without_due_date_is_due_on_its_date(self):
        self.customer.credit_limit = 0
        self.open_balance(5000, self.today)
        self.assert_overdue(0)
        self.open_balance(5000, self.today - timedelta(days=400))
        self.assert_overdue(5000)

    def test_money_that_nobody_matched_covers_what_is_overdue(self):
        for paid, expected in ((0, 1000), (700, 300), (1000, 0), (1200, 0)):
            with self.subTest(paid), self.cr.savepoint() as savepoint:
                self.customer.credit_limit = 0
                self.owe(1000)
                if paid:
                    self.prepay(self.customer, paid)
                self.assert_overdue(expected)
                savepoint.rollback()

    def test_a_credit_note_that_nobody_matched_covers_it_too(self):
        self.owe(1000)
        self.make_refund(self.customer, 700, self.today)
        self.assert_overdue(300)

    def test_what_is_not_due_yet_is_covered_last(self):
        self.owe(1000)
        self.owe(500, days=-30)
        self.prepay(self.customer, 900)
        self.assert_overdue(100)

    def test_a_payment_counts_from_its_day_on(self):
        """Matched or not, 90 days from now is no money today."""
        later = self.today + timedelta(days=90)
        self.make_payment(self.owe(1000), later)
        self.assert_overdue(1000)
        self.env["account.payment"].create(
            {"partner_id": self.customer.id, "amount": 1000, "payment_type": "inbound", "date": later}
        ).action_post()
        self.assert_overdue(1000)
        with freeze_time(later):
            self.assert_overdue(0)

    def test_foreign_items_count_at_their_own_rate(self):
        invoice = self.owe(100, currency=self.euro)
        self.assert_overdue(200)
        self.make_payment(invoice, self.today, 30)
        self.assert_overdue(140)

    def test_tolerance(self):
        cases = (
            # overdue, limit, tolerated amount, and percent of the limit, fits
            (0.02, 1000, 0, 0, False),
            (0.02, 1000, 0.02, 0, True),
            (0.03, 1000, 0.02, 0, False),
            (10, 1000, 0, 1, True),
            (10.01, 1000, 0, 1, False),
            (10.01, 1000, 11, 1, True),
            (5, 0, 4, 1, False),
            (4, 0, 4, 1, True),
        )
        for overdue, limit, amount, percent, fits in cases:
            with self.subTest(overdue=overdue, limit=limit), self.cr.savepoint() as savepoint:
                self.company.key_account_overdue_tolerance = amount
                self.company.key_account_overdue_tolerance_pct = percent
                self.customer.credit_limit = limit
                self.owe(overdue)
                self.assert_overdue(overdue, fits=fits)
                savepoint.rollback()
                self.env.registry.clear_cache()

    def test_an_order_of_500_is_not_stopped_by_two_cents(self):
        self.company.key_account_overdue_tolerance = 1
        self.owe(0.02)
        self.assert_confirms(self.offer(500))

    @mute_logger("odoo.sql_db")
    def test_a_tolerance_is_not_negative(self):
        for name in ("key_account_overdue_tolerance", "key_account_overdue_tolerance_pct"):
            with self.subTest(name), self.assertRaises(Exception), self.cr.savepoint():  # noqa: B017
                self.company[name] = -1
                self.env.flush_all()

    def test_many_customers_are_one_statement(self):
        self.owe(10)
        customers = self.customer | self.make_customer() | self.make_customer()
        self.env.flush_all()
        with self.assertQueryCount(1):
            self.exposure._get_overdue(customers, self.company)
