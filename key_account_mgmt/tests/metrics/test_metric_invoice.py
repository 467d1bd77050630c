from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ...models.metrics.collection_scope import CollectionScope
from ..common import KeyAccountCommon


@tagged("post_install", "-at_install")
class TestRevenueMetrics(KeyAccountCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.make_customer()

    def test_revenue_is_invoices_less_credit_notes(self):
        self.make_invoice(self.customer, 1000, "2024-02-01")
        self.make_invoice(self.customer, 200.55, "2024-03-01")
        self.make_refund(self.customer, 100.05, "2024-04-01")
        self.assert_facts(self.customer, {"revenue": "1100.50", "invoice_count": 2})

    def test_taxes_are_no_revenue(self):
        tax = self.percent_tax(10)
        line = {"name": "Taxed", "price_unit": 100, "quantity": 1, "tax_ids": [Command.set(tax.ids)]}
        invoice = self.make_invoice(self.customer, 100, "2024-02-01", lines=[line])
        self.assertEqual(invoice.amount_total, 110)
        self.assert_facts(self.customer, {"revenue": 100})

    def test_both_ends_of_the_period_count(self):
        for day, amount in (("2023-12-31", 1), ("2024-01-01", 10), ("2024-12-31", 100), ("2025-01-01", 1000)):
            self.make_invoice(self.customer, amount, day)
        self.assert_facts(self.customer, {"revenue": 110, "revenue_previous": 1, "invoice_count": 2})

    def test_only_posted_customer_documents_of_the_company_count(self):
        other = self.setup_other_company(currency_id=self.company.currency_id.id)["company"]
        self.make_invoice(self.customer, 7, "2024-02-01")
        self.make_invoice(self.customer, 10, "2024-02-01", post=False)
        self.make_invoice(self.customer, 20, "2024-02-01").button_cancel()
        self.make_invoice(self.customer, 40, "2024-02-01", move_type="in_invoice")
        self.make_invoice(self.customer, 80, "2024-02-01", company=other)
        self.make_invoice(self.customer, 160, "2024-02-01", move_type="out_receipt")
        self.assert_facts(self.customer, {"revenue": 7, "invoice_count": 1})
        self.assert_facts(self.customer, {"revenue": 80, "invoice_count": 1}, company=other)

    def test_foreign_documents_count_at_their_own_rate(self):
        self.euro.rate_ids.create(
            {"currency_id": self.euro.id, "name": "2024-06-01", "rate": 0.25, "company_id": self.company.id}
        )
        self.make_invoice(self.customer, 100, "2024-05-31", currency=self.euro)
        self.make_invoice(self.customer, 100, "2024-06-01", currency=self.euro)
        self.make_refund(self.customer, 10, "2024-06-02", currency=self.euro)
        self.assert_facts(self.customer, {"revenue": 200 + 400 - 40})

    def test_contacts_count_for_their_commercial_partner(self):
        contact = self.make_customer(parent_id=self.customer.id, name="Purchasing")
        self.make_invoice(contact, 30, "2024-02-01")
        self.assertEqual(list(self.collect()), [self.customer])
        self.assert_facts(self.customer, {"revenue": 30})

    def test_history_follows_a_customer_who_became_a_contact(self):
        shop = self.make_customer(name="Shop", is_company=False)
        self.make_invoice(shop, 30, "2024-02-01")
        shop.parent_id = self.customer
        self.assertEqual(list(self.collect()), [self.customer])
        self.assert_facts(self.customer, {"revenue": 30, "invoice_count": 1})

    def test_growth(self):
        cases = [
            # previous, revenue, growth
            (100, 150, 50),
            (300, 400, "33.333333333333"),
            (300, 100, "-66.666666666667"),
            (100, -50, -150),
            (0, 100, None),
            (-100, 100, None),
        ]
        for previous, revenue, growth in cases:
            with self.subTest(previous=previous, revenue=revenue):
                customer = self.make_customer()
                for amount, day in ((previous, "2023-06-01"), (revenue, "2024-06-01")):
                    make = self.make_invoice if amount >= 0 else self.make_refund
                    make(customer, abs(amount), day)
                self.assert_facts(customer, {"revenue_previous": previous, "growth_pct": growth})

    def test_previous_period_has_the_same_length(self):
        cases = [
            # whole months: as many months
            (("2024-01-01", "2024-12-31"), ("2023-01-01", "2023-12-31")),
            (("2023-04-01", "2024-03-31"), ("2022-04-01", "2023-03-31")),
            (("2024-02-01", "2024-02-29"), ("2024-01-01", "2024-01-31")),
            (("2024-03-01", "2024-03-31"), ("2024-02-01", "2024-02-29")),
            # anything else: as many days
            (("2024-03-11", "2024-03-20"), ("2024-03-01", "2024-03-10")),
            (("2024-03-01", "2024-03-30"), ("2024-01-31", "2024-02-29")),
            (("2024-03-15", "2024-03-15"), ("2024-03-14", "2024-03-14")),
        ]
        for period, previous in cases:
            with self.subTest(period=period):
                scope = self.make_scope(*period)
                self.assertEqual(scope.previous_period, tuple(date.fromisoformat(day) for day in previous))

    def test_months_of_a_period(self):
        cases = [("2024-01-01", "2024-12-31", 12), ("2024-01-31", "2024-02-01", 2), ("2024-05-05", "2024-05-06", 1)]
        for date_from, date_to, months in cases:
            scope = CollectionScope(self.company, date.fromisoformat(date_from), date.fromisoformat(date_to))
            self.assertEqual(scope.month_count, months)

    def test_active_months_are_months_with_an_invoice(self):
        for day in ("2023-11-05", "2024-01-01", "2024-01-31", "2024-12-31"):
            self.make_invoice(self.customer, 10, day)
        self.make_refund(self.customer, 10, "2024-07-01")
        self.assert_facts(self.customer, {"active_months": 2, "invoice_count": 3})
        self.assert_facts(self.customer, {"active_months": 3}, date_from="2010-06-15")
        self.assert_facts(self.customer, {"active_months": 0}, date_from="2024-07-01", date_to="2024-07-31")

    def test_share_of_the_largest_invoice(self):
        cases = [
            # invoices, credit notes, share
            ([700, 300], [], 70),
            ([100], [], 100),
            ([1, 1, 1], [], "33.333333333333"),
            ([700, 300], [300], 100),
            ([700, 300], [500], 140),
            ([100], [100], None),
            ([100], [150], None),
            ([], [10], None),
        ]
        for invoices, refunds, share in cases:
            with self.subTest(invoices=invoices, refunds=refunds):
                customer = self.make_customer()
                for amount in invoices:
                    self.make_invoice(customer, amount, "2024-03-01")
                for amount in refunds:
                    self.make_refund(customer, amount, "2024-03-02")
                self.assert_facts(customer, {"largest_invoice_share_pct": share})

    def test_return_rate(self):
        cases = [
            ([200], [], 0),
            ([200], [50], 25),
            ([300], [100], "33.333333333333"),
            ([], [50], None),
            ([0], [5], None),
        ]
        for invoices, refunds, rate in cases:
            with self.subTest(invoices=invoices, refunds=refunds):
                customer = self.make_customer()
                for amount in invoices:
                    self.make_invoice(customer, amount, "2024-03-01")
                for amount in refunds:
                    self.make_refund(customer, amount, "2024-03-02")
                self.assert_facts(customer, {"return_rate_pct": rate})

    def test_days_since_last_invoice_look_back_beyond_the_period(self):
        cases = [
            # invoices, days
            (["2024-12-31"], 0),
            (["2024-12-30", "2024-01-01"], 1),
            (["2023-12-31"], 366),
            (["2024-12-01", "2025-01-01"], 30),
            ([], None),
        ]
        for days, expected in cases:
            with self.subTest(days=days):
                customer = self.make_customer()
                self.make_refund(customer, 1, "2024-12-31")
                for day in days:
                    self.make_invoice(customer, 10, day)
                self.assert_facts(customer, {"days_since_last_invoice": expected})

    def test_customer_years_are_completed_years(self):
        cases = [
            ("2023-01-01", 2),
            ("2023-01-02", 1),
            ("2024-01-01", 1),
            ("2024-01-02", 0),
            ("2024-12-31", 0),
            ("2020-02-29", 4),
        ]
        for first, years in cases:
            with self.subTest(first=first):
                customer = self.make_customer()
                self.make_invoice(customer, 10, first)
                self.make_invoice(customer, 10, "2024-12-31")
                self.assert_facts(customer, {"customer_years": years})

    def test_customer_years_are_missing_without_an_invoice(self):
        self.make_refund(self.customer, 10, "2024-02-01")
        self.assert_facts(self.customer, {"customer_years": None, "invoice_count": 0, "revenue": -10})

    def test_huge_and_tiny_amounts_stay_exact(self):
        # Odoo refuses to post 10^15 in cents: only a migration can bring such documents in.
        huge = self.make_invoice(self.customer, 1, "2024-02-01")
        self.make_invoice(self.customer, 0.01, "2024-02-01")
        self.env.flush_all()
        self.env.cr.execute("UPDATE account_move SET amount_untaxed_signed = 1e15 WHERE id = %s", [huge.id])
        self.assert_facts(
            self.customer, {"revenue": "1000000000000000.01", "largest_invoice_share_pct": "100", "growth_pct": None}
        )

    def test_what_is_not_a_number_is_missing(self):
        broken = self.make_invoice(self.customer, 1, "2024-02-01")
        self.env.flush_all()
        self.env.cr.execute("UPDATE account_move SET amount_untaxed_signed = 'NaN' WHERE id = %s", [broken.id])
        self.assert_facts(self.customer, {"revenue": None, "margin": None, "growth_pct": None, "invoice_count": 1})


@tagged("post_install", "-at_install")
class TestMarginMetrics(KeyAccountCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.make_customer()

    def _invoice_order(self, order, day="2024-03-01"):
        for line in order.order_line:
            line.qty_delivered = line.product_uom_qty
        invoice = order._create_invoices()
        invoice.invoice_date = day
        invoice.action_post()
        return invoice

    def test_cost_is_the_products_without_an_order(self):
        self.make_invoice(self.customer, 1000, "2024-03-01", product=self.good, quantity=10)
        self.assert_facts(self.customer, {"margin": 400, "margin_pct": 40})

    def test_what_is_not_a_product_costs_nothing(self):
        lines = [
            {"name": "Work", "price_unit": 100, "quantity": 1},
            {"name": "Title", "display_type": "line_section"},
            {"name": "Remark", "display_type": "line_note"},
        ]
        self.make_invoice(self.customer, 100, "2024-03-01", lines=lines)
        self.assert_facts(self.customer, {"margin": 100, "margin_pct": 100})

    def test_credit_notes_give_margin_back(self):
        self.make_invoice(self.customer, 1000, "2024-03-01", product=self.good, quantity=10)
        self.make_refund(self.customer, 300, "2024-03-02", product=self.good, quantity=3)
        self.assert_facts(self.customer, {"revenue": 700, "margin": 280, "margin_pct": 40})

    def test_margin_rate_is_missing_without_revenue(self):
        self.make_refund(self.customer, 100, "2024-03-01", product=self.good)
        self.assert_facts(self.customer, {"margin": -40, "margin_pct": None})

    def test_margin_can_be_negative(self):
        self.make_invoice(self.customer, 30, "2024-03-01", product=self.good)
        self.assert_facts(self.customer, {"margin": -30, "margin_pct": -100})

    def test_cost_at_the_time_comes_from_the_order(self):
        order = self.make_order(self.customer, 1000, "2024-03-01", quantity=10, cost=70)
        self.good.standard_price = 90
        invoice = self._invoice_order(order)
        self.assert_facts(self.customer, {"revenue": 1000, "margin": 300})
        refund = invoice._reverse_moves([{"invoice_date": "2024-03-05", "date": "2024-03-05"}])
        refund.action_post()
        self.assert_facts(self.customer, {"revenue": 0, "margin": 0})

    def test_cost_of_an_order_in_foreign_currency(self):
        order = self.make_order(self.customer, 100, "2024-03-01", currency=self.euro, quantity=2)
        self.assertEqual(order.order_line.purchase_price, 30)
        self._invoice_order(order)
        self.assert_facts(self.customer, {"revenue": 200, "margin": 80})

    def test_units_of_measure_are_converted(self):
        dozen = {"name": "Dozen", "product_id": self.good.id, "quantity": 1, "product_uom_id": self.uom_dozen.id}
        self.make_invoice(self.customer, 0, "2024-03-01", lines=[{**dozen, "price_unit": 1000}])
        self.assert_facts(self.customer, {"revenue": 1000, "margin": 280})

    def test_units_of_the_order_are_converted(self):
        order = self.make_order(self.customer, 1000, "2024-03-01")
        order.order_line.write({"product_uom_id": self.uom_dozen.id, "price_unit": 1000, "purchase_price": 600})
        order.order_line.qty_delivered = 1
        invoice = order._create_invoices()
        line = invoice.invoice_line_ids.filtered("product_id")
        line.write({"product_uom_id": self.uom_unit.id, "quantity": 6, "price_unit": 90})
        invoice.invoice_date = "2024-03-01"
        invoice.action_post()
        self.assert_facts(self.customer, {"revenue": 540, "margin": 240})

    def test_a_line_of_several_order_lines_costs_their_mean(self):
        first = self.make_order(self.customer, 100, "2024-03-01", cost=40)
        second = self.make_order(self.customer, 100, "2024-03-01", cost=60)
        line = {
            "name": "Both",
            "product_id": self.good.id,
            "quantity": 2,
            "price_unit": 100,
            "sale_line_ids": [Command.set((first + second).order_line.ids)],
        }
        self.make_invoice(self.customer, 0, "2024-03-01", lines=[line])
        self.assert_facts(self.customer, {"revenue": 200, "margin": 100})

    def test_down_payments_cost_nothing(self):
        order = self.make_order(self.customer, 1000, "2024-03-01", quantity=10, cost=70)
        wizard = self.env["sale.advance.payment.inv"].create(
            {"sale_order_ids": order.ids, "advance_payment_method": "fixed", "fixed_amount": 400}
        )
        advance = wizard._create_invoices(order)
        advance.invoice_date = "2024-03-01"
        advance.action_post()
        self.assert_facts(self.customer, {"revenue": 400, "margin": 400})
        order.order_line.filtered("product_id").qty_delivered = 10
        final = order._create_invoices(final=True)
        final.invoice_date = "2024-03-02"
        final.action_post()
        self.assert_facts(self.customer, {"revenue": 1000, "margin": 300})

    def test_each_company_has_its_own_cost(self):
        other = self.setup_other_company(currency_id=self.company.currency_id.id)["company"]
        self.good.with_company(other).standard_price = 10
        self.make_invoice(self.customer, 100, "2024-03-01", product=self.good, company=other)
        self.assert_facts(self.customer, {"margin": 90}, company=other)

    def test_margin_is_rounded_to_the_currency(self):
        self.good.standard_price = 0.333
        self.make_invoice(self.customer, 10, "2024-03-01", product=self.good, quantity=5)
        self.assert_facts(self.customer, {"margin": "8.34", "margin_pct": "83.4"})
