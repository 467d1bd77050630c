from decimal import Decimal

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..credit_common import CreditCommon


class TestExposure(CreditCommon):
    """What counts against a customer's credit, where, and once."""

    # --- Receivables ---

    def test_posted_invoices_count_by_what_is_open(self):
        invoice = self.make_invoice(self.customer, 500, "2026-01-10")
        self.assert_exposure(receivable=500)
        self.make_payment(invoice, "2026-01-20", amount=200)
        self.assert_exposure(receivable=300)
        self.make_payment(invoice, "2026-01-21")
        self.assert_exposure()

    def test_money_and_credits_that_are_not_matched_take_off(self):
        self.make_invoice(self.customer, 500, "2026-01-10")
        self.prepay(self.customer, 120)
        self.make_refund(self.customer, 50, "2026-01-11")
        self.assert_exposure(receivable=500, unallocated=170)
        self.assertEqual(self.get_exposure().used, Decimal(330))

    def test_credit_beyond_debt_is_below_zero(self):
        self.prepay(self.customer, 120)
        self.assertEqual(self.get_exposure().used, Decimal(-120))

    def test_foreign_invoices_count_at_their_own_rate(self):
        self.make_invoice(self.customer, 100, "2026-01-10", currency=self.euro)
        self.assert_exposure(receivable=200)

    def test_vendor_bills_do_not_count(self):
        self.make_invoice(self.customer, 500, "2026-01-10", move_type="in_invoice")
        self.make_invoice(self.customer, 500, "2026-01-10", move_type="in_invoice", post=False)
        self.assert_exposure()

    def test_an_account_counts_by_what_it_is_today(self):
        invoice = self.make_invoice(self.customer, 500, "2026-01-10")
        account = invoice.line_ids.account_id.filtered(lambda one: one.account_type == "asset_receivable")
        account.account_type = "asset_current"
        self.assert_exposure()

    # --- Drafts ---

    def test_draft_invoices_count_also_outside_orders(self):
        draft = self.make_invoice(self.customer, 500, "2026-01-10", post=False)
        self.assert_exposure(draft_invoices=500)
        draft.action_post()
        self.assert_exposure(receivable=500)
        draft.button_draft()
        self.assert_exposure(draft_invoices=500)
        draft.button_cancel()
        self.assert_exposure()
        draft.button_draft()
        draft.unlink()
        self.assert_exposure()

    def test_draft_receipts_count(self):
        self.make_invoice(self.customer, 500, "2026-01-10", post=False, move_type="out_receipt")
        self.assert_exposure(draft_invoices=500)

    def test_draft_credit_notes_give_no_credit(self):
        self.make_invoice(self.customer, 500, "2026-01-10")
        refund = self.make_refund(self.customer, 200, "2026-01-11", post=False)
        self.make_invoice(self.customer, -300, "2026-01-11", post=False)
        self.assert_exposure(receivable=500)
        refund.action_post()
        self.assert_exposure(receivable=500, unallocated=200)

    def test_draft_of_an_order_counts_once(self):
        order = self.sell(self.customer, (10, 50))
        self.assert_exposure(orders=500)
        draft = self.bill(order, post=False)
        self.assert_exposure(draft_invoices=500)
        draft.button_cancel()
        self.assert_exposure(orders=500)

    # --- Orders ---

    def test_orders_count_from_confirmation_to_cancellation(self):
        order = self.sell(self.customer, (10, 50), confirm=False)
        self.assert_exposure()
        order.action_confirm()
        self.assert_exposure(orders=500)
        order._action_cancel()
        self.assert_exposure()

    def test_locked_orders_count(self):
        order = self.sell(self.customer, (10, 50))
        order.action_lock()
        self.assert_exposure(orders=500)

    def test_goods_invoiced_on_delivery_count_before_they_are_delivered(self):
        order = self.sell(self.customer, {"product_id": self.delivered.id, "product_uom_qty": 10, "price_unit": 50})
        self.assertEqual(order.amount_to_invoice, 0)
        self.assert_exposure(orders=500)
        order.order_line.qty_delivered = 4
        self.assert_exposure(orders=500)
        self.bill(order)
        self.assert_exposure(receivable=200, orders=300)

    def test_more_delivered_than_ordered(self):
        table = [(self.delivered, 600), (self.good, 500)]
        for product, expected in table:
            with self.subTest(product.name):
                customer = self.make_customer()
                order = self.sell(customer, {"product_id": product.id, "product_uom_qty": 10, "price_unit": 50})
                order.order_line.qty_delivered = 12
                self.assert_exposure(customer, orders=expected)

    def test_invoiced_quantities_count_pro_rata_with_taxes(self):
        order = self.sell(self.customer, {"product_uom_qty": 3, "price_unit": 33.33, "tax_ids": self.tax.ids})
        self.assert_exposure(orders=109.99)
        invoice = self.bill(order, post=False)
        invoice.invoice_line_ids.quantity = 1
        # 109.99 × 2 ÷ 3
        self.assert_exposure(draft_invoices=36.66, orders=73.33)

    def test_invoicing_more_than_ordered_gives_no_credit(self):
        order = self.sell(self.customer, (10, 50), (1, 70))
        invoice = self.bill(order, post=False)
        invoice.invoice_line_ids[0].quantity = 12
        invoice.invoice_line_ids[1].unlink()
        invoice.action_post()
        self.assert_exposure(receivable=600, orders=70)

    def test_orders_below_zero_give_no_credit(self):
        self.sell(self.customer, (-10, 50))
        self.sell(self.customer, (2, 50), (1, -30))
        self.assert_exposure(orders=70)

    def test_credited_quantities_are_to_be_invoiced_again(self):
        order = self.sell(self.customer, (10, 50))
        invoice = self.bill(order)
        refund = self.credit(invoice, post=False)
        self.assert_exposure(receivable=500)
        # Odoo matches it with the invoice when it is posted.
        refund.action_post()
        self.assert_exposure(orders=500)

    def test_crediting_more_than_was_invoiced_does_not_open_more_than_the_order(self):
        order = self.sell(self.customer, (10, 50))
        invoice = self.bill(order)
        self.credit(invoice)
        self.credit(invoice)
        self.assert_exposure(unallocated=500, orders=500)

    def test_changed_orders_count_as_they_are(self):
        order = self.sell(self.customer, (10, 100))
        table = [
            ({"product_uom_qty": 20}, 2000),
            ({"discount": 50}, 1000),
            ({"price_unit": 10}, 100),
            ({"tax_ids": [Command.set(self.tax.ids)]}, 110),
            ({"product_uom_qty": 0}, 0),
        ]
        for values, expected in table:
            with self.subTest(values):
                order.order_line.write(values)
                self.assert_exposure(orders=expected)

    # --- Down payments ---

    def test_down_payment_counts_once(self):
        order = self.sell(self.customer, (10, 100))
        advance = self.pay_in_advance(order, 300, post=False)
        self.assert_exposure(draft_invoices=300, orders=700)
        advance.action_post()
        self.assert_exposure(receivable=300, orders=700)
        self.make_payment(advance, advance.invoice_date)
        self.assert_exposure(orders=700)
        final = self.bill(order, post=False, final=True)
        self.assert_exposure(draft_invoices=700)
        final.action_post()
        self.assert_exposure(receivable=700)

    def test_cancelled_down_payment_takes_nothing_off(self):
        order = self.sell(self.customer, (10, 100))
        self.pay_in_advance(order, 300, post=False).button_cancel()
        self.assert_exposure(orders=1000)

    def test_credited_down_payment_takes_nothing_off(self):
        order = self.sell(self.customer, (10, 100))
        advance = self.pay_in_advance(order, 300)
        refund = self.credit(advance, post=False)
        self.assert_exposure(receivable=300, orders=700)
        refund.action_post()
        self.assert_exposure(orders=1000)

    def test_a_line_that_is_called_a_down_payment_counts(self):
        self.sell(self.customer, {"product_uom_qty": 10, "price_unit": 100, "is_downpayment": True})
        self.assert_exposure(orders=1000)

    # --- Whose credit ---

    def test_whoever_is_invoiced_owes(self):
        payer = self.make_customer(name="Payer")
        order = self.sell(self.customer, (10, 50), partner_invoice_id=payer.id)
        self.assert_exposure()
        self.assert_exposure(payer, orders=500)
        self.bill(order)
        self.assert_exposure(payer, receivable=500)

    def test_contacts_owe_for_their_company(self):
        contact = self.make_customer(parent_id=self.customer.id)
        self.sell(contact, (10, 50))
        self.make_invoice(contact, 70, "2026-01-10")
        self.make_invoice(contact, 30, "2026-01-10", post=False)
        self.assert_exposure(contact, receivable=70, draft_invoices=30, orders=500)

    def test_history_of_a_customer_that_got_a_parent_counts_for_the_parent(self):
        contact = self.make_customer(is_company=True)
        self.sell(contact, (10, 50))
        self.make_invoice(contact, 70, "2026-01-10")
        contact.write({"is_company": False, "parent_id": self.customer.id})
        self.assert_exposure(receivable=70, orders=500)

    def test_a_detached_contact_takes_its_orders_along_and_leaves_what_was_booked(self):
        contact = self.make_customer(parent_id=self.customer.id)
        self.sell(contact, (10, 50))
        self.make_invoice(contact, 70, "2026-01-10")
        contact.parent_id = False
        self.assert_exposure(receivable=70)
        self.assert_exposure(contact, orders=500)

    def test_merged_customers_owe_together(self):
        other = self.make_customer(name="Other")
        self.sell(other, (10, 50))
        self.make_invoice(other, 70, "2026-01-10")
        self.make_invoice(other, 30, "2026-01-10", post=False)
        self.env.flush_all()
        merge = self.env["base.partner.merge.automatic.wizard"]
        merge._merge((other | self.customer).ids, self.customer, extra_checks=False)
        self.env.invalidate_all()
        self.assert_exposure(receivable=70, draft_invoices=30, orders=500)

    def test_companies_count_apart(self):
        other = self.setup_other_company(currency_id=self.company.currency_id.id)["company"]
        self.sell(self.customer, (10, 50), company=other)
        self.make_invoice(self.customer, 70, "2026-01-10")
        self.assert_exposure(receivable=70)
        self.assert_exposure(company=other, orders=500)
        # Whatever company the user is in.
        exposures = self.exposure.with_company(other)._get_exposures(self.customer, self.company)
        self.assertEqual(exposures[self.customer].used, 70)

    # --- Currencies ---

    @freeze_time("2026-11-25")
    def test_foreign_orders_count_at_todays_rate(self):
        order = self.make_order(self.customer, 100, "2026-01-10", currency=self.euro)
        self.assert_exposure(orders=200)
        self.euro.rate_ids.create(
            [
                {"currency_id": self.euro.id, "name": "2026-11-25", "rate": 0.3, "company_id": self.company.id},
                {"currency_id": self.euro.id, "name": "2026-11-26", "rate": 0.1, "company_id": self.company.id},
            ]
        )
        self.assert_exposure(orders=333.33)
        self.assertEqual(self.exposure._get_order_values(order), {order: Decimal("333.33")})

    def test_a_currency_without_rate_counts_one_to_one_and_is_told(self):
        yen = self._enable_currency("JPY")
        yen.rate_ids.unlink()
        order = self.make_order(self.customer, 100, "2026-01-10", currency=yen)
        self.assert_exposure(orders=100)
        self.assertEqual(self.get_exposure().unrated, ("JPY",))
        self.assertEqual(self.exposure._get_order_values(order, strict=False), {order: Decimal(100)})
        with self.assertRaisesRegex(UserError, "JPY.*no exchange rate"):
            self.exposure._get_order_values(order)

    # --- Several, some left out, overdue ---

    def test_orders_can_be_left_out(self):
        orders = self.sell(self.customer, (10, 50)) | self.sell(self.customer, (1, 70))
        quotation = self.sell(self.customer, (1, 20), confirm=False)
        euros = self.make_order(self.customer, 100, "2026-01-10", currency=self.euro)
        self.assertEqual(self.get_exposure(without_orders=orders[0] | quotation).orders, 270)
        self.assertEqual(self.get_exposure(without_orders=euros).orders, 570)
        self.assertEqual(self.get_exposure(without_orders=orders | euros).used, 0)
        self.assertEqual(
            self.exposure._get_order_values(orders | quotation),
            {orders[0]: Decimal(500), orders[1]: Decimal(70), quotation: Decimal(20)},
        )

    def test_any_number_of_customers_is_one_statement(self):
        customers = self.env["res.partner"].union(*(self.make_customer() for _number in range(5)))
        for customer in customers:
            self.sell(customer, (1, 10))
        self.env.flush_all()
        self.company._get_key_account_credit_facts()  # known in any request
        with self.assertQueryCount(1):
            exposures = self.exposure._get_exposures(customers, self.company)
        self.assertEqual([exposures[customer].used for customer in customers], [10] * 5)
        self.assertEqual(self.exposure._get_exposures(customers.browse(), self.company), {})

    @freeze_time("2026-02-10")
    def test_overdue_is_what_was_due_more_than_n_days_ago(self):
        self.make_invoice(self.customer, 100, "2026-01-01", due="2026-01-31")
        self.make_invoice(self.customer, 10, "2026-01-01", due="2026-02-09")
        self.make_invoice(self.customer, 1, "2026-01-01", due="2026-02-10")
        self.prepay(self.customer, 5)
        for days, expected in ((0, 105), (1, 95), (9, 95), (10, 0)):
            with self.subTest(days):
                self.assertEqual(self.exposure._get_overdue(self.customer, self.company, days)[self.customer], expected)
                self.assertEqual(self.get_exposure(overdue_days=days).overdue, expected)
        self.assertEqual(self.get_exposure().overdue, 0)

    # --- Nobody can talk it down ---

    def test_what_is_kept_with_orders_cannot_be_written(self):
        salesperson = self.make_salesperson()
        order = self.sell(self.customer, (10, 50), user_id=salesperson.id).with_user(salesperson)
        with self.assertRaises(AccessError):
            order.write({"key_account_uninvoiced_amount": 0})
        with self.assertRaises(AccessError):
            order.order_line.write({"key_account_uninvoiced_amount": 0})
        self.assertEqual(order.key_account_uninvoiced_amount, 500)
        order.order_line.write({"price_total": 0, "qty_invoiced": 10})
        order.write({"amount_total": 0})
        self.assert_exposure(orders=500)
        order.order_line.write({"discount": 10})
        self.assert_exposure(orders=450)

    def test_defaults_of_a_remote_call_do_not_pass_for_it(self):
        salesperson = self.make_salesperson()
        orders = (
            self.env["sale.order"].with_company(self.company).with_context(default_key_account_uninvoiced_amount=1.0)
        )
        line = Command.create({"product_id": self.good.id, "product_uom_qty": 10, "price_unit": 50, "tax_ids": []})
        values = {"partner_id": self.customer.id, "order_line": [line]}
        # Others create orders for customers, with rights that ask nothing.
        for number, seller in enumerate((salesperson, self.env.ref("base.user_root")), 1):
            orders.with_user(seller).create(values).sudo().action_confirm()
            self.assert_exposure(orders=500 * number)

    def test_a_date_in_the_context_hides_no_invoice(self):
        order = self.sell(self.customer, (10, 50)).with_context(accrual_entry_date="1999-01-01")
        self.bill(order)
        self.assert_exposure(receivable=500)

    @classmethod
    def make_salesperson(cls):
        return cls.env["res.users"].create(
            {
                "name": "Salesperson",
                "login": "credit_salesperson",
                "company_id": cls.company.id,
                "company_ids": [Command.set(cls.company.ids)],
                "group_ids": [Command.set(cls.env.ref("sales_team.group_sale_salesman").ids)],
            }
        )


