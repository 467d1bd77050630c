from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.fields import Command

from ..discount_common import LINE, ORDER, DiscountWaysCommon


class BentLinesCommon(DiscountWaysCommon):
    """Who sells bends what stands beside price and discount. Everything may be given away by 10 %."""

    @classmethod
    def make_part(cls, price, **values):
        return cls._create_product(name=f"Part at {price}", list_price=price, taxes_id=[], **values)

    def make_set(self, price, parts, prices, quantity=1.0, **values):
        """A quotation of a combo at ``price`` of these products, at these prices."""
        combos = self.env["product.combo"].create(
            [{"name": part.name, "combo_item_ids": [Command.create({"product_id": part.id})]} for part in parts]
        )
        head = self._create_product(
            name="Set", type="combo", list_price=price, taxes_id=[], combo_ids=[Command.set(combos.ids)]
        )
        order = self.make_offer({"product_id": head.id, "price_unit": 0.0, "product_uom_qty": quantity}, **values)
        order.order_line = [
            Command.create(
                self.prepare_line(
                    product_id=item.product_id.id,
                    combo_item_id=item.id,
                    linked_line_id=order.order_line[0].id,
                    product_uom_qty=quantity,
                    price_unit=part_price,
                )
            )
            for item, part_price in zip(combos.combo_item_ids, prices, strict=True)
        ]
        return order

    def assert_confirmed(self, order):
        self.confirm(order)
        self.assertEqual(order.state, "sale")
        self.assert_never_over()

    def get_part(self, order, product):
        return order.order_line.filtered(lambda line: line.product_id == product)

    def put_in_force(self, **values):
        self.cap_ruleset.action_retire()
        ruleset = self.make_ruleset(name="Others", discount_reference=values.pop("reference", "list_price"))
        self.make_rule(ruleset, "C")
        row = {"name": "Everything", "ruleset_id": ruleset.id, "kind": "discount_cap"}
        self.env["key.account.rule"].create({**row, **values})
        ruleset.action_activate()


