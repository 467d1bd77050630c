from odoo.fields import Command

from ...models.discounts.discount_verdict import AS_ORDERED
from ..discount_judge_common import DiscountJudgeCommon


class TestAsOrdered(DiscountJudgeCommon):
    """An invoice that bills the whole order just as it says is found within its caps without a look at them.

    Whatever differs is judged in full; both ways say the same of what is over.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.put_in_force({"cap": 10})
        cls.good.invoice_policy = "order"
        cls.like = cls._create_product(name="Like it", list_price=100.0, taxes_id=[], invoice_policy="order")

    def make_order(self, *lines, **values):
        """Two lines of 10 pieces with 10 % discount, unless lines say otherwise; confirmed."""
        given = {"product_uom_qty": 10, "discount": 10}
        order = self.make_quotation(*(lines or (given, given)), **values)
        order.action_confirm()
        return order

    def find(self, bills):
        """Whether each order is found to be billed as it says; where it is, the full judgement must agree."""
        discounts = self.env["key.account.discount"]
        quick, full = (discounts._judge_moves(bills, detailed=detailed) for detailed in (False, True))
        self.assertEqual(quick.keys(), full.keys())
        for order, verdict in quick.items():
            self.assertEqual(verdict.over, full[order].over)
        return [verdict is AS_ORDERED for verdict in quick.values()]

    def test_the_whole_order_as_it_is(self):
        taxed = [self.make_taxed(self.make_tax(included=included)) for included in (True, False)]
        empty = {"product_id": False, "price_unit": 0, "product_uom_qty": 0}
        free = self._create_product(list_price=0.0, taxes_id=[], invoice_policy="order")
        orders = {
            "discount": [],
            "no discount": [{"product_uom_qty": 3}],
            "nothing to pay": [{"product_id": free.id, "price_unit": 0.0}],
            "taxes": [
                {"product_id": product.id, "tax_ids": [Command.set(product.taxes_id.ids)], "discount": 10}
                for product in taxed
            ],
            "a title": [{"display_type": "line_section", "name": "Goods", **empty}, {"discount": 10}],
        }
        for name, lines in orders.items():
            with self.subTest(name):
                self.assertEqual(self.find(self.make_order(*lines)._create_invoices()), [True])

    def make_taxed(self, tax):
        return self._create_product(list_price=100.0, taxes_id=[Command.set(tax.ids)], invoice_policy="order")

    def test_orders_that_are_billed_together(self):
        orders = self.make_order() | self.make_order({"product_uom_qty": 2})
        bill = orders._create_invoices()
        self.assertEqual(len(bill), 1)
        self.assertEqual(self.find(bill), [True, True])
        bill.invoice_line_ids[-1].quantity = 1
        self.assertEqual(sorted(self.find(bill)), [False, True])

    def test_any_other_line_is_judged_in_full(self):
        tax = self.make_tax(included=False)
        changes = [
            {"quantity": 9},
            {"quantity": 11},
            {"price_unit": 99.99},
            {"price_unit": 100.01},
            {"discount": 9},
            {"discount": 11},
            {"product_id": self.like.id},
            {"product_uom_id": self.env.ref("uom.product_uom_dozen").id, "price_unit": 100.0},
            {"tax_ids": [Command.set(tax.ids)]},
            {"is_downpayment": True},
            {"sale_line_ids": [Command.clear()]},
            {"extra_tax_data": {"manual_tax_amounts": {}}},
        ]
        for values in changes:
            with self.subTest(values):
                bill = self.make_order()._create_invoices()
                bill.invoice_line_ids[0].write({"tax_ids": [Command.clear()], **values})
                self.assertEqual(self.find(bill), [False])

    def test_what_is_booked_counts(self):
        bill = self.make_order()._create_invoices()
        line = bill.invoice_line_ids[0]
        self.env.flush_all()
        for less, expected in ((0.05, True), (0.06, False), (500, False)):
            with self.subTest(less):
                self.env.cr.execute(
                    "UPDATE account_move_line SET amount_currency = %s WHERE id = %s", (-900 + less, line.id)
                )
                line.invalidate_recordset(["amount_currency"])
                self.assertEqual(self.find(bill), [expected])

    def test_more_or_less_than_the_order_is_judged_in_full(self):
        def without_a_line(bill):
            bill.invoice_line_ids[0].unlink()

        def with_another_line(bill):
            bill.invoice_line_ids = [Command.create({"product_id": self.like.id, "quantity": 1, "price_unit": 50.0})]

        def for_another_payer(bill):
            bill.partner_id = self.make_contact()

        def in_another_currency(bill):
            bill.currency_id = self.setup_other_currency("JPY", rates=[("2000-01-01", 2.0)])

        def of_a_cancelled_order(bill):
            order = bill.invoice_line_ids.sale_line_ids.order_id
            order.with_context(disable_cancel_warning=True)._action_cancel()

        for change in (
            without_a_line,
            with_another_line,
            for_another_payer,
            in_another_currency,
            of_a_cancelled_order,
        ):
            with self.subTest(change.__name__):
                bill = self.make_order()._create_invoices()
                change(bill)
                self.assertNotIn(True, self.find(bill))

    def make_contact(self):
        return self.env["res.partner"].create({"name": "Another payer"})

    def test_what_was_invoiced_before_is_judged_in_full(self):
        order = self.make_order({"product_uom_qty": 10, "discount": 10})
        first = order._create_invoices()
        second = first.copy()
        second.invoice_line_ids.sale_line_ids = order.order_line
        self.assertEqual(self.find(first | second), [False])
        first.action_post()
        self.assertEqual(self.find(second), [False])

    def test_lines_that_take_money_off_are_judged_in_full(self):
        off = self._create_product(name="Off", list_price=0.0, taxes_id=[], invoice_policy="order")
        order = self.make_order({"product_uom_qty": 10}, {"product_id": off.id, "price_unit": -50.0})
        self.assertEqual(self.find(order._create_invoices()), [False])

    def test_credit_notes_are_judged_in_full(self):
        bill = self.make_order()._create_invoices()
        bill.action_post()
        refund = bill._reverse_moves()
        refund.invoice_line_ids.quantity = -10
        self.assertNotIn(True, self.find(refund))
