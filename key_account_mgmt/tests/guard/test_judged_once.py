from unittest.mock import patch

from odoo.fields import Command

from ..approval_common import ApprovalCommon

LINE = "sale.order.line"
FIGURES = (
    "key_account_has_discount_cap",
    "key_account_over_cap",
    "key_account_remaining_discount",
    "key_account_excess",
)
LINE_FIGURES = (
    "key_account_effective_discount",
    "key_account_over_cap",
    "key_account_allowed_amount",
    "key_account_cap_rule_id",
)


class TestJudgedOnce(ApprovalCommon):
    """An order is judged once per state: what shows the figures takes the verdict of the check."""

    def count(self, order, method, *args, model="sale.order", ids=None):
        """Count the judgements of the order in one remote call, until all of it is written."""
        discounts = self.registry["key.account.discount"]
        with patch.object(discounts, "_get_verdict", autospec=True, side_effect=discounts._get_verdict) as judged:
            self.call(self.salesperson, model, method, ids or order.ids, *args)
        return sum(call.args[1]._origin == order for call in judged.call_args_list)

    def make_order(self, approved=False, confirmed=True):
        order = self.make_quotation(30 if approved else 5)
        if approved:
            self.approve(self.ask(order))
        if confirmed:
            self.confirm(order)
        return order

    def update(self, order, discount):
        return Command.update(order.order_line[0].id, {"discount": discount})

    def test_a_change_of_a_confirmed_order_is_judged_before_and_after(self):
        for approved in (False, True):
            order = self.make_order(approved)
            line = order.order_line
            new = Command.create({"product_id": self.good.id, "discount": 1, "tax_ids": []})
            changes = {
                "a line": (LINE, line.ids, {"discount": 4}),
                "a line in the form": ("sale.order", order.ids, {"order_line": [self.update(order, 3)]}),
                "a new line": ("sale.order", order.ids, {"order_line": [new]}),
                "two lines": ("sale.order", order.ids, {"order_line": [self.update(order, 2), new]}),
                "the customer": ("sale.order", order.ids, {"partner_id": self.second.id}),
            }
            for name, (model, ids, values) in changes.items():
                with self.subTest(name, approved=approved):
                    self.assertEqual(self.count(order, "write", values, model=model, ids=ids), 2)

    def test_an_order_that_is_confirmed_is_judged_once(self):
        for approved in (False, True):
            with self.subTest(approved=approved):
                order = self.make_order(approved, confirmed=False)
                self.assertEqual(self.count(order, "action_confirm"), 1)

    def test_the_form_is_judged_once_for_its_figures_and_its_status(self):
        for approved in (False, True):
            with self.subTest(approved=approved):
                order = self.make_order(approved, confirmed=False)
                changes = {"order_line": [self.update(order, 25)]}
                self.assertEqual(self.count(order, "get_key_account_figures", changes), 1)

    def test_figures_that_the_check_settled_are_those_of_the_order(self):
        order = self.make_order(approved=True)
        for discount in (25, 20, 5):
            with self.subTest(discount=discount):
                self.call(self.salesperson, LINE, "write", order.order_line.ids, {"discount": discount})
                self.assertEqual(order.key_account_excess, max(0, (discount - 10) * 10))
                shown = order.read(FIGURES), order.order_line.read(LINE_FIGURES)
                order.sudo().modified(["partner_id"])
                self.assertEqual((order.read(FIGURES), order.order_line.read(LINE_FIGURES)), shown)

    def test_a_change_after_the_check_counts(self):
        order = self.make_order().with_user(self.salesperson)
        for discount in (4, 3):
            order.order_line.discount = discount
        self.assertEqual(order.key_account_remaining_discount, 70)
        order.order_line.product_id.sudo().list_price = 200
        order.order_line.price_unit = 195
        self.assertEqual(order.sudo().order_line.key_account_reference_value, 2000)
