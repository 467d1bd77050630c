from odoo.exceptions import AccessError, UserError

from ..credit_guard_common import LINE, ORDER, CreditGuardCommon

CLOSE = "action_close_key_account_invoicing"
REOPEN = "action_reopen_key_account_invoicing"


class TestOrderClosing(CreditGuardCommon):
    """Accounting decides that the rest of an order will not be invoiced; then it uses no credit either."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls.make_user("accountant", "account.group_account_invoice")

    def close(self, order, user=None):
        self.call(user or self.accountant, ORDER, CLOSE, order.ids)
        self.env.flush_all()
        self.env.invalidate_all()

    def reopen(self, order):
        self.call(self.accountant, ORDER, REOPEN, order.ids)
        self.env.flush_all()
        self.env.invalidate_all()

    def make_half_delivered(self):
        """Ten ordered at 100, eight delivered, invoiced and paid; nobody will deliver the rest."""
        order = self.confirmed({"product_id": self.delivered.id, "product_uom_qty": 10, "price_unit": 100})
        order.order_line.qty_delivered = 8
        invoice = self.bill(order)
        self.make_payment(invoice, invoice.invoice_date)
        return order

    def test_what_will_not_be_delivered_is_closed(self):
        order = self.make_half_delivered()
        self.assert_exposure(orders=200)
        self.close(order)
        self.assert_exposure()
        self.assertEqual((order.invoice_status, order.order_line.qty_to_invoice), ("no", 0))
        self.assertIn("200.00 will not be invoiced", order.message_ids[0].body.replace("\N{NO-BREAK SPACE}", " "))
        self.assertEqual(order.message_ids[0].author_id, self.accountant.partner_id)

    def test_a_credit_note_out_of_goodwill_is_closed(self):
        self.customer.credit_limit = 2000
        order = self.confirmed((20, 100))
        self.credit(self.bill(order))
        self.assert_exposure(orders=2000)
        self.assert_not_confirmed(self.offer(1))
        self.close(order)
        self.assert_exposure()
        self.assert_confirms(self.offer(2000))

    def test_what_is_closed_is_not_invoiced(self):
        order = self.confirmed((10, 100))
        self.close(order)
        self.call(self.salesperson, LINE, "write", order.order_line.ids, {"qty_to_invoice": 10})
        with self.assertRaises(UserError):
            order.with_user(self.salesperson)._create_invoices()

    def test_reopened_it_is_as_before(self):
        order = self.confirmed((10, 100))
        self.close(order)
        self.reopen(order)
        self.assert_exposure(orders=1000)
        self.assertEqual(self.bill(order).amount_total, 1000)

    def test_reopening_has_to_fit(self):
        order = self.confirmed((10, 100))
        self.close(order)
        self.confirmed(500)
        message = self.get_refusal(self.accountant, ORDER, REOPEN, order.ids)
        self.assertIn("may have on credit", message)
        self.env.invalidate_all()
        self.assert_exposure(orders=500)

    def test_only_what_was_open_is_closed(self):
        order = self.make_half_delivered()
        self.close(order)
        order.order_line.qty_delivered = 11
        self.assert_exposure(orders=100)
        self.assertEqual(order.order_line.qty_to_invoice, 1)

    def test_what_is_added_later_counts(self):
        order = self.confirmed((10, 100))
        self.close(order)
        # Odoo proposes the price of the list for the new quantity, which is the same.
        self.call(self.salesperson, LINE, "write", order.order_line.ids, {"product_uom_qty": 15})
        self.env.flush_all()
        self.assert_exposure(orders=500)
        self.get_refusal(self.salesperson, LINE, "write", order.order_line.ids, {"product_uom_qty": 21})

    def test_another_deal_is_not_closed(self):
        order = self.confirmed((10, 50))
        dear = self._create_product(name="Dear", list_price=60.0, taxes_id=[])
        for values in ({"product_id": dear.id, "price_unit": 60}, {"price_unit": 70}):
            with self.subTest(values):
                self.close(order)
                self.assert_exposure()
                self.call(self.salesperson, LINE, "write", order.order_line.ids, values)
                self.env.flush_all()
                self.assert_exposure(orders=10 * values["price_unit"])

    def test_a_cancelled_order_is_sold_anew(self):
        order = self.confirmed((10, 100))
        self.close(order)
        order._action_cancel()
        order.action_draft()
        self.confirmed(1)
        self.assert_not_confirmed(order)

    def test_lines_that_take_off_are_closed_with_the_rest(self):
        order = self.confirmed((10, 100), (1, -100))
        self.close(order)
        order.order_line[0].product_uom_qty = 12
        self.assert_exposure(orders=200)

    def test_salespeople_close_nothing(self):
        order = self.confirmed((10, 100))
        calls = {
            "close": (ORDER, CLOSE, order.ids),
            "reopen": (ORDER, REOPEN, order.ids),
            "line": (LINE, "write", order.order_line.ids, {"key_account_closed_qty": 10}),
        }
        for name, call in calls.items():
            with self.subTest(name), self.assertRaises(AccessError), self.cr.savepoint():
                self.call(self.salesperson, *call)
        line = {"order_id": order.id, "product_id": self.good.id, "product_uom_qty": 1, "price_unit": 100.0}
        context = {"default_key_account_closed_qty": 1.0}
        message = self.get_refusal(self.salesperson, LINE, "create", {**line, "tax_ids": []}, context=context)
        self.assertIn("may have on credit", message)

    def test_buttons_are_for_accounting_where_limits_are_used(self):
        order = self.confirmed((10, 100)).with_user(self.accountant)
        self.assertEqual((order.key_account_can_close, order.key_account_can_reopen), (True, False))
        self.close(order)
        self.assertEqual((order.key_account_can_close, order.key_account_can_reopen), (False, True))
        self.company.account_use_credit_limit = False
        order.invalidate_recordset()
        self.assertEqual((order.key_account_can_close, order.key_account_can_reopen), (False, False))