class TestPartsOfCombos(BentLinesCommon):
    def test_the_product_of_a_part_is_not_swapped(self):
        for confirmed in (False, True):
            with self.subTest(confirmed=confirmed):
                order = self.make_set(50.0, self.good | self.dear, [4.55, 45.45])
                if confirmed:
                    self.assert_confirmed(order)
                gold = self.make_part(1000.0)
                part = self.get_part(order, self.good)
                arguments = (LINE, "write", part.ids, {"product_id": gold.id, "price_unit": 4.55})
                if confirmed:
                    self.assert_call_refused(*arguments)
                    self.assertEqual(part.product_id, self.good)
                else:
                    self.call(self.salesperson, *arguments)
                    self.assertEqual((part.product_id, part.price_unit), (gold, 4.55))
                    self.assert_not_confirmed(order)

    def test_something_cheap_in_place_of_a_part_makes_no_set(self):
        order = self.make_set(50.0, self.good | self.dear, [4.55, 45.45])
        part = self.get_part(order, self.dear)
        self.call(self.salesperson, LINE, "write", part.ids, {"product_id": self.make_part(1.0).id, "price_unit": 1.0})
        self.assert_not_confirmed(order)

    def test_parts_without_price_may_be_spread_evenly(self):
        parts = self.make_part(0.0) | self.make_part(0.0) | self.make_part(0.0)
        cases = [
            # prices of a set of 100, over
            ([33.33, 33.33, 33.34], False),
            ([0.0, 0.0, 100.0], False),
            ([30.0, 30.0, 30.0], False),
            ([29.98, 29.98, 29.98], True),
            ([0.0, 0.0, 89.98], True),
            ([100.0, 0.0, 0.0], True),
            ([1.0, 1.0, 1.0], True),
            ([0.0, 0.0, 0.0], True),
        ]
        for prices, over in cases:
            with self.subTest(prices):
                order = self.make_set(100.0, parts, prices, quantity=2.0)
                if over:
                    self.assert_not_confirmed(order)
                else:
                    self.assert_confirmed(order)

    def test_a_set_that_costs_nothing_or_a_cent_is_worth_just_that(self):
        parts = self.make_part(0.0) | self.make_part(0.0) | self.make_part(0.0)
        cases = [
            # price of the set, its prices
            (0.0, [0.0, 0.0, 0.0]),
            (0.01, [0.0, 0.0, 0.01]),
            (0.01, [0.0, 0.0, 0.0]),
            (0.01, [0.01, 0.0, 0.0]),
            (0.01, [1.0, 0.0, 0.0]),
        ]
        for price, prices in cases:
            for quantity in (1.0, 0.01, 0.0):
                with self.subTest(prices, price=price, quantity=quantity):
                    order = self.make_set(price, parts, prices, quantity=quantity)
                    self.assert_confirmed(order)

    def test_parts_in_a_unit_far_smaller_than_their_own_make_a_set(self):
        shipload = self.env["uom.uom"].create(
            {"name": "Shipload", "relative_factor": 10_000_000, "relative_uom_id": self.good.uom_id.id}
        )
        parts = self.make_part(0.0, uom_id=shipload.id) | self.make_part(0.0, uom_id=shipload.id)
        for quantity, value in ((1.0, 50), (4.0, None)):
            with self.subTest(quantity=quantity):
                order = self.make_set(100.0, parts, [0.0, 0.0])
                order.order_line[2].product_uom_qty = quantity
                order.order_line[1:].write({"product_uom_id": self.good.uom_id.id, "price_unit": 0.0})
                self.assertEqual(self.get_shipload_value(order.order_line[1]), value)
                self.assert_confirmed(order)

    def get_shipload_value(self, part):
        """What a shipload of a part is worth; None for a part that is no part of a whole set."""
        values = self.env["key.account.discount.value"]
        line = next(line for line in values._prepare_order(part.order_id) if line.record == part)
        memo = {"rates": {}, "included": {}, "prices": {}}
        price, _slack = self.env["key.account.reference.price"]._get_price(line, "list_price", memo)
        return price or None