class TestExposureEntries(CreditCommon):
    """The entries behind the sums."""

    def get_sums(self):
        self.env.flush_all()
        entries = self.env["key.account.exposure.entry"]
        groups = entries._read_group(
            [], ["kind", "partner_id", "company_id", "account_id", "currency_id"], ["amount:sum"]
        )
        return {tuple(key): round(amount, 6) for *key, amount in groups if round(amount, 6)}

    def test_putting_together_and_counting_anew_change_no_sum(self):
        order = self.sell(self.customer, (10, 50))
        for quantity in range(60):
            order.order_line.product_uom_qty = quantity
            self.env.flush_all()
        self.make_invoice(self.customer, 500, "2026-01-10")
        before = self.get_sums()
        entries = self.env["key.account.exposure.entry"]
        self.assertGreater(entries.search_count([("partner_id", "=", self.customer.id)]), 60)
        entries._gc_entries()
        self.assertEqual(entries.search_count([("partner_id", "=", self.customer.id)]), 2)
        self.assertEqual(self.get_sums(), before)
        entries._rebuild()
        self.assertEqual(self.get_sums(), before)

    def test_whoever_administers_sees_entries_and_nobody_changes_them(self):
        self.sell(self.customer, (10, 50))
        entries = self.env["key.account.exposure.entry"].with_user(self.env.ref("base.user_admin"))
        with self.assertRaises(AccessError):
            entries.create({"kind": "order", "partner_id": self.customer.id, "company_id": 1, "amount": -500})

    def test_what_is_written_by_sql_counts_too(self):
        order = self.sell(self.customer, (10, 50))
        self.env.flush_all()
        self.env.cr.execute("UPDATE sale_order SET key_account_uninvoiced_amount = 70 WHERE id = %s", [order.id])
        self.assert_exposure(orders=70)

    def test_uninstalling_stops_entries(self):
        entries = self.env["key.account.exposure.entry"]
        entries._stop_entries()
        self.make_invoice(self.customer, 500, "2026-01-10")
        self.assert_exposure()
        entries._start_entries()
        self.assert_exposure(receivable=500)
