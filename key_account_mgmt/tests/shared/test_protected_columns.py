from odoo.exceptions import AccessError
from odoo.fields import Command

from ..discount_common import LINE, ORDER, DiscountWaysCommon

NOW = "2026-01-01 00:00:00"


class TestWhatPeopleSeeIsNotWritten(DiscountWaysCommon):
    """Figures of caps and credit, and how far approvals are, come from the addon alone, also over RPC."""

    ORDER_VALUES = {
        "key_account_has_discount_cap": False,
        "key_account_over_cap": False,
        "key_account_remaining_discount": 9999.0,
        "key_account_excess": 0.0,
        "key_account_cap_tier_id": False,
        "key_account_uninvoiced_amount": 0.0,
        "key_account_cancelled_on": NOW,
        "key_account_held_on": NOW,
        "key_account_approval_state": "approved",
        "key_account_involved_user_ids": [Command.clear()],
    }
    LINE_VALUES = {
        "key_account_has_discount_cap": False,
        "key_account_cap": 99.0,
        "key_account_effective_discount": 0.0,
        "key_account_over_cap": False,
        "key_account_reference_value": 1.0,
        "key_account_given_amount": 0.0,
        "key_account_allowed_amount": 9999.0,
        "key_account_excess": 0.0,
        "key_account_cap_rule_id": False,
        "key_account_uninvoiced_amount": 0.0,
        "key_account_later_amount": 0.0,
        "key_account_closed_qty": 10.0,
    }
    # On documents of others.
    MORE_VALUES = {
        "account.move": {
            "key_account_draft_amount": 0.0,
            "key_account_draft_from": "2099-01-01",
            "key_account_from_order": False,
        },
        "account.move.line": {"key_account_unit_cost": 1.0},
    }

    def assert_as_computed(self, order):
        """Ten pieces of 100 at 30 %, of which 10 % are allowed."""
        self.env.flush_all()
        order.invalidate_recordset()
        line = order.order_line
        self.assertTrue(order.key_account_has_discount_cap and order.key_account_over_cap and line.key_account_over_cap)
        self.assertEqual(
            (order.key_account_excess, order.key_account_remaining_discount, order.key_account_uninvoiced_amount),
            (200, 0, 700),
        )
        self.assertFalse(order.key_account_held_on or order.key_account_approval_state)
        self.assertEqual(
            (line.key_account_cap, line.key_account_effective_discount, line.key_account_uninvoiced_amount),
            (10, 30, 700),
        )
        self.assertEqual((line.key_account_given_amount, line.key_account_allowed_amount), (300, 100))

    def test_each_is_known(self):
        self.assertEqual(
            self.env[ORDER]._get_key_account_protected_columns(), {*self.ORDER_VALUES, "key_account_approval_ids"}
        )
        self.assertEqual(self.env[LINE]._get_key_account_protected_columns(), {*self.LINE_VALUES})
        for model, values in self.MORE_VALUES.items():
            self.assertEqual(self.env[model]._get_key_account_protected_columns(), set(values))

    def test_none_is_written(self):
        order = self.make_quotation(discount=30)
        calls = [(ORDER, order.ids, {name: value}) for name, value in self.ORDER_VALUES.items()]
        calls += [(LINE, order.order_line.ids, {name: value}) for name, value in self.LINE_VALUES.items()]
        for model, ids, values in calls:
            nested = {"order_line": [Command.update(order.order_line.id, values)]}
            for arguments in [(model, "write", ids, values)] + [(ORDER, "write", order.ids, nested)] * (model == LINE):
                with self.subTest(arguments), self.assertRaisesRegex(AccessError, "cannot be written"):
                    self.call(self.salesperson, *arguments)
        self.assert_as_computed(order)

    def test_none_comes_along_with_a_new_order(self):
        line = {**self.prepare_line(product_uom_qty=10.0, discount=30), **self.LINE_VALUES}
        values = {"partner_id": self.big.id, "order_line": [Command.create(line)], **self.ORDER_VALUES}
        context = {f"default_{name}": value for name, value in (self.ORDER_VALUES | self.LINE_VALUES).items()}
        for given in ({}, context):
            with self.subTest(given):
                order_id = self.call(self.salesperson, ORDER, "create", values, context=given)
                self.assert_as_computed(self.env[ORDER].browse(order_id))

    def test_a_price_beyond_all_measure_is_kept_as_in_plain_odoo(self):
        self.cap_ruleset.action_retire()
        for price in (1e12, 1e15, 1e70, -1e70):
            with self.subTest(price):
                order = self.make_offer({"price_unit": price})
                self.assertEqual(order.order_line.price_unit, price)
                self.assertEqual(abs(order.order_line.key_account_uninvoiced_amount), 1e12)
