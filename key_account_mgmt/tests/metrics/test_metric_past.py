from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from ..common import KeyAccountCommon

YEAR = {"date_from": "2025-01-01", "date_to": "2025-12-31"}
# What is meant as of the evaluation, and says so.
OF_THE_EVALUATION = {
    "credit_limit",
    "account_value_type",
    "exposure",
    "credit_use_pct",
    "outside_territory_pct",
    "fit_score",
    "industry_fit_pct",
    "customer_profile_points",
}


@tagged("post_install", "-at_install")
class TestFiguresOfThePast(KeyAccountCommon):
    """A figure for a past period is the same whenever it is computed: what happened after its end changes nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.make_customer()
        cls.half_years = cls.env["account.payment.term"].create(
            {
                "name": "Halves",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": 30}),
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": 400}),
                ],
            }
        )

    def get_facts(self):
        self.env.flush_all()
        facts = self.collect(**YEAR, partner_ids=(self.customer.id,), with_business_only=False)[self.customer]
        return {code: value for code, value in facts.items() if code not in OF_THE_EVALUATION}

    def bill(self, **options):
        return self.make_invoice(
            self.customer, 1000, "2025-05-31", **{"due": "2025-06-30", "product": self.good, **options}
        )

    def reverse(self, invoice, day, **values):
        reversal = invoice._reverse_moves([{"invoice_date": day, "date": day, **values}], cancel=True)
        self.assertEqual(invoice.payment_state, "reversed")
        return reversal

    def test_an_invoice_that_is_credited_in_full_later_was_late(self):
        invoice = self.bill()
        expected = {"late_count": 1, "on_time_pct": 0, "average_days_late": 184, "overdue_amount": 1000}
        self.assert_facts(self.customer, expected, **YEAR)
        self.reverse(invoice, "2026-03-01")
        self.assert_facts(self.customer, expected, **YEAR)
        # In the year in which it was credited it says nothing about paying.
        both = {"date_from": "2025-01-01", "date_to": "2026-12-31"}
        self.assert_facts(self.customer, {"late_count": 0, "overdue_amount": 0}, **both)

    def test_one_that_is_credited_in_part_then_and_for_the_rest_later(self):
        invoice = self.bill(invoice_payment_term_id=self.half_years.id)
        receivable = invoice.line_ids.filtered(lambda line: line.display_type == "payment_term").sorted("date_maturity")
        refund = self.make_refund(self.customer, 500, "2025-06-01")
        (receivable[0] + refund.line_ids.filtered(lambda line: line.display_type == "payment_term")).reconcile()
        before = self.get_facts()
        self.assertEqual(before["on_time_count"], 1)
        later = self.make_refund(self.customer, 500, "2026-06-01")
        (receivable[1] + later.line_ids.filtered(lambda line: line.display_type == "payment_term")).reconcile()
        self.assertEqual(invoice.payment_state, "reversed")
        self.assertEqual(self.get_facts(), before)

    def test_what_happens_after_the_period_changes_nothing(self):
        order = self.make_order(self.customer, 500, "2025-05-01", quantity=5, cost=40)
        order.order_line.qty_delivered = 5
        ordered = order._create_invoices()
        ordered.write({"invoice_date": "2025-05-02", "invoice_date_due": "2025-06-02"})
        ordered.action_post()
        cancelled = self.make_order(self.customer, 500, "2025-05-01")
        foreign = self.bill(currency=self.euro)
        before = self.get_facts()
        self.assertEqual((before["order_count"], before["margin"], before["late_count"]), (2, 300 + 1940, 2))
        events = {
            "paid": lambda: self.make_payment(ordered, "2026-01-01"),
            "credited": lambda: self.reverse(foreign, "2026-01-01"),
            "written anew": lambda: self.make_invoice(self.customer, 900, "2026-01-02", product=self.good),
            "cost of the product": lambda: self.good.write({"standard_price": 99}),
            "cost on the order": lambda: order.order_line.write({"purchase_price": 77}),
            "cancelled": lambda: cancelled._action_cancel(),
            "rate": lambda: self.euro.rate_ids.create(
                {"currency_id": self.euro.id, "name": "2026-01-01", "rate": 5, "company_id": self.company.id}
            ),
            "archived": lambda: self.good.action_archive(),
            "customer archived": lambda: self.customer.action_archive(),
        }
        for name, event in events.items():
            with self.subTest(name):
                event()
                self.assertEqual(self.get_facts(), before)

    def test_an_order_that_was_cancelled_in_the_period_does_not_count(self):
        order, quotation = (
            self.make_order(self.customer, 500, "2025-05-01", confirm=confirm) for confirm in (True, False)
        )
        with freeze_time("2025-12-31 12:00:00"):
            order._action_cancel()
        quotation._action_cancel()
        self.assert_facts(self.customer, {"order_count": 0}, **YEAR)

    def test_an_order_that_is_cancelled_later_and_confirmed_again_counts_on_its_new_day(self):
        order = self.make_order(self.customer, 500, "2025-05-01")
        with freeze_time("2026-02-01 12:00:00"):
            order._action_cancel()
            self.assert_facts(self.customer, {"order_count": 1}, **YEAR)
            order.action_draft()
            order.action_confirm()
            self.env.flush_all()
        self.assert_facts(self.customer, {"order_count": 0}, **YEAR)
        self.assert_facts(self.customer, {"order_count": 1}, date_from="2026-01-01", date_to="2026-12-31")

    def test_the_cost_is_that_of_posting(self):
        """Lines that were posted before the addon came have the cost of now."""
        invoice = self.bill(quantity=10)
        self.assert_facts(self.customer, {"margin": 400}, **YEAR)
        self.good.standard_price = 80
        self.assert_facts(self.customer, {"margin": 400}, **YEAR)
        refund = self.reverse(invoice, "2025-07-01")
        self.assert_facts(self.customer, {"margin": 0}, **YEAR)
        self.env.flush_all()
        lines = (invoice + refund).invoice_line_ids
        self.env.cr.execute("UPDATE account_move_line SET key_account_unit_cost = NULL WHERE id = ANY(%s)", [lines.ids])
        self.assert_facts(self.customer, {"margin": 0}, **YEAR)
        self.assert_facts(self.customer, {"margin": 200}, date_from="2025-01-01", date_to="2025-06-30")

    def test_what_is_of_the_evaluation_says_so_in_its_name(self):
        for code in ("credit_limit", "exposure", "credit_use_pct", "account_value_type", "outside_territory_pct"):
            self.assertTrue(self.get_metric(code).name.endswith("at Evaluation"), code)
