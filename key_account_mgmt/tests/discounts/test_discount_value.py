import math
from decimal import Decimal

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import mute_logger

from ..discount_value_common import DiscountValueCommon


class TestDiscountValue(DiscountValueCommon):
    def test_price_discount_and_quantity_make_the_net(self):
        cases = [
            # price, discount, quantity, net, reference
            (100.0, 0, 1, 100, 100),
            (80.0, 10, 3, 216, 300),
            (100.0, 150, 1, -50, 100),
            (100.0, 100, 2, 0, 200),
            (0.0, 0, 2, 0, 200),
            (250.0, 0, 1, 250, 100),
            (-40.0, 0, 1, -40, 100),
            (0.1, 0, 3, "0.3", 300),
            (1e12, 0, 1, 10**12, 100),
        ]
        for price, discount, quantity, net, reference in cases:
            with self.subTest(price=price, discount=discount, quantity=quantity):
                line = {"price_unit": price, "discount": discount, "product_uom_qty": quantity}
                self.assert_value(self.make_quotation(line), net, reference)

    def test_without_units_sold_there_is_no_reference(self):
        for quantity, net in ((0, 0), (-2, -200)):
            with self.subTest(quantity=quantity):
                self.assert_value(self.make_quotation({"product_uom_qty": quantity}), net, None)

    def test_an_expense_of_which_no_cost_is_booked_is_worth_its_price(self):
        cases = [
            # policy of the product, line of an expense, reference
            ("cost", True, 100),
            ("cost", False, 100),
            ("sales_price", True, 100),
            ("no", True, 100),
        ]
        for policy, is_expense, reference in cases:
            with self.subTest(policy=policy, is_expense=is_expense):
                self.good.expense_policy = policy
                order = self.make_quotation({"price_unit": 30.0, "is_expense": is_expense})
                self.assert_value(order, 30, reference)

    def test_prices_are_exact_whatever_floats_say(self):
        self.good.list_price = 33.333
        order = self.make_quotation({"price_unit": 33.333, "discount": 10, "product_uom_qty": 3})
        value = self.get_values(order)[0]
        self.assertEqual((value.net, value.reference), (Decimal("89.9991"), Decimal("99.999")))

    def test_units_are_converted_to_that_of_the_product(self):
        kilogram = self.env.ref("uom.product_uom_kgm")
        cases = [
            # unit of the line, price, net, reference, quantity in the product's unit
            (self.dozen, 600.0, 1200, 2400, 24),
            (self.env.ref("uom.product_uom_unit"), 50.0, 100, 200, 2),
            # Another kind of unit: as Odoo delivers it, by its absolute quantity.
            (kilogram, 50.0, 100, 200000, 2000),
        ]
        for uom, price, net, reference, quantity in cases:
            with self.subTest(uom.name):
                line = {"product_uom_id": uom.id, "product_uom_qty": 2, "price_unit": price}
                value = self.assert_value(self.make_quotation(line), net, reference)
                self.assertEqual(value.quantity, Decimal(str(quantity)))
                self.assertAlmostEqual(value.unit_net, Decimal(str(net)) / Decimal(str(quantity)), 6)

    def test_products_sold_by_the_dozen_and_ordered_by_the_piece(self):
        self.good.uom_id = self.dozen
        line = {"product_uom_id": self.env.ref("uom.product_uom_unit").id, "product_uom_qty": 6, "price_unit": 5.0}
        self.assert_value(self.make_quotation(line), 30, 50)

    def test_foreign_money_counts_at_todays_rate(self):
        order = self.make_quotation({"price_unit": 45.0}, currency=self.euro)
        self.assert_value(order, 90, 100)
        self.assertEqual(self.get_values(order)[0].unit_net, 45)
        order.date_order = "2001-01-01"
        self.env["res.currency.rate"].create(
            {"name": "2020-01-01", "rate": 0.8, "currency_id": self.euro.id, "company_id": self.company.id}
        )
        self.assert_value(order, "56.25", 100)

    def test_a_currency_without_rate_is_named(self):
        yen = self.env["res.currency"].with_context(active_test=False).search([("name", "=", "JPY")])
        yen.active = True
        yen.rate_ids.unlink()
        with self.assertRaisesRegex(UserError, "JPY has no exchange rate"):
            self.get_values(self.make_quotation({}, currency=yen))
        # A rate of exactly one is a rate.
        self.env["res.currency.rate"].create({"rate": 1.0, "currency_id": yen.id, "company_id": self.company.id})
        self.assert_value(self.make_quotation({}, currency=yen), 100, 100)

    def test_numbers_that_are_none_are_refused(self):
        for field, value in (("price_unit", math.inf), ("price_unit", math.nan), ("price_unit", 1e300)):
            with (
                self.subTest(value),
                mute_logger("odoo.addons.account.models.account_tax"),
                self.cr.savepoint() as point,
            ):
                order = self.make_quotation({})
                order.order_line._fields[field]._update_cache(order.order_line, value)
                with self.assertRaisesRegex(UserError, "cannot be used"):
                    self.get_values(order)
                order.invalidate_recordset(flush=False)
                point.rollback()

    def test_products_without_price_or_category_have_a_rule(self):
        free = self._create_product(name="Free", list_price=0.0, taxes_id=[])
        odd = self._create_product(name="No category", list_price=10.0, taxes_id=[], categ_id=False)
        order = self.make_quotation({"product_id": free.id}, {"product_id": odd.id, "price_unit": 9.0})
        self.assert_value(order, 100, None, 0)
        self.assert_value(order, 9, 10, 1)

    def test_notes_have_no_value_and_down_payments_no_reference(self):
        order = self.make_quotation({})
        order.order_line = [
            Command.create({"display_type": "line_note", "name": "Note"}),
            Command.create({"is_downpayment": True, "name": "Down", "price_unit": -50.0, "product_uom_qty": 1}),
        ]
        self.assertEqual(len(self.get_values(order)), 2)
        self.assert_value(order, -50, None, 1)

    def test_an_order_without_lines_has_no_values(self):
        self.assertEqual(self.get_values(self.make_quotation()), [])