class TestUntouchedPrices(BentLinesCommon):
    """What the customer's own pricelist makes is no discount where discounts are measured against it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = cls.env.ref("product.group_product_pricelist") | cls.env.ref("sale.group_discount_per_so_line")
        cls.env.ref("base.group_user").implied_ids |= groups

    def give_pricelist(self, **item):
        pricelist = self._create_pricelist(
            name="Own",
            currency_id=self.company.currency_id.id,
            item_ids=[Command.create({"applied_on": "3_global", **item})],
        )
        self.big.with_company(self.company).specific_property_product_pricelist = pricelist
        return pricelist

    def sell(self, product=None, **line):
        """An order at the prices that Odoo itself puts on it."""
        line = {"product_id": (product or self.good).id, "tax_ids": [], **line}
        values = {"partner_id": self.big.id, "order_line": [Command.create(line)]}
        order = self.env[ORDER].with_user(self.salesperson).with_company(self.company).create(values)
        order.env.flush_all()
        return order

    def test_the_column_for_discounts_has_few_digits(self):
        self.put_in_force(cap=0, reference="pricelist")
        pricelist = self.give_pricelist(compute_price="percentage", percent_price=12.345)
        for percent, price in ((12.345, 100.0), (33.333, 0.1), (0.004, 99.99)):
            pricelist.item_ids.percent_price = percent
            self.good.list_price = price
            for quantity in (1, 7, 1000):
                with self.subTest(percent=percent, quantity=quantity):
                    order = self.sell(product_uom_qty=quantity)
                    self.confirm(order)
                    self.assertEqual(order.state, "sale")

    def test_no_more_than_odoo_rounds_is_taken(self):
        self.put_in_force(cap=0, reference="pricelist")
        self.give_pricelist(compute_price="percentage", percent_price=12.34)
        for discount, refused in ((12.34, False), (12.35, True)):
            order = self.sell()
            order.order_line.discount = discount
            with self.subTest(discount):
                if refused:
                    self.assert_not_confirmed(order)
                else:
                    self.assert_confirmed(order)

    def test_the_tolerance_is_of_the_pricelists_price(self):
        """A high price with nearly all of it as discount makes no wide tolerance."""
        self.put_in_force(cap=0, reference="pricelist")
        self.give_pricelist(compute_price="percentage", percent_price=10)
        order = self.sell()
        order.order_line.write({"price_unit": 800000.0, "discount": 99.99})
        self.assertEqual(order.order_line.price_subtotal, 80)
        self.assert_not_confirmed(order)

    def test_a_cap_of_more_digits_is_what_can_be_entered_for_it(self):
        self.put_in_force(cap=12.345)
        for discount, refused in ((12.35, False), (12.36, True)):
            order = self.sell(discount=discount)
            with self.subTest(discount):
                if refused:
                    self.assert_not_confirmed(order)
                else:
                    self.assert_confirmed(order)
        order = self.sell(price_unit=87.65, discount=0, product_uom_qty=10)
        self.assert_not_confirmed(order)

    def test_sets_at_the_pricelists_discount(self):
        self.put_in_force(cap=0, reference="pricelist")
        self.give_pricelist(compute_price="percentage", percent_price=12.34)
        order = self.make_set(99.99, self.good | self.dear, [9.09, 90.9])
        parts = order.order_line[1:]
        parts.sudo().combo_item_id.extra_price = 5.0
        order.order_line.write({"discount": 12.34})
        for part in parts:
            part.price_unit += 5.0
        self.assert_confirmed(order)


class TestTaxesThatTakeOff(BentLinesCommon):
    """Taxes are chosen on the line; what a negative one takes off, the customer does not pay."""

    def make_any_tax(self, amount, include="tax_excluded", **values):
        name = f"{amount} {include} {sorted(values)}"
        company = {"company_id": self.company.id, "price_include_override": include}
        return self.env["account.tax"].create({"name": name, "amount": amount, **company, **values})

    def make_group(self, *taxes):
        return self.make_any_tax(0, amount_type="group", children_tax_ids=[Command.set([tax.id for tax in taxes])])

    def get_net(self, order):
        verdict = self.env["key.account.discount"]._judge_orders(order.sudo())[order]
        return [round(float(judged.line.net), 2) for judged in verdict.lines.values()]

    def test_a_negative_tax_is_a_discount(self):
        minus, plus = self.make_any_tax(-90), self.make_any_tax(20)
        cases = [
            # taxes, what is paid for 100.00
            (minus, 10),
            (self.make_any_tax(-90, amount_type="fixed"), 10),
            (self.make_any_tax(-50, "tax_included"), 100),
            (self.make_any_tax(-100, amount_type="division"), 50),
            (self.make_group(plus, minus), 10),
            (plus | minus, 10),
            (plus, 100),
        ]
        for taxes, net in cases:
            with self.subTest(taxes.mapped("name")):
                order = self.make_offer({"tax_ids": [Command.set(taxes.ids)]})
                self.assertEqual(self.get_net(order), [net])
                if net < 90:
                    self.assert_not_confirmed(order)

    def test_a_reverse_charge_takes_nothing_off(self):
        line = [Command.create({"document_type": kind, "repartition_type": "base"}) for kind in ("invoice", "refund")]
        line += [
            Command.create({"document_type": kind, "repartition_type": "tax", "factor_percent": factor})
            for kind in ("invoice", "refund")
            for factor in (100, -100)
        ]
        tax = self.make_any_tax(20, repartition_line_ids=line)
        order = self.make_offer({"tax_ids": [Command.set(tax.ids)]})
        self.assertEqual((order.amount_total, self.get_net(order)), (100, [100]))

    def test_what_customers_withhold_of_these_goods_is_no_discount(self):
        withheld = self.make_any_tax(-15)
        self.good.taxes_id = withheld
        order = self.make_offer({"tax_ids": [Command.set(withheld.ids)]})
        self.assertEqual((order.amount_total, self.get_net(order)), (85, [100]))
        self.assert_confirmed(order)

    def prepare_manual(self, tax, quantity=2.0, **amounts):
        plain = {"price_unit": 100.0, "discount": 0.0, "quantity": quantity, "rate": 1.0}
        manual = {"currency_id": self.company.currency_id.id, "manual_tax_amounts": {str(tax.id): amounts}}
        return {**plain, **manual}

    def test_taxes_written_beside_the_line_are_no_price(self):
        tax, minus = self.make_any_tax(10), self.make_any_tax(-90)
        cases = {
            "much less": (tax, {"tax_amount_currency": -180.0}, 20, 18.18),
            "none": (tax, {"tax_amount_currency": 0.0}, 200, 181.82),
            "as it is": (tax, {"tax_amount_currency": 20.0}, 220, 200),
            "a cent of rounding": (tax, {"tax_amount_currency": 19.99}, 219.99, 200),
            "more": (tax, {"tax_amount_currency": 50.0}, 250, 200),
            "a negative tax that is one": (minus, {"tax_amount_currency": -180.0}, 20, 20),
        }
        for name, (taxes, amounts, total, net) in cases.items():
            with self.subTest(name):
                manual = self.prepare_manual(taxes, **amounts)
                values = {"product_uom_qty": 2.0, "tax_ids": [Command.set(taxes.ids)], "extra_tax_data": manual}
                order = self.make_offer(values)
                self.assertEqual((order.amount_total, self.get_net(order)), (total, [net]))

    def test_nor_after_it_was_confirmed(self):
        tax, minus = self.make_any_tax(10), self.make_any_tax(-90)
        order = self.make_confirmed({"product_uom_qty": 2.0, "tax_ids": [Command.set(tax.ids)]})
        line = order.order_line
        manual = self.prepare_manual(tax, tax_amount_currency=-180.0)
        edits = {
            "amounts": (LINE, line.ids, {"extra_tax_data": manual}),
            "tax": (LINE, line.ids, {"tax_ids": [Command.set(minus.ids)]}),
            "one more tax": (LINE, line.ids, {"tax_ids": [Command.link(minus.id)]}),
        }
        self.assert_edits(order, edits, refused=True)

    def test_credit_counts_what_is_sold(self):
        plus, minus = self.make_any_tax(10), self.make_any_tax(-90)
        manual = self.prepare_manual(plus, 1.0, tax_amount_currency=-80.0)
        off = self.prepare_manual(plus, 1.0, tax_amount_currency=-4990.0) | {"price_unit": -10.0}
        cases = {
            "negative": ([{"tax_ids": [Command.set(minus.ids)]}], 100),
            "with another one": ([{"tax_ids": [Command.set((plus | minus).ids)]}], 110),
            "group": ([{"tax_ids": [Command.set(self.make_group(plus, minus).ids)]}], 110),
            "written": ([{"tax_ids": [Command.set(plus.ids)], "extra_tax_data": manual}], 110),
            "written on what takes off": (
                [
                    {"tax_ids": [Command.set(plus.ids)]},
                    {"product_id": self.nothing.id, "price_unit": -10.0, "extra_tax_data": off}
                    | {"tax_ids": [Command.set(plus.ids)]},
                ],
                99,
            ),
        }
        for name, (lines, amount) in cases.items():
            with self.subTest(name):
                self.assertEqual(self.make_offer(*lines).sudo().key_account_uninvoiced_amount, amount)


class TestExpensesAtCost(BentLinesCommon):
    """What Odoo passes on at its cost is measured against what was booked for it, and nothing else is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.travel = cls._create_product(
            name="Travel", list_price=1000.0, standard_price=0, taxes_id=[], supplier_taxes_id=[], expense_policy="cost"
        )
        plan = cls.env["account.analytic.plan"].create({"name": "Plan"})
        cls.account = cls.env["account.analytic.account"].create({"name": "Account", "plan_id": plan.id})
        cls.vendor = cls.make_customer(name="Vendor")

    def book(self, order, price=50.0, quantity=2.0):
        """Post a vendor bill for the order; which order it is, modules such as project say."""
        line = {
            "product_id": self.travel.id,
            "quantity": quantity,
            "price_unit": price,
            "tax_ids": [],
            "analytic_distribution": {str(self.account.id): 100},
        }
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.vendor.id,
                "invoice_date": "2024-05-01",
                "invoice_line_ids": [Command.create(line)],
            }
        )
        ids = bill.invoice_line_ids.ids
        found = patch.object(
            self.registry["account.move.line"],
            "_sale_determine_order",
            lambda lines: {line.id: order for line in lines if line.id in ids},
        )
        with found:
            bill.action_post()
        return bill

    def test_what_is_booked_is_passed_on(self):
        order = self.make_confirmed()
        self.book(order)
        line = order.order_line[-1]
        self.assertEqual((line.is_expense, line.price_unit, line.product_uom_qty), (True, 50, 2))
        self.assert_never_over()
        edits = {"less": {"price_unit": 44.9}, "discount": {"discount": 10.1}, "more of it": {"product_uom_qty": 3.0}}
        self.assert_edits(order, {name: (LINE, line.ids, values) for name, values in edits.items()}, refused=True)
        self.assert_edits(order, {"at the cap": (LINE, line.ids, {"price_unit": 45.0})}, refused=False)

    def test_what_is_not_booked_is_worth_its_price(self):
        order = self.make_offer({"product_id": self.travel.id, "price_unit": 0.09, "is_expense": True})
        self.assert_not_confirmed(order)
        order = self.make_confirmed({"product_id": self.travel.id, "price_unit": 900.0})
        for values in ({"is_expense": True, "price_unit": 0.09}, {"price_unit": 0.09}):
            with self.subTest(values):
                self.assert_call_refused(LINE, "write", order.order_line.ids, values)

    def test_the_product_of_a_booked_line_is_not_swapped(self):
        order = self.make_confirmed()
        self.book(order)
        other = self._create_product(name="Other", list_price=1000.0, taxes_id=[], expense_policy="cost")
        values = {"product_id": other.id, "price_unit": 50.0}
        self.assert_call_refused(LINE, "write", order.order_line[-1].ids, values)

    def test_a_bill_that_is_taken_back_leaves_no_cost(self):
        order = self.make_confirmed()
        bill = self.book(order)
        bill.button_draft()
        self.assert_refused(self.salesperson, LINE, "write", order.order_line[-1].ids, {"price_unit": 45.0})


class TestOrderWithoutCurrency(BentLinesCommon):
    def test_it_is_refused_in_words(self):
        for order in (self.make_offer(), self.make_confirmed()):
            with self.subTest(order.state), self.assertRaisesRegex(UserError, "has no currency"):
                self.call(self.salesperson, ORDER, "write", order.ids, {"currency_id": False})

    def test_where_nothing_is_guarded_it_counts_in_the_companys(self):
        self.cap_ruleset.action_retire()
        order = self.make_offer()
        self.call(self.salesperson, ORDER, "write", order.ids, {"currency_id": False})
        self.company.write({"account_use_credit_limit": True, "key_account_credit_policy": "block"})
        self.big.with_company(self.company).credit_limit = 1000000
        self.confirm(order)
        found = self.env["key.account.exposure"]._get_exposures(self.big, self.company)[self.big]
        self.assertEqual((order.state, found.orders), ("sale", 1000))
