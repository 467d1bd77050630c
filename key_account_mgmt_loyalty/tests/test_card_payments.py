from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.key_account_mgmt.tests.discount_common import LINE, ORDER
from odoo.addons.key_account_mgmt.tests.invoice_common import InvoiceCommon

CARD = "loyalty.card"
USE = "key.account.card.use"


class CardCommon(InvoiceCommon):
    """Goods cost 100, the cap of everything is 10 %; customers buy cards for 500 and pay for an order of 1,000."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Also if the Point of Sale is installed.
        uses = cls.env.registry[USE]
        cls.startClassPatcher(patch.object(uses, "_is_used_elsewhere", lambda _self: False))
        cls.env["loyalty.program"].search([]).active = False
        service = {"type": "service", "taxes_id": [], "invoice_policy": "order"}
        cls.card_product = cls._create_product(name="Gift card", list_price=500.0, **service)
        cls.top_up = cls._create_product(name="Top-up", list_price=500.0, **service)
        cls.gift_cards = cls.make_program("gift_card", cls.card_product)
        cls.wallets = cls.make_program("ewallet", cls.top_up)

    @classmethod
    def make_program(cls, kind, product):
        rule = {"product_ids": [Command.set(product.ids)], "reward_point_amount": 1, "reward_point_mode": "money"}
        reward = {"reward_type": "discount", "discount": 1, "discount_mode": "per_point", "required_points": 1}
        program = cls.env["loyalty.program"].create(
            {
                "name": kind,
                "program_type": kind,
                "applies_on": "future",
                "trigger": "auto",
                "company_id": cls.company.id,
                "currency_id": cls.company.currency_id.id,
                "rule_ids": [Command.clear(), Command.create({**rule, "reward_point_split": kind == "gift_card"})],
                "reward_ids": [Command.clear(), Command.create({**reward, "discount_applicability": "order"})],
            }
        )
        # The taxes belong to another company.
        program.reward_ids.discount_line_product_id.sudo().taxes_id = False
        return program

    def sell(self, product=None, price=500.0, paid=True, invoiced=True, more=()):
        """Return a confirmed order of a card, invoiced and paid."""
        lines = [{"product_id": (product or self.card_product).id, "price_unit": price, "tax_ids": []}, *more]
        order = self.make_offer(*lines)
        order._update_programs_and_rewards()
        self.confirm(order)
        if invoiced:
            invoice = self.post(self.create_invoice(order))
            if paid:
                self.make_payment(invoice, invoice.invoice_date)
        self.env.invalidate_all()
        return self.env[ORDER].browse(order.id)

    def get_card(self, order):
        return order.coupon_point_ids.coupon_id

    def generate(self, program, points=500):
        """Return a card that a salesperson generates without any order."""
        return self.env[CARD].create({"program_id": program.id, "partner_id": self.big.id, "points": points})

    def pay(self, card, order=None):
        """Return an order of ten pieces at full price, paid with the card as far as possible."""
        order = order or self.make_offer({"product_uom_qty": 10.0, "tax_ids": []})
        order = order.with_user(self.salesperson)
        order._try_apply_code(card.code) if card.program_type == "gift_card" else None
        if not order.order_line.coupon_id:
            order._apply_program_reward(card.program_id.reward_ids, card)
        order.env.flush_all()
        return self.env[ORDER].browse(order.id)

    def get_paid(self, order):
        """Return what cards pay of the order, as recorded by the guard."""
        return sum(self.env[USE].search([("line_id", "in", order.order_line.ids)]).mapped("amount"))

    def assert_pays(self, order, amount=500):
        """Check that the order is confirmed without approval, and that the card paid."""
        self.assertEqual(order.amount_untaxed, 1000 - amount)
        self.confirm(order)
        self.env.invalidate_all()
        self.assertEqual(order.state, "sale")
        self.assertEqual(self.get_paid(order), amount)
        self.assert_never_over()


@tagged("post_install", "-at_install")
class TestCardPayments(CardCommon):
    """Cards that customers paid for pay for goods; every other deduction is a discount."""

    def test_a_paid_card_is_a_payment(self):
        for program, product in ((self.gift_cards, self.card_product), (self.wallets, self.top_up)):
            with self.subTest(program.name):
                card = self.get_card(self.sell(product))
                self.assertEqual((card.program_id, card.points), (program, 500))
                self.assert_pays(self.pay(card))

    def test_what_proves_nothing(self):
        """Over RPC, a salesperson can generate cards, raise balances and set the order that a card comes from."""
        paid = self.sell()
        unpaid, not_invoiced = self.sell(paid=False), self.sell(invoiced=False)
        claimed = self.generate(self.gift_cards)
        self.call(self.salesperson, CARD, "write", claimed.ids, {"order_id": paid.id, "points": 500})
        cards = {
            "generated": self.generate(self.gift_cards),
            "generated wallet": self.generate(self.wallets),
            "said to come from a paid order": claimed,
            "of an invoice that nobody paid": self.get_card(unpaid),
            "never invoiced": self.get_card(not_invoiced),
        }
        for name, card in cards.items():
            with self.subTest(name):
                order = self.pay(card)
                self.assertEqual(order.amount_untaxed, 500)
                self.assert_not_confirmed(order)
                self.assertTrue(self.is_over(order))

    def test_a_raised_balance_pays_what_was_paid(self):
        card = self.get_card(self.sell(price=50.0))
        self.call(self.salesperson, CARD, "write", card.ids, {"points": 500})
        order = self.pay(card)
        self.assert_not_confirmed(order)
        self.call(self.salesperson, LINE, "write", order.order_line.filtered("coupon_id").ids, {"price_unit": -150})
        verdict = self.env["key.account.discount"]._judge_orders(order.sudo(), strict=False)[order]
        self.assertEqual((verdict.judgement.given, verdict.over), (100, False))

    def test_cards_that_also_pay_at_the_point_of_sale_prove_nothing(self):
        card = self.get_card(self.sell())
        self.patch(self.env.registry[USE], "_is_used_elsewhere", lambda _self: True)
        self.assert_not_confirmed(self.pay(card))

    def test_a_promotion_is_a_discount(self):
        self.sell()
        promotion = self.env["loyalty.program"].create(
            {
                "name": "Half",
                "program_type": "promotion",
                "applies_on": "current",
                "trigger": "auto",
                "company_id": self.company.id,
                "rule_ids": [Command.clear(), Command.create({"minimum_amount": 1})],
                "reward_ids": [Command.clear(), Command.create({"discount": 50, "discount_applicability": "order"})],
            }
        )
        order = self.make_offer({"product_uom_qty": 10.0, "tax_ids": []})
        order._update_programs_and_rewards()
        card = self.env[CARD].create({"program_id": promotion.id, "points": 1})
        if not order.order_line.reward_id:
            order._apply_program_reward(promotion.reward_ids, order.coupon_point_ids.coupon_id[:1] or card)
        self.env.flush_all()
        order = self.env[ORDER].browse(order.id)
        self.assertEqual(order.amount_untaxed, 500)
        self.assert_not_confirmed(order)

    def test_the_same_money_pays_once(self):
        card = self.get_card(self.sell())
        first = self.pay(card)
        self.assert_pays(first)
        self.call(self.salesperson, CARD, "write", card.ids, {"points": 500})
        second = self.pay(card)
        self.assert_not_confirmed(second)
        self.call(self.salesperson, ORDER, "action_cancel", first.ids)
        self.env.invalidate_all()
        self.assertEqual(first.state, "cancel")
        # Odoo refunds what the first order used, also to a raised balance.
        card.points = 500
        self.confirm(second)
        self.assertEqual(self.get_paid(second), 500)

    def test_nor_again_once_it_was_invoiced(self):
        card = self.get_card(self.sell())
        first = self.pay(card)
        self.assert_pays(first)
        self.assert_posted(self.create_invoice(first), 500)
        first.action_cancel()
        self.env.flush_all()
        self.call(self.salesperson, CARD, "write", card.ids, {"points": 500})
        self.assert_not_confirmed(self.pay(card))

    def test_nor_with_another_card_of_the_same_order(self):
        sold = self.sell()
        self.assert_pays(self.pay(self.get_card(sold)))
        self.env["sale.order.coupon.points"].create(
            {"order_id": sold.id, "coupon_id": self.generate(self.gift_cards).id, "points": 500}
        )
        self.assert_not_confirmed(self.pay(self.get_card(sold)[-1:]))

    def test_two_lines_of_one_order(self):
        card = self.get_card(self.sell())
        order = self.pay(card)
        line = order.order_line.filtered("coupon_id")
        line.copy({"order_id": order.id, "coupon_id": card.id, "price_unit": -500})
        verdict = self.env["key.account.discount"]._judge_orders(order.sudo(), strict=False)[order]
        self.assertEqual(verdict.judgement.given, 500)

    def test_a_credit_note_takes_it_back(self):
        sold = self.sell()
        invoice = sold.invoice_ids
        refund = invoice._reverse_moves([{"invoice_date": invoice.invoice_date}])
        refund.action_post()
        self.env.flush_all()
        self.assert_not_confirmed(self.pay(self.get_card(sold)))

    def test_selling_cards_makes_up_for_nothing(self):
        """Otherwise a card of 500 sold for 5,000 would pay for discounts, and for other orders as well."""
        order = self.make_offer(
            {"product_id": self.card_product.id, "price_unit": 5000.0, "tax_ids": []},
            {"product_uom_qty": 10.0, "discount": 10, "tax_ids": []},
            {"product_id": self.nothing.id, "price_unit": -400.0, "tax_ids": []},
        )
        self.assert_not_confirmed(order)

    def test_what_takes_money_off_takes_it_off_the_card(self):
        """A deduction on the order of a card reduces what the customer paid for it."""
        rest = {"product_id": self.nothing.id, "price_unit": -100.0, "tax_ids": []}
        goods = {"product_uom_qty": 10.0, "tax_ids": []}
        sold = self.sell(more=[goods, rest])
        funds = self.env[USE].sudo()._get_funds(sold.sudo())
        self.assertEqual(list(funds.values()), [400])

    def test_more_off_a_confirmed_order_is_refused(self):
        order = self.pay(self.get_card(self.sell()))
        self.assert_pays(order)
        line = order.order_line.filtered("coupon_id")
        self.assert_call_refused(LINE, "write", line.ids, {"price_unit": -700})
        self.assert_call_refused(LINE, "write", line.ids, {"coupon_id": self.generate(self.gift_cards).id})

    def test_it_is_invoiced_as_ordered(self):
        order = self.pay(self.get_card(self.sell()))
        self.assert_pays(order)
        self.assert_posted(self.create_invoice(order), 500)
        self.assertTrue(self.env[USE].search([("line_id", "in", order.order_line.ids)]).invoiced)

    def test_what_a_card_pays_in_part_is_a_discount_for_the_rest(self):
        card = self.get_card(self.sell(price=450.0))
        self.call(self.salesperson, CARD, "write", card.ids, {"points": 500})
        order = self.pay(card)
        self.confirm(order)
        self.assertEqual(self.get_paid(order), 450)
        self.assert_posted(self.create_invoice(order), 500)

    def test_what_was_used_before_the_addon_came_is_used(self):
        card = self.get_card(self.sell())
        order = self.pay(card)
        self.assert_pays(order)
        self.env[USE].sudo().search([]).unlink()
        self.env[USE].sudo()._record_all()
        self.assertEqual(self.get_paid(order), 500)

    def test_users_write_no_uses(self):
        order = self.pay(self.get_card(self.sell()))
        self.assert_pays(order)
        use = self.env[USE].search([("line_id", "in", order.order_line.ids)])
        for user in (self.salesperson, self.director):
            for method, *arguments in (("unlink", use.ids), ("write", use.ids, {"amount": 0})):
                self.assert_call_refused(USE, method, *arguments, user=user)