class TestDiscountValueTaxes(DiscountValueCommon):
    def test_only_included_taxes_lower_the_net(self):
        included, excluded = self.make_tax(), self.make_tax(included=False)
        group = self.make_tax(amount_type="group", children_tax_ids=[Command.set(included.ids)])
        fixed = self.make_tax(amount=5, amount_type="fixed")
        cases = [
            (excluded, 200),
            (included, "166.67"),
            (group, "166.67"),
            (fixed, 190),
            (included | excluded, "166.67"),
        ]
        for taxes, net in cases:
            with self.subTest(taxes.mapped("name")):
                order = self.make_quotation({"tax_ids": [Command.set(taxes.ids)], "product_uom_qty": 2})
                self.assert_value(order, net, 200)

    def test_the_products_own_included_tax_is_no_part_of_its_worth(self):
        included = self.make_tax()
        self.good.taxes_id = included
        order = self.make_quotation({"tax_ids": [Command.set(included.ids)], "product_uom_qty": 12})
        self.assert_value(order, 1000, 1000)
        order.order_line.tax_ids = False
        self.assert_value(order, 1200, 1000)

    def test_a_fiscal_position_that_adapts_the_price_gives_nothing_away(self):
        included, reduced = self.make_tax(), self.make_tax(amount=10)
        self.good.taxes_id = included
        position = self.env["account.fiscal.position"].create({"name": "Reduced"})
        reduced.write(
            {"fiscal_position_ids": [Command.set(position.ids)], "original_tax_ids": [Command.set(included.ids)]}
        )
        order = self.env["sale.order"].create({"partner_id": self.customer.id, "fiscal_position_id": position.id})
        order.order_line = [Command.create({"product_id": self.good.id})]
        self.assertEqual(order.order_line.tax_ids, reduced)
        self.assert_value(order, "83.33", "83.33")

    def test_taxes_of_other_companies_do_not_count(self):
        other = self.setup_other_company()["company"]
        self.good.taxes_id = self.env["account.tax"].create(
            {"name": "Other", "amount": 50, "price_include_override": "tax_included", "company_id": other.id}
        )
        self.assert_value(self.make_quotation({}), 100, 100)

    def test_odoos_own_global_discount_is_what_it_says(self):
        tax = self.make_tax(amount=19)
        order = self.make_quotation({"tax_ids": [Command.set(tax.ids)], "price_unit": 119.0})
        wizard = self.env["sale.order.discount"].create(
            {"sale_order_id": order.id, "discount_type": "so_discount", "discount_percentage": 0.333}
        )
        wizard.action_apply_discount()
        nets = [value.net for value in self.get_values(order)]
        self.assertEqual([value.reference for value in self.get_values(order)], [100, None])
        self.assertAlmostEqual(sum(nets), Decimal(str(order.amount_untaxed)), 2)


