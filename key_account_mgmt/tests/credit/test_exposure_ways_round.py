from odoo.exceptions import AccessError
from odoo.fields import Command

from ..credit_guard_common import LINE, ORDER, CreditGuardCommon

WIZARD = "sale.advance.payment.inv"


class ExposureWaysRoundCommon(CreditGuardCommon):
    """The salesperson does what remote calls allow; limit 1,000."""

    def line(self, quantity, price, product=None, **values):
        return {"product_id": (product or self.good).id, "product_uom_qty": quantity, "price_unit": price, **values}

    def invoice(self, order, context=None, **values):
        """*Create Invoice* as the salesperson; the draft comes back."""
        before = order.invoice_ids
        values = {"advance_payment_method": "delivered", "sale_order_ids": [Command.set(order.ids)], **values}
        wizard = self.call(self.salesperson, WIZARD, "create", values, context=context)
        self.call(self.salesperson, WIZARD, "create_invoices", [wizard], context=context)
        self.env.flush_all()
        self.env.invalidate_all()
        return order.invoice_ids - before

    def change(self, records, **values):
        self.call(self.salesperson, records._name, "write", records.ids, values)
        self.env.flush_all()


class TestNothingTakesOffWhatCanBeOwed(ExposureWaysRoundCommon):
    """A line below zero takes off only what cannot be invoiced without it."""

    def test_a_line_below_zero_counts_as_far_as_the_next_invoice_contains_it(self):
        good, delivered = self.good, self.delivered
        table = [
            # lines: quantity, price, product, delivered; what counts
            ([(10, 500, good, 0), (1, -4500, good, 0)], 500),
            ([(10, 500, good, 0), (1, -4500, delivered, 0)], 5000),
            ([(10, 500, good, 0), (1, -4500, delivered, 1)], 500),
            ([(10, 500, good, 0), (10, -450, delivered, 4)], 3200),
            ([(10, 500, delivered, 0), (1, -4500, good, 0)], 5000),
            ([(10, 500, delivered, 10), (1, -4500, good, 0)], 500),
            ([(10, 500, delivered, 4), (1, -1500, good, 0)], 3500),
            ([(10, 500, delivered, 2), (1, -1500, good, 0)], 4000),
            ([(10, 500, delivered, 0), (1, -4500, delivered, 0)], 5000),
            # Returns are deducted only if the user wants them to be.
            ([(10, 500, good, 0), (-9, 500, good, 0)], 5000),
            ([(10, 500, good, 0), (-9, 500, delivered, -9)], 5000),
            ([(10, 500, good, 0), (-1, -100, good, 0)], 5100),
            ([(1, -4500, good, 0)], 0),
        ]
        for lines, expected in table:
            with self.subTest(lines=[(*line[:2], line[2].invoice_policy, line[3]) for line in lines]):
                customer = self.make_customer()
                order = self.sell(customer, *(self.line(*line[:3]) for line in lines))
                for line, (*_values, quantity) in zip(order.order_line, lines, strict=True):
                    line.qty_delivered = quantity
                self.assert_exposure(customer, orders=expected)

    def test_a_discount_that_is_never_delivered_confirms_nothing(self):
        order = self.offer(self.line(10, 500), self.line(1, -4500, self.delivered))
        self.assert_not_confirmed(order)

    def test_a_discount_for_goods_that_come_later_confirms_nothing(self):
        order = self.offer(self.line(10, 500, self.delivered), self.line(1, -4500))
        self.assert_not_confirmed(order)

    def test_a_discount_is_not_used_up_before_the_goods(self):
        order = self.confirmed(self.line(10, 500), self.line(1, -4500))
        goods = order.order_line[0]
        self.change(goods, product_uom_qty=0)
        self.invoice(order)
        self.assert_exposure()
        message = self.get_refusal(
            self.salesperson, LINE, "write", goods.ids, {"product_uom_qty": 10, "price_unit": 500}
        )
        self.assertIn("may have on credit", message)

    def test_a_discount_is_not_left_out_of_the_invoice(self):
        order = self.confirmed(self.line(10, 500), self.line(1, -4500))
        self.change(order.order_line[1], qty_to_invoice=0)
        self.invoice(order)
        self.assert_exposure(draft_invoices=500)

    def test_what_is_invoiced_as_ordered_uses_no_more_than_the_order(self):
        order = self.confirmed(self.line(10, 500), self.line(1, -4500))
        self.invoice(order)
        self.assert_exposure(draft_invoices=500)


