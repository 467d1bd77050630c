from ..discount_common import ORDER
from ..invoice_common import InvoiceCommon


class TestOrdersThatEarnedTheirPrice(InvoiceCommon):
    """30 % from ten pieces on, 10 % else: who got a part at the price of the whole takes the rest, too."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cap_ruleset.action_retire()
        cls.make_cap_by_quantity(cls)

    def sell_ten(self, *delivered):
        order = self.make_confirmed(
            {"product_id": self.on_delivery.id, "product_uom_qty": 10.0, "discount": 30}, {"product_uom_qty": 1.0}
        )
        for quantity in delivered:
            self.change(order.order_line[0], qty_delivered=quantity)
            self.post(self.create_invoice(order))
        return order

    def test_parts_are_invoiced_at_the_price_of_the_whole(self):
        order = self.sell_ten(4.0, 10.0)
        self.assertEqual(sum(order.sudo().invoice_ids.mapped("amount_untaxed")), 800)

    def test_an_order_is_not_cancelled_when_a_part_was_invoiced(self):
        order = self.sell_ten(4.0)
        ends = {
            "button": ("action_cancel", order.ids),
            "write": ("write", order.ids, {"state": "cancel"}),
            "quotation": ("write", order.ids, {"state": "draft"}),
        }
        for name, (method, *arguments) in ends.items():
            with self.subTest(name):
                self.assert_call_refused(ORDER, method, *arguments)
                self.assertEqual(order.state, "sale")
        self.call(self.biller, ORDER, "action_cancel", order.ids)
        self.assertEqual(order.state, "cancel")

    def test_else_it_is_cancelled(self):
        for delivered in ((), (10.0,), (4.0, 10.0)):
            with self.subTest(delivered):
                order = self.sell_ten(*delivered)
                self.call(self.salesperson, ORDER, "action_cancel", order.ids)
                self.assertEqual(order.state, "cancel")

    def test_or_after_what_was_invoiced_was_credited(self):
        order = self.sell_ten(4.0)
        invoice = self.env["account.move"].browse(order.sudo().invoice_ids.ids)
        self.post(invoice._reverse_moves([{"invoice_date": invoice.invoice_date}]))
        self.call(self.salesperson, ORDER, "action_cancel", order.ids)
        self.assertEqual(order.state, "cancel")

    def test_prices_that_rose_hold_no_order(self):
        order = self.sell_ten(4.0)
        self.on_delivery.list_price = 120
        self.call(self.salesperson, ORDER, "action_cancel", order.ids)
        self.assertEqual(order.state, "cancel")