class TestDiscountValueProducts(DiscountValueCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.attribute = cls.env["product.attribute"].create({"name": "Finish", "create_variant": "no_variant"})
        cls.size = cls.env["product.attribute"].create({"name": "Size", "create_variant": "always"})

    def make_template(self, attribute, extras):
        values = self.env["product.attribute.value"].create(
            [{"name": f"Value {extra}", "attribute_id": attribute.id} for extra in extras]
        )
        line = {"attribute_id": attribute.id, "value_ids": [Command.set(values.ids)]}
        template = self.env["product.template"].create(
            {"name": "Made", "list_price": 100.0, "taxes_id": [], "attribute_line_ids": [Command.create(line)]}
        )
        chosen = template.attribute_line_ids.product_template_value_ids
        for value, extra in zip(chosen, extras, strict=True):
            value.price_extra = extra
        return template, chosen

    def test_extra_prices_of_variants_count(self):
        template, _values = self.make_template(self.size, [0, 25])
        for variant, reference in zip(template.product_variant_ids, (100, 125), strict=True):
            with self.subTest(reference):
                self.assert_value(self.make_quotation({"product_id": variant.id}), 100, reference)

    def test_extra_prices_of_chosen_values_count_once(self):
        template, values = self.make_template(self.attribute, [-30, 0, 25])
        cases = [((), 100), ((0,), 70), ((2,), 125), ((0, 1), 100), ((0, 2), 125)]
        for chosen, reference in cases:
            with self.subTest(chosen):
                ids = [values[index].id for index in chosen]
                line = {
                    "product_id": template.product_variant_id.id,
                    "product_no_variant_attribute_value_ids": [Command.set(ids)],
                }
                self.assert_value(self.make_quotation(line), 100, reference)

    def make_combo_order(self, **parts):
        """A menu at 90 of a burger worth 80 and a drink worth 20; ``parts`` change the lines of its parts."""
        burger = self._create_product(name="Burger", list_price=80.0, taxes_id=[])
        drink = self._create_product(name="Drink", list_price=20.0, taxes_id=[])
        combos = self.env["product.combo"].create(
            [
                {"name": name, "combo_item_ids": [Command.create({"product_id": product.id, "extra_price": extra})]}
                for name, product, extra in (("Main", burger, 0), ("Side", drink, 5))
            ]
        )
        menu = self._create_product(
            name="Menu", type="combo", list_price=90.0, taxes_id=[], combo_ids=[Command.set(combos.ids)]
        )
        order = self.make_quotation({"product_id": menu.id, "price_unit": 0.0, "product_uom_qty": 2})
        order.order_line = [
            Command.create(
                {
                    "product_id": item.product_id.id,
                    "product_uom_qty": 2,
                    "tax_ids": [],
                    "combo_item_id": item.id,
                    "linked_line_id": order.order_line[0].id,
                    **parts,
                }
            )
            for item in combos.combo_item_ids
        ]
        return order

    def test_parts_of_a_combo_are_worth_their_share(self):
        order = self.make_combo_order()
        self.assertEqual(order.order_line.mapped("price_unit"), [0, 72, 23])
        for index, (net, reference) in enumerate([(0, None), (144, 144), (46, 46)]):
            self.assert_value(order, net, reference, index)

    def test_a_part_without_the_rest_of_its_combo_is_worth_its_own_price(self):
        order = self.make_combo_order()
        order.order_line[2].unlink()
        self.assert_value(order, 144, 160, 1)
        order = self.make_combo_order()
        order.order_line[1].product_uom_qty = 10
        self.assert_value(order, 720, 800, 1)

    def test_the_reference_may_be_the_customers_own_pricelist(self):
        self.env.user.group_ids += self.env.ref("product.group_product_pricelist")
        values = {"compute_price": "percentage", "percent_price": 20, "applied_on": "3_global"}
        generous = {**values, "percent_price": 50, "min_quantity": 10}
        pricelist = self._create_pricelist(
            name="Own", currency_id=self.euro.id, item_ids=[Command.create(values), Command.create(generous)]
        )
        self.customer.property_product_pricelist = pricelist
        cases = [
            # quantity, unit, reference
            (1, self.good.uom_id, 80),
            (10, self.good.uom_id, 500),
            (1, self.dozen, 600),
        ]
        for quantity, uom, reference in cases:
            with self.subTest(quantity=quantity, uom=uom.name):
                other = self._create_pricelist(name="Of the order", currency_id=self.company.currency_id.id)
                line = {"product_uom_qty": quantity, "product_uom_id": uom.id, "price_unit": 100.0}
                order = self.make_quotation(line, pricelist_id=other.id)
                self.assert_value(order, 100 * quantity, reference, by="pricelist")
        self.customer.property_product_pricelist = False

    def test_products_of_another_currency_are_converted(self):
        other = self.setup_other_company(currency_id=self.euro.id)["company"]
        line = {"product_id": self.good.id, "price_unit": 45.0, "tax_ids": []}
        values = {"partner_id": self.customer.id, "company_id": other.id, "order_line": [Command.create(line)]}
        order = self.env["sale.order"].with_company(other).create(values)
        with self.assertRaisesRegex(UserError, "USD has no exchange rate"):
            self.get_values(order)
        rate = {"currency_id": self.good.currency_id.id, "company_id": other.id, "rate": 4.0, "name": "2000-01-01"}
        self.env["res.currency.rate"].create(rate)
        self.assert_value(order, 45, 25)
