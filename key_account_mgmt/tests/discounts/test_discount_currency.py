from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..discount_common import LINE, ORDER, DiscountWaysCommon


class UnratedCommon(DiscountWaysCommon):
    """The customer buys by a pricelist in yen, for which the company has no rate; everything may be given by 10 %."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.yen = cls._enable_currency("JPY")
        cls.yen.rate_ids.unlink()
        cls.env.user.group_ids |= cls.env.ref("product.group_product_pricelist")
        cls.salesperson.group_ids |= cls.env.ref("product.group_product_pricelist")
        cls.own = cls.make_pricelist("Own")
        cls.big.with_company(cls.company).specific_property_product_pricelist = cls.own

    @classmethod
    def make_pricelist(cls, name, currency=None, **item):
        items = [Command.create({"applied_on": "3_global", **item})] if item else []
        return cls._create_pricelist(name=name, currency_id=(currency or cls.yen).id, item_ids=items)

    def sell(self, *lines, **values):
        """An order of the salesperson at the prices that Odoo itself puts on it, unless lines say otherwise."""
        lines = [{"product_id": self.good.id, "tax_ids": [], **line} for line in lines or ({},)]
        values = {"partner_id": self.big.id, "order_line": [Command.create(line) for line in lines], **values}
        order = self.env[ORDER].with_user(self.salesperson).with_company(self.company).create(values)
        order.env.flush_all()
        return order

    def get_problem(self, order):
        return order.sudo().key_account_cap_problem or ""


class TestCurrencyWithoutRate(UnratedCommon):
    def test_an_order_that_gives_no_discount_needs_no_rate(self):
        fixed = self.make_pricelist("Fixed", compute_price="fixed", fixed_price=9000)
        cases = {
            "as the pricelist has it": ({}, self.own),
            "fixed price": ({}, fixed),
            "dearer": ({"price_unit": 9001.0}, fixed),
            "several pieces": ({"product_uom_qty": 7.0}, fixed),
            "reduced for this customer": (
                {},
                self.make_pricelist("Cheaper", compute_price="percentage", percent_price=12.345),
            ),
        }
        for name, (line, pricelist) in cases.items():
            with self.subTest(name):
                self.big.with_company(self.company).specific_property_product_pricelist = pricelist
                order = self.sell(line)
                self.assertEqual(order.currency_id, self.yen)
                self.confirm(order)
                self.assertEqual(order.state, "sale")
                self.assertFalse(order.key_account_cap_status)

    def test_whatever_else_cannot_be_compared(self):
        other = self.make_pricelist("Other", compute_price="fixed", fixed_price=1)
        cases = {
            "discount": ([{"discount": 1}], {}),
            "lower price": ([{"price_unit": 99.0}], {}),
            "line that takes off": ([{}, {"product_id": self.nothing.id, "price_unit": -1.0}], {}),
            "return": ([{}, {"product_uom_qty": -1.0}], {}),
            "another pricelist": ([{}], {"pricelist_id": other.id}),
            "another unit": ([{"product_uom_id": self.dozen.id, "price_unit": 100.0}], {}),
        }
        for name, (lines, values) in cases.items():
            with self.subTest(name):
                order = self.sell(*lines, **values)
                self.assert_not_confirmed(order)
                self.assertIn("JPY has no exchange rate", self.get_problem(order))

    def test_the_refusal_offers_no_approval_that_cannot_be_asked_for(self):
        with self.assertRaisesRegex(UserError, "cannot be compared.*\n.*JPY has no exchange rate") as refusal:
            self.confirm(self.sell({"discount": 1}))
        self.assertNotIn("Ask for Approval", str(refusal.exception))

    def test_a_confirmed_order_gets_no_discount_afterwards(self):
        order = self.sell()
        self.confirm(order)
        edits = {
            "discount": (LINE, order.order_line.ids, {"discount": 1}),
            "price": (LINE, order.order_line.ids, {"price_unit": 50.0}),
        }
        self.assert_edits(order, edits, refused=True)

    def test_the_currency_alone_makes_no_pricelist(self):
        self.big.with_company(self.company).specific_property_product_pricelist = self.make_pricelist(
            "Dollars", self.company.currency_id
        )
        order = self.sell()
        self.call(self.salesperson, ORDER, "write", order.ids, {"currency_id": self.yen.id})
        self.assertEqual(order.currency_id, self.yen)
        self.assert_not_confirmed(order)

    def test_where_nothing_is_capped_no_rate_is_needed(self):
        self.cap_ruleset.action_retire()
        ruleset = self.make_ruleset(name="Others")
        self.make_rule(ruleset, "C")
        category = self.env["product.category"].create({"name": "Capped"})
        row = {"name": "Some", "ruleset_id": ruleset.id, "kind": "discount_cap", "cap": 1}
        self.env["key.account.rule"].create({**row, "product_categ_ids": category.ids})
        ruleset.action_activate()
        order = self.sell({"discount": 50})
        self.confirm(order)
        self.assertEqual(order.state, "sale")
        self.good.categ_id = category
        self.assert_not_confirmed(self.sell({"discount": 50}))

    def test_a_margin_floor_needs_a_rate(self):
        self.cap_ruleset.action_retire()
        ruleset = self.make_ruleset(name="Floor")
        self.make_rule(ruleset, "C")
        row = {"name": "All", "ruleset_id": ruleset.id, "kind": "discount_cap", "has_margin_floor": True}
        self.env["key.account.rule"].create({**row, "cap": 10, "margin_floor": 20})
        ruleset.action_activate()
        self.assert_not_confirmed(self.sell())

    def test_a_pricelist_without_rate_is_not_given_by_who_sells(self):
        self.salesperson.group_ids |= self.env.ref("base.group_partner_manager")
        # What is in a currency with a rate may be given: discounts are measured against sales prices.
        allowed = self.make_pricelist("Euro", self.euro)
        for pricelist, refused in ((self.make_pricelist("Nearly free"), True), (allowed, False)):
            values = {"specific_property_product_pricelist": pricelist.id}
            calls = [("write", self.second.ids, values), ("create", {"name": "New", **values})]
            for method, *args in calls:
                with self.subTest(pricelist=pricelist.name, method=method):
                    if refused:
                        with self.assertRaisesRegex(AccessError, "no exchange rate"), self.cr.savepoint():
                            self.call(self.salesperson, "res.partner", method, *args)
                    else:
                        self.call(self.salesperson, "res.partner", method, *args)

    def test_the_message_offers_what_the_user_can_do(self):
        dollars = "choose a pricelist in USD"
        pricelists = self.env["product.pricelist"].search([("currency_id", "=", self.company.currency_id.id)])
        pricelists.active = False
        self.assertNotIn(dollars, self.get_problem(self.sell({"discount": 1})))
        self.make_pricelist("Dollars", self.company.currency_id)
        problem = self.get_problem(self.sell({"discount": 1}).with_user(self.salesperson))
        for part in (dollars, "Ask the accounting team to enter a rate", "prices of the customer's pricelist"):
            self.assertIn(part, problem)
        self.salesperson.group_ids |= self.env.ref("account.group_account_manager")
        problem = self.get_problem(self.sell({"discount": 1}).with_user(self.salesperson))
        self.assertIn("Accounting ▸ Configuration ▸ Currencies ▸ JPY", problem)
