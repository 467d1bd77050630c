from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from ..common import KeyAccountCommon


@tagged("post_install", "-at_install")
class TestInstalments(KeyAccountCommon):
    """Each instalment is paid on time or late by its own due date, and weighs what it is of the invoice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.make_customer()
        cls.halves = cls._make_terms(50, 30, 50, 179)
        cls.thirds = cls._make_terms(25, 10, 75, 60)

    @classmethod
    def _make_terms(cls, first, days, second, later):
        lines = [
            Command.create({"value": "percent", "value_amount": share, "nb_days": number})
            for share, number in ((first, days), (second, later))
        ]
        return cls.env["account.payment.term"].create({"name": "Parts", "line_ids": lines})

    def bill(self, day, terms, amount=1000):
        return self.make_invoice(self.make_customer(), amount, day, invoice_payment_term_id=terms.id)

    def test_a_late_half_makes_an_invoice_late_by_its_weight(self):
        # due on 2024-02-01 and 2024-06-29
        cases = [
            # payments, on time, late, average days late
            ([("2024-06-29", 1000)], 0, 1, "74.5"),
            ([("2024-02-01", 500), ("2024-06-29", 500)], 1, 0, 0),
            ([("2024-02-01", 500), ("2024-07-09", 500)], 0, 1, 5),
            ([("2024-02-11", 500), ("2024-07-09", 500)], 0, 1, 10),
            ([("2024-02-01", 500)], 0, 1, "92.5"),
            ([], 0, 1, "259.5"),
        ]
        for payments, on_time, late, days in cases:
            with self.subTest(payments):
                invoice = self.bill("2024-01-02", self.halves)
                for day, amount in payments:
                    self.make_payment(invoice, day, amount)
                self.assert_facts(
                    invoice.partner_id, {"on_time_count": on_time, "late_count": late, "average_days_late": days}
                )

    def test_an_invoice_is_late_from_its_first_overdue_half_on(self):
        # due on 2024-12-21 and 2025-05-19
        invoice = self.bill("2024-11-21", self.halves)
        self.assert_facts(
            invoice.partner_id, {"late_count": 1, "on_time_pct": 0, "average_days_late": 5, "overdue_amount": 500}
        )
        self.make_payment(invoice, "2025-05-19", 1000)
        self.assert_facts(invoice.partner_id, {"late_count": 1, "average_days_late": 5, "overdue_amount": 500})
        self.assert_facts(
            invoice.partner_id,
            {"on_time_count": 1, "late_count": 0, "average_days_late": 0},
            date_from="2025-01-01",
            date_to="2025-12-31",
        )

    def test_parts_that_are_no_halves(self):
        # due on 2024-03-11 and 2024-04-30
        invoice = self.bill("2024-03-01", self.thirds, 333.34)
        self.make_payment(invoice, "2024-03-21", 333.34)
        weight = invoice.line_ids.filtered("date_maturity").sorted("date_maturity")[0].amount_currency
        self.assertEqual(weight, 83.34)
        self.assert_facts(invoice.partner_id, {"late_count": 1, "average_days_late": "2.500149997000"})

    def test_averages_are_over_invoices(self):
        late = self.bill("2024-01-02", self.halves)
        self.make_payment(late, "2024-06-29", 1000)
        on_time = self.make_invoice(late.partner_id, 10, "2024-05-01", due="2024-06-01")
        self.make_payment(on_time, "2024-06-01")
        self.assert_facts(
            late.partner_id, {"on_time_count": 1, "late_count": 1, "on_time_pct": 50, "average_days_late": "37.25"}
        )


@tagged("post_install", "-at_install")
class TestOverdueOfAPeriod(KeyAccountCommon):
    """The metric and the stop on orders share one definition; the metric tells it as of the period's end."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.make_customer()
        cls.receivable = cls.company_data["default_account_receivable"]

    def prepay(self, amount, day):
        payment = self.env["account.payment"].create(
            {"partner_id": self.customer.id, "amount": amount, "payment_type": "inbound", "date": day}
        )
        payment.action_post()

    def test_money_that_nobody_matched_covers_what_is_overdue(self):
        for name, paid, refunded, day, overdue in [
            ("nothing", 0, 0, None, 1000),
            ("a payment", 1000, 0, "2024-12-31", 0),
            ("a part", 700, 0, "2024-12-31", 300),
            ("a credit note", 0, 700, "2024-12-31", 300),
            ("both, and more", 700, 700, "2024-12-31", 0),
            ("after the period", 700, 700, "2025-01-01", 1000),
        ]:
            with self.subTest(name), self.cr.savepoint() as savepoint:
                self.make_invoice(self.customer, 1000, "2024-05-01", due="2024-06-01")
                self.make_invoice(self.customer, 5000, "2024-12-01", due="2025-01-01")
                if paid:
                    self.prepay(paid, day)
                if refunded:
                    self.make_refund(self.customer, refunded, day)
                self.assert_facts(self.customer, {"overdue_amount": overdue})
                savepoint.rollback()

    def test_an_opening_balance_is_due_on_its_date(self):
        lines = [
            {"account_id": self.receivable.id, "partner_id": self.customer.id, "debit": 5000},
            {"account_id": self.company_data["default_account_revenue"].id, "credit": 5000},
        ]
        opening = self.env["account.move"].create(
            {"date": "2023-12-31", "line_ids": [Command.create(line) for line in lines]}
        )
        opening.line_ids.date_maturity = False
        opening.action_post()
        self.assert_facts(self.customer, {"overdue_amount": 5000})
        self.assert_facts(self.customer, {"overdue_amount": 0}, date_from="2023-01-01", date_to="2023-12-30")

    def test_it_is_what_stops_orders_today(self):
        self.make_invoice(self.customer, 1000, "2024-05-01", due="2024-06-01")
        self.prepay(300, "2024-07-01")
        today = fields.Date.today()
        exposure = self.env["key.account.exposure"]
        self.assertEqual(exposure._get_overdue(self.customer, self.company)[self.customer], 700)
        self.assert_facts(self.customer, {"overdue_amount": 700}, date_from=today, date_to=today)
