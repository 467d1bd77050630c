from odoo.fields import Command
from odoo.tests import tagged

from ..common import KeyAccountCommon


@tagged("post_install", "-at_install")
class TestPunctualityMetrics(KeyAccountCommon):
    """What is due in 2024 counts; every case is judged as of 31 December 2024."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.make_customer()

    def test_an_invoice_is_on_time_when_all_of_it_is_paid_by_the_due_date(self):
        cases = [
            # name, due, payments of 100 in all, on time, late, average days late, overdue
            ("on the due date", "2024-06-30", [("2024-06-30", 100)], 1, 0, 0, 0),
            ("the day before", "2024-06-30", [("2024-06-29", 100)], 1, 0, 0, 0),
            ("the day after", "2024-06-30", [("2024-07-01", 100)], 0, 1, 1, 0),
            ("before the invoice", "2024-06-30", [("2024-03-01", 100)], 1, 0, 0, 0),
            ("in two parts", "2024-06-30", [("2024-06-01", 40), ("2024-06-30", 60)], 1, 0, 0, 0),
            ("the rest too late", "2024-06-30", [("2024-06-01", 40), ("2024-07-10", 60)], 0, 1, 10, 0),
            ("only a part", "2024-12-21", [("2024-12-01", 40)], 0, 1, 10, 60),
            ("not at all", "2024-12-21", [], 0, 1, 10, 100),
            ("open on the last day", "2024-12-31", [], 0, 1, 0, 100),
            ("after the period", "2024-12-01", [("2025-02-01", 100)], 0, 1, 30, 100),
            ("late, a part after the period", "2024-12-01", [("2024-12-05", 70), ("2025-02-01", 30)], 0, 1, 30, 30),
            ("due after the period", "2025-01-01", [], 0, 0, None, 0),
            ("due after the period, paid in it", "2025-01-01", [("2024-08-01", 100)], 0, 0, None, 0),
        ]
        for name, due, payments, on_time, late, days, overdue in cases:
            with self.subTest(name):
                customer = self.make_customer()
                invoice = self.make_invoice(customer, 100, "2024-05-01", due=due)
                for day, amount in payments:
                    self.make_payment(invoice, day, amount)
                self.assert_facts(
                    customer,
                    {
                        "on_time_count": on_time,
                        "late_count": late,
                        "on_time_pct": None if on_time + late == 0 else 100 * on_time,
                        "average_days_late": days,
                        "overdue_amount": overdue,
                    },
                )

    def test_shares_and_averages_are_over_all_invoices_due(self):
        for paid in ("2024-06-30", "2024-06-30", "2024-07-20"):
            self.make_payment(self.make_invoice(self.customer, 100, "2024-05-01", due="2024-06-30"), paid)
        self.assert_facts(
            self.customer,
            {
                "on_time_count": 2,
                "late_count": 1,
                "on_time_pct": "66.666666666667",
                "average_days_late": "6.666666666667",
            },
        )

    def test_both_ends_of_the_period_count(self):
        for due in ("2023-12-31", "2024-01-01", "2024-12-31", "2025-01-01"):
            self.make_payment(self.make_invoice(self.customer, 100, "2023-11-01", due=due), "2023-12-01")
        self.assert_facts(self.customer, {"on_time_count": 2, "late_count": 0})

    def test_an_old_open_invoice_is_overdue_without_counting_again(self):
        self.make_invoice(self.customer, 70, "2022-05-01", due="2022-06-01")
        paid_later = self.make_invoice(self.customer, 30, "2022-05-01", due="2022-06-01")
        self.make_payment(paid_later, "2025-01-01")
        settled = self.make_invoice(self.customer, 500, "2022-05-01", due="2022-06-01")
        self.make_payment(settled, "2024-12-31")
        self.assert_facts(self.customer, {"overdue_amount": 100, "on_time_count": 0, "late_count": 0})
        self.assert_facts(self.customer, {"overdue_amount": 600}, date_from="2023-01-01", date_to="2023-12-31")

    def test_instalments_are_overdue_and_late_one_by_one(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Halves",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": 30}),
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": 60}),
                ],
            }
        )
        invoice = self.make_invoice(self.customer, 100, "2024-11-15", invoice_payment_term_id=term.id)
        self.assertEqual(str(invoice.invoice_date_due), "2025-01-14")
        self.assert_facts(self.customer, {"overdue_amount": 50, "late_count": 1})
        self.assert_facts(
            self.customer, {"overdue_amount": 100, "late_count": 1}, date_from="2025-01-01", date_to="2025-01-31"
        )
        self.make_payment(invoice, "2025-01-10", 100)
        self.assert_facts(self.customer, {"overdue_amount": 50, "late_count": 1})
        self.assert_facts(
            self.customer, {"overdue_amount": 0, "on_time_count": 1}, date_from="2025-01-01", date_to="2025-01-31"
        )

    def test_a_cancelled_invoice_says_nothing_about_paying(self):
        invoice = self.make_invoice(self.customer, 100, "2024-05-01", due="2024-06-01")
        reversal = invoice._reverse_moves([{"invoice_date": "2024-08-01", "date": "2024-08-01"}], cancel=True)
        self.assertEqual((invoice.payment_state, reversal.payment_state), ("reversed", "paid"))
        self.assert_facts(self.customer, {"on_time_count": 0, "late_count": 0, "on_time_pct": None})
        self.assert_facts(self.customer, {"overdue_amount": 100}, date_to="2024-07-31")

    def test_a_credit_note_settles_the_rest(self):
        invoice = self.make_invoice(self.customer, 100, "2024-05-01", due="2024-06-01")
        refund = self.make_refund(self.customer, 20, "2024-05-20")
        (invoice + refund).line_ids.filtered(lambda line: line.display_type == "payment_term").reconcile()
        self.make_payment(invoice, "2024-06-01")
        self.assert_facts(self.customer, {"on_time_count": 1, "overdue_amount": 0})

    def test_what_was_never_owed_does_not_count(self):
        self.make_invoice(self.customer, 0, "2024-05-01")
        self.make_refund(self.customer, 50, "2024-05-01")
        self.make_invoice(self.customer, 100, "2024-05-01", post=False)
        self.make_invoice(self.customer, 100, "2024-05-01").button_cancel()
        self.assert_facts(self.customer, {"on_time_count": 0, "late_count": 0, "overdue_amount": 0})

    def test_foreign_invoices_are_overdue_at_their_own_rate(self):
        self.euro.rate_ids.create(
            {"currency_id": self.euro.id, "name": "2024-06-01", "rate": 0.25, "company_id": self.company.id}
        )
        invoice = self.make_invoice(self.customer, 100, "2024-05-01", due="2024-06-01", currency=self.euro)
        self.make_payment(invoice, "2024-07-01", 30, currency_id=self.euro.id)
        self.assert_facts(self.customer, {"overdue_amount": 140, "late_count": 1})
        self.make_payment(invoice, "2024-08-01", 70, currency_id=self.euro.id)
        self.assert_facts(self.customer, {"overdue_amount": 0, "late_count": 1, "average_days_late": 61})

    def test_contacts_and_companies(self):
        other = self.setup_other_company(currency_id=self.company.currency_id.id)["company"]
        contact = self.make_customer(parent_id=self.customer.id, name="Purchasing")
        self.make_invoice(contact, 100, "2024-05-01")
        self.make_invoice(self.customer, 30, "2024-05-01", company=other)
        self.assert_facts(self.customer, {"late_count": 1, "overdue_amount": 100})
        self.assert_facts(self.customer, {"late_count": 1, "overdue_amount": 30}, company=other)


@tagged("post_install", "-at_install")
class TestCollectedAmount(KeyAccountCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.make_customer()
        cls.bank = cls.company_data["default_journal_bank"]

    def test_payments_of_the_period_count_whatever_they_pay(self):
        invoice = self.make_invoice(self.customer, 1000, "2023-05-01")
        for day, amount in (("2023-12-31", 1), ("2024-01-01", 10), ("2024-12-31", 100), ("2025-01-01", 800)):
            self.make_payment(invoice, day, amount)
        self.assert_facts(self.customer, {"collected_amount": 110})

    def test_what_is_paid_back_is_deducted(self):
        self.make_payment(self.make_invoice(self.customer, 100, "2024-05-01"), "2024-06-01")
        self.make_payment(self.make_refund(self.customer, 30, "2024-05-02"), "2024-06-02")
        self.assert_facts(self.customer, {"collected_amount": 70})

    def _pay_by_statement(self, amount, day, account):
        """A bank statement line whose other side the accountant put on ``account``."""
        line = self.env["account.bank.statement.line"].create(
            {
                "payment_ref": "Transfer",
                "journal_id": self.bank.id,
                "amount": amount,
                "date": day,
                "partner_id": self.customer.id,
            }
        )
        suspense = line.with_context(skip_account_move_synchronization=True)._seek_for_lines()[1]
        suspense.account_id = account
        return suspense

    def test_a_bank_statement_line_matched_with_an_invoice_counts(self):
        invoice = self.make_invoice(self.customer, 100, "2024-05-01", due="2024-06-01")
        receivable = invoice.line_ids.filtered(lambda line: line.display_type == "payment_term")
        (self._pay_by_statement(100, "2024-06-01", receivable.account_id) + receivable).reconcile()
        self.assert_facts(self.customer, {"collected_amount": 100, "on_time_count": 1})

    def test_a_bank_statement_line_that_confirms_a_payment_does_not_count_again(self):
        payment = self.make_payment(self.make_invoice(self.customer, 100, "2024-05-01"), "2024-06-01")
        outstanding = payment._seek_for_lines()[0]
        (self._pay_by_statement(100, "2024-06-03", outstanding.account_id) + outstanding).reconcile()
        self.assertTrue(payment.is_matched)
        self.assert_facts(self.customer, {"collected_amount": 100})

    def test_foreign_payments_count_at_their_own_rate(self):
        self.euro.rate_ids.create(
            {"currency_id": self.euro.id, "name": "2024-06-01", "rate": 0.25, "company_id": self.company.id}
        )
        invoice = self.make_invoice(self.customer, 100, "2024-05-01", currency=self.euro)
        self.make_payment(invoice, "2024-06-01", currency_id=self.euro.id)
        self.assert_facts(self.customer, {"revenue": 200, "collected_amount": 400})

    def test_only_money_of_the_company_counts(self):
        other = self.setup_other_company(currency_id=self.company.currency_id.id)["company"]
        invoice = self.make_invoice(self.customer, 100, "2024-05-01", company=other)
        self.make_payment(invoice, "2024-06-01")
        self.assert_facts(self.customer, {"collected_amount": 0})
        self.assert_facts(self.customer, {"collected_amount": 100}, company=other)