class TestDraftsCountByWhatTheyBill(ExposureWaysRoundCommon):
    """Whatever the caller's context leaves out of a draft, it counts as what its lines come to."""

    def test_context_of_create_invoice(self):
        other = self.make_customer()
        contexts = [
            {"skip_invoice_sync": True},
            {"skip_invoice_line_sync": True},
            {"skip_invoice_sync": True, "skip_invoice_line_sync": True, "check_move_validity": False},
            {"skip_account_move_synchronization": True, "dynamic_unlink": True, "skip_readonly_check": True},
            {"skip_computed_taxes": True, "account_default_taxes": True},
            {"default_amount_total": 1.0, "default_amount_total_signed": 1.0, "default_price_total": 1.0},
            {"default_price_subtotal": 1.0, "default_balance": 0.01, "default_amount_currency": 0.01},
            {"default_key_account_draft_amount": 0.01, "default_key_account_draft_from": "2099-01-01"},
            {"default_commercial_partner_id": other.id, "default_move_type": "entry"},
            {"default_auto_post": "monthly", "default_date": "2099-01-01", "default_invoice_date": "2099-01-01"},
            {"default_invoice_currency_rate": 1000.0},
            {"default_display_type": "line_note", "default_quantity": 0.0, "default_discount": 100.0},
            {"default_state": "cancel"},
        ]
        for context in contexts:
            with self.subTest(context):
                customer = self.make_customer(credit_limit=1000)
                taxed = self.line(2, 500, tax_ids=self.tax.ids, discount=10)
                order = self.confirmed(taxed, customer=customer)
                self.invoice(order, context=context)
                self.assertEqual(self.get_exposure(customer).used, 990)
                self.assertFalse(self.get_exposure(other).used)
                self.assert_not_confirmed(self.offer(100, customer=customer))

    def test_context_of_a_down_payment(self):
        for context in ({"skip_invoice_sync": True}, {"default_price_total": 5000.0}):
            with self.subTest(context):
                customer = self.make_customer(credit_limit=1000)
                order = self.confirmed(self.line(2, 500), customer=customer)
                self.invoice(order, context=context, advance_payment_method="fixed", fixed_amount=100)
                self.assert_exposure(customer, draft_invoices=100, orders=900)

    def test_a_negative_tax_makes_no_draft_smaller(self):
        relief = self.tax.copy({"amount": -90, "name": "Relief"})
        order = self.confirmed(self.line(1, 1000, tax_ids=relief.ids))
        self.invoice(order)
        self.assert_exposure(draft_invoices=1000)

    def test_five_orders_are_not_confirmed_one_after_the_other(self):
        self.invoice(self.confirmed(1000), context={"skip_invoice_sync": True})
        for _number in range(4):
            self.assert_not_confirmed(self.offer(1000))

    def test_what_is_kept_with_drafts_is_not_written(self):
        draft = self.make_invoice(self.customer, 500, "2026-01-10", post=False)
        accountant = self.make_user("accountant", "account.group_account_invoice")
        for values in ({"key_account_draft_amount": 1}, {"key_account_draft_from": "2099-01-01"}):
            with self.subTest(values), self.assertRaises(AccessError):
                self.call(accountant, "account.move", "write", draft.ids, values)

    def test_foreign_drafts_count_at_todays_rate_like_orders(self):
        self.make_invoice(self.customer, 100, "2026-01-10", currency=self.euro, post=False)
        self.assert_exposure(draft_invoices=200)


class TestDraftsForSomebodyElse(ExposureWaysRoundCommon):
    """What is on a draft for another customer is still owed by who would be invoiced without it."""

    def test_the_payer_is_not_changed_behind_a_draft(self):
        rich = self.make_customer(name="Rich")
        order = self.confirmed(self.line(10, 500), partner_invoice_id=rich.id)
        self.invoice(order)
        self.assert_exposure(rich, draft_invoices=5000)
        message = self.get_refusal(
            self.salesperson, ORDER, "write", order.ids, {"partner_invoice_id": self.customer.id}
        )
        self.assertIn("may have on credit", message)
        self.assertEqual(order.partner_invoice_id, rich)

    def test_nor_behind_a_draft_of_a_down_payment(self):
        rich = self.make_customer(name="Rich")
        order = self.confirmed(self.line(10, 500), partner_invoice_id=rich.id)
        self.pay_in_advance(order, 4500, post=False)
        self.assert_exposure(rich, draft_invoices=4500, orders=500)
        self.assert_refused(self.salesperson, ORDER, "write", order.ids, {"partner_invoice_id": self.customer.id})

    def test_where_it_fits_both_count_until_the_draft_is_gone(self):
        rich = self.make_customer(name="Rich")
        order = self.confirmed(self.line(1, 500), partner_invoice_id=rich.id)
        draft = self.invoice(order)
        self.change(order, partner_invoice_id=self.customer.id)
        self.assert_exposure(rich, draft_invoices=500)
        self.assert_exposure(orders=500)
        draft.button_cancel()
        self.assert_exposure(rich)
        self.assert_exposure(orders=500)

    def test_what_was_posted_to_another_customer_is_invoiced(self):
        rich = self.make_customer(name="Rich")
        order = self.confirmed(self.line(2, 500), partner_invoice_id=rich.id)
        self.bill(order)
        order.partner_invoice_id = self.customer
        self.assert_exposure()

    def test_contacts_of_one_customer_are_one(self):
        contacts = [self.make_customer(parent_id=self.customer.id) for _number in range(2)]
        order = self.confirmed(self.line(2, 500), partner_invoice_id=contacts[0].id)
        self.invoice(order)
        self.change(order, partner_invoice_id=contacts[1].id)
        self.assert_exposure(draft_invoices=1000)

    def test_a_contact_that_leaves_its_company_takes_its_draft_along(self):
        contact = self.make_customer(parent_id=self.customer.id)
        order = self.sell(self.customer, (2, 500), partner_invoice_id=contact.id)
        self.bill(order, post=False)
        contact.parent_id = False
        self.assert_exposure()
        self.assert_exposure(contact, draft_invoices=1000)
        order.partner_invoice_id = self.customer
        self.assert_exposure(orders=1000)
        contact.parent_id = self.customer
        self.assert_exposure(draft_invoices=1000)
