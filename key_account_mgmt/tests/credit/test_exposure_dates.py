from datetime import timedelta

from odoo import fields

from ..credit_guard_common import CreditGuardCommon


class TestExposureOfDaysToCome(CreditGuardCommon):
    """What is dated later is worth nothing before its day; today is what the server's clock says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.today()
        cls.later = cls.today + timedelta(days=90)

    def make_customer_invoice(self, amount=600, **options):
        return self.make_invoice(self.customer, amount, self.today, **options)

    def let_come(self, day):
        """The day as the database sees it: entries of which it has come are like any other."""
        entry = self.env["key.account.exposure"]
        self.patch(type(entry), "_get_last_day", lambda _self: day)

    # --- Payments ---

    def test_a_payment_with_a_date_to_come_frees_no_credit_before(self):
        invoice = self.make_customer_invoice()
        self.make_payment(invoice, self.later, amount=400)
        self.assertEqual(invoice.amount_residual, 200)
        self.assert_exposure(receivable=600)
        self.assert_not_confirmed(self.offer(401))
        self.let_come(self.later - timedelta(days=1))
        self.assert_exposure(receivable=600)
        self.let_come(self.later)
        self.assert_exposure(receivable=200)
        self.assert_confirms(self.offer(401))

    def test_nor_one_that_is_not_matched(self):
        self.make_customer_invoice()
        self.prepay(self.customer, 400, date=self.later)
        self.assert_exposure(receivable=600)
        self.let_come(self.later)
        self.assert_exposure(receivable=600, unallocated=400)

    def test_nor_a_credit_note(self):
        self.make_customer_invoice()
        self.make_refund(self.customer, 400, self.later)
        self.assert_exposure(receivable=600)
        self.let_come(self.later)
        self.assert_exposure(receivable=600, unallocated=400)

    def test_a_payment_of_today_counts_today(self):
        table = [(self.today, 0), (self.today - timedelta(days=1), 0), (self.later, 600)]
        for date, expected in table:
            with self.subTest(date):
                invoice = self.make_customer_invoice()
                payment = self.make_payment(invoice, date)
                self.assert_exposure(receivable=expected)
                payment.action_cancel()
                self.assert_exposure(receivable=600)
                invoice.button_draft()
                invoice.button_cancel()
                self.assert_exposure()

    def test_taking_the_match_off_leaves_what_there_was(self):
        invoice = self.make_customer_invoice()
        self.make_payment(invoice, self.later, amount=400)
        invoice.line_ids.remove_move_reconcile()
        self.assert_exposure(receivable=600)
        self.let_come(self.later)
        self.assert_exposure(receivable=600, unallocated=400)

    def test_an_invoice_with_a_date_to_come_is_owed(self):
        self.make_invoice(self.customer, 600, self.later)
        self.assert_exposure(receivable=600)

    def test_entries_are_put_together_when_their_day_has_come(self):
        invoice = self.make_customer_invoice()
        self.make_payment(invoice, self.later, amount=400)
        entries = self.env["key.account.exposure.entry"]
        for step in ("_gc_entries", "_rebuild"):
            with self.subTest(step):
                getattr(entries, step)()
                self.assert_exposure(receivable=600)
        self.assertEqual(
            set(entries.search([("partner_id", "=", self.customer.id)]).mapped("date")), {False, self.later}
        )
        self.env.cr.execute("UPDATE key_account_exposure_entry SET date = %s WHERE date IS NOT NULL", [self.today])
        entries._rebuild()
        self.assert_exposure(receivable=600)

    def test_documents_add_up(self):
        invoice = self.make_customer_invoice()
        self.make_payment(invoice, self.later, amount=400)
        self.prepay(self.customer, 50)
        self.env.flush_all()
        documents = self.env["key.account.exposure.document"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual(sorted(documents.mapped("amount")), [-50, 200, 400])

    def test_the_overdue_stop_waits_for_the_day(self):
        invoice = self.make_invoice(self.customer, 100, self.today - timedelta(days=90))
        self.make_payment(invoice, self.later)
        self.assertEqual(self.get_exposure(overdue_days=30).overdue, 100)

    # --- Entries that are reset to draft: Odoo leaves them matched ---

    def test_a_payment_that_is_reset_to_draft_has_paid_nothing(self):
        for date in (self.today, self.later):
            with self.subTest(date):
                invoice = self.make_customer_invoice()
                payment = self.make_payment(invoice, date)
                payment.action_draft()
                self.assert_exposure(receivable=600)
                payment.action_cancel()
                self.assert_exposure(receivable=600)
                invoice.button_draft()
                invoice.button_cancel()

    def test_a_paid_invoice_that_is_reset_to_draft_leaves_the_money(self):
        for date, expected in ((self.today, 0), (self.later, 600)):
            with self.subTest(date):
                invoice = self.make_customer_invoice()
                payment = self.make_payment(invoice, date)
                invoice.button_draft()
                self.assertEqual(self.get_exposure().used, expected)
                invoice.button_cancel()
                payment.action_cancel()
                self.assert_exposure()

    # --- Series of invoices ---

    def test_the_next_invoice_of_a_series_counts_from_its_day(self):
        invoice = self.make_customer_invoice(post=False, auto_post="monthly")
        self.assert_exposure(draft_invoices=600)
        invoice.action_post()
        self.assert_exposure(receivable=600)
        copy = self.env["account.move"].search([("auto_post_origin_id", "=", invoice.id), ("state", "=", "draft")])
        self.assertTrue(copy)
        invoice.button_draft()
        self.assert_exposure(draft_invoices=600)
        invoice.action_post()
        self.assert_exposure(receivable=600)
        self.let_come(copy.date)
        self.assert_exposure(receivable=600, draft_invoices=1200)

    def test_a_series_is_no_way_to_hide_an_order(self):
        order = self.confirmed(1000)
        draft = self.bill(order, post=False)
        draft.write({"auto_post": "monthly", "date": self.later, "auto_post_origin_id": draft.id})
        self.assert_exposure(draft_invoices=1000)

    def test_a_draft_with_a_date_to_come_counts_today(self):
        self.make_invoice(self.customer, 600, self.later, post=False)
        self.make_invoice(self.customer, 100, self.later, post=False, auto_post="at_date")
        self.assert_exposure(draft_invoices=700)
