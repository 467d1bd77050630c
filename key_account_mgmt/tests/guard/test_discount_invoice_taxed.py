from unittest.mock import patch

from odoo.fields import Command

from odoo.addons.account_payment.tests.common import AccountPaymentCommon

from ..invoice_common import InvoiceCommon


class TestTaxedInvoices(InvoiceCommon):
    """What Odoo makes of taxed orders within their caps is posted: down payments, global discounts, what is left."""

    def test_down_payments_and_what_is_left_are_posted(self):
        cases = [
            # values of the down payment, its untaxed amount, what is left
            ({"percent": 30.0}, 90, 210),
            ({"fixed": 99.0}, 90, 210),
            ({"percent": 33.33}, 99.99, 200.01),
            ({"fixed": 100.0}, 90.91, 209.09),
        ]
        for values, advance, rest in cases:
            with self.subTest(values):
                order = self.make_confirmed({"product_uom_qty": 3.0})
                self.assert_posted(self.create_advance(order, **values), advance)
                self.assert_posted(self.create_invoice(order), rest)
                self.assertEqual(sum(order.invoice_ids.mapped("amount_total")), 330)

    def test_each_of_several_taxes_is_paid_in_advance(self):
        several = [
            {"product_uom_qty": 3.0},
            {"tax_ids": [Command.set(self.included.ids)], "price_unit": 125.0},
            {"tax_ids": []},
        ]
        order = self.make_confirmed(*several)
        self.assert_posted(self.create_advance(order, percent=30.0), 150)
        self.assert_posted(self.create_advance(order, percent=30.0), 150)
        self.assert_posted(self.create_invoice(order), 200)

    def test_a_discount_for_the_whole_order_is_invoiced(self):
        for values in ({"share": 0.1}, {"amount": 30.0}, {"share": 0.0333}):
            for lines in ([{"product_uom_qty": 3.0}], [{"product_uom_qty": 2.0}, {"tax_ids": []}]):
                with self.subTest(values, lines=lines):
                    order = self.make_offer(*lines)
                    self.give_discount(order, **values)
                    self.confirm(order)
                    self.assert_posted(self.create_invoice(order), order.amount_untaxed)

    def test_a_discount_for_the_whole_order_and_a_down_payment(self):
        order = self.make_offer({"product_uom_qty": 3.0})
        self.give_discount(order, share=0.1)
        self.confirm(order)
        self.assert_posted(self.create_advance(order, percent=30.0), 81)
        self.assert_posted(self.create_invoice(order), 189)


class TestPaidOrdersAreInvoiced(AccountPaymentCommon, InvoiceCommon):
    """Payments of customers end in posted invoices where the company wants it so."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.currency, cls.partner = cls.company.currency_id, cls.big
        cls.env["ir.config_parameter"].sudo().set_param("sale.automatic_invoice", "True")
        cls.big.email = "big@example.com"

    def pay(self, order, amount):
        transaction = self._create_transaction(
            "redirect",
            state="done",
            amount=amount,
            sale_order_ids=[Command.set(order.ids)],
            reference=f"{order.name} {amount}",
        )
        with patch.object(type(self.env["account.move.send"]), "_generate_and_send_invoices"):
            transaction._post_process()
        self.env.flush_all()
        self.env.invalidate_all()

    def test_in_part_and_then_the_rest(self):
        order = self.make_offer({"product_uom_qty": 3.0}, require_payment=True, prepayment_percent=0.3)
        self.pay(order, 99.0)
        self.assertEqual(order.state, "sale")
        self.assertRecordValues(order.invoice_ids, [{"state": "posted", "amount_untaxed": 90}])
        self.pay(order, 231.0)
        self.assertEqual(order.invoice_ids.mapped("state"), ["posted", "posted"])
        self.assertEqual(sum(order.invoice_ids.mapped("amount_total")), 330)

    def test_with_a_discount_for_the_whole_order(self):
        order = self.make_offer({"product_uom_qty": 3.0})
        self.give_discount(order, share=0.1)
        self.pay(order, order.amount_total)
        self.assertRecordValues(order.invoice_ids, [{"state": "posted", "amount_untaxed": 270}])
