from contextlib import suppress

from odoo.exceptions import UserError
from odoo.fields import Command

from ..discount_common import DiscountWaysCommon


class TestInvoicesKeepTheCaps(DiscountWaysCommon):
    """What is invoiced is what was sold, for whoever may edit invoices."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.biller = cls.make_user("biller", "account.group_account_invoice,sales_team.group_sale_salesman_all_leads")
        cls.good.invoice_policy = "order"

    def make_bill(self, *lines, post=False):
        order = self.make_confirmed(*lines or ({"product_uom_qty": 10.0},))
        bill = order._create_invoices()
        if post:
            bill.action_post()
        return bill

    def assert_line_refused(self, bill, values, method="action_post"):
        line = bill.invoice_line_ids[0]
        self.call(
            self.biller, "account.move", "write", bill.ids, {"invoice_line_ids": [Command.update(line.id, values)]}
        )
        self.assert_call_refused("account.move", method, bill.ids, user=self.biller)
        self.assertEqual(bill.state, "draft")

    def test_a_draft_edited_down_is_not_posted(self):
        for values in (
            {"price_unit": 80.0},
            {"discount": 50.0},
            {"quantity": -1.0},
            {"tax_ids": [Command.set(self.included.ids)], "price_unit": 100.0},
            {"product_id": self.dear.id, "price_unit": 100.0},
            {"balance": -1.0},
            {"amount_currency": -1.0},
            {"credit": 1.0},
        ):
            with self.subTest(values), self.cr.savepoint() as savepoint:
                self.assert_line_refused(self.make_bill(), values)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_nor_is_one_by_other_doors(self):
        bill = self.make_bill()
        self.call(self.biller, "account.move.line", "write", bill.invoice_line_ids.ids, {"price_unit": 1.0})
        for method, *args in (("action_post",), ("write", {"state": "posted"}), ("button_request_cancel",)):
            with self.subTest(method), suppress(UserError), self.cr.savepoint():
                self.call(self.biller, "account.move", method, bill.ids, *args)
            self.env.invalidate_all()
            self.assertEqual(bill.state, "draft")

    def test_as_ordered_or_better_it_is_posted(self):
        for values in ({}, {"price_unit": 90.0}, {"price_unit": 120.0}, {"quantity": 3.0}):
            with self.subTest(values):
                bill = self.make_bill()
                bill.invoice_line_ids.write(values)
                self.call(self.biller, "account.move", "action_post", bill.ids)
                self.assertEqual(bill.state, "posted")

    def test_what_was_approved_is_invoiced(self):
        order = self.make_quotation(discount=30)
        self.approve(self.ask(order))
        self.confirm(order)
        bill = order._create_invoices()
        self.call(self.biller, "account.move", "action_post", bill.ids)
        self.assertEqual((bill.state, bill.amount_untaxed), ("posted", 700))

    def test_a_posted_invoice_keeps_what_it_says(self):
        bill = self.make_bill(post=True)
        line = bill.invoice_line_ids
        calls = {
            "price": ("account.move.line", "write", line.ids, {"price_unit": 1.0}),
            "discount": ("account.move.line", "write", line.ids, {"discount": 99.0}),
            "quantity": ("account.move.line", "write", line.ids, {"quantity": -1.0}),
            "by the invoice": (
                "account.move",
                "write",
                bill.ids,
                {"invoice_line_ids": [Command.update(line.id, {"price_unit": 1.0})]},
            ),
            "what it books": ("account.move.line", "write", line.ids, {"balance": -1.0}),
            "what it books in its currency": ("account.move.line", "write", line.ids, {"amount_currency": -1.0}),
            "new line": (
                "account.move.line",
                "create",
                {"move_id": bill.id, "name": "Off", "price_unit": -500.0, "quantity": 1, "tax_ids": []},
            ),
            "currency": (
                "account.move",
                "write",
                bill.ids,
                {"currency_id": self.make_dollars_worth_less().currency_id.id},
            ),
        }
        for name, arguments in calls.items():
            for context in ({}, {"skip_readonly_check": True, "check_move_validity": False, "force_delete": True}):
                with self.subTest(name, context=context), self.cr.savepoint() as savepoint:
                    with suppress(UserError), self.cr.savepoint():
                        self.call(self.biller, *arguments, context=context)
                    self.env.invalidate_all()
                    self.assertEqual((bill.state, bill.amount_untaxed, bill.amount_residual), ("posted", 1000, 1000))
                    self.assertEqual((line.price_unit, bill.currency_id), (100, self.company.currency_id))
                    savepoint.rollback()
                    self.env.invalidate_all()

    def test_a_posted_invoice_may_be_put_into_other_words(self):
        bill = self.make_bill(post=True)
        self.call(
            self.biller, "account.move.line", "write", bill.invoice_line_ids.ids, {"name": "Blue", "price_unit": 110.0}
        )
        self.assertEqual(bill.invoice_line_ids.name, "Blue")

    def test_cents_of_included_taxes_are_no_discount(self):
        self.good.taxes_id = self.included
        tax = {"tax_ids": [Command.set(self.included.ids)]}
        bill = self.make_bill(*({"price_unit": price, "discount": 10, **tax} for price in (100.01, 100.02, 100.03)))
        self.call(self.biller, "account.move", "action_post", bill.ids)
        self.assertEqual(bill.state, "posted")

    def test_credit_notes_are_not_invoices(self):
        """What comes back, or is put right afterwards, is for whoever may make credit notes to decide."""
        bill = self.make_bill(post=True)
        for values in ({}, {"quantity": 2.0}, {"price_unit": 30.0}):
            with self.subTest(values):
                refund = bill._reverse_moves([{"invoice_date": bill.invoice_date}])
                refund.invoice_line_ids.write(values)
                self.call(self.biller, "account.move", "action_post", refund.ids)
                self.assertEqual(refund.state, "posted")
