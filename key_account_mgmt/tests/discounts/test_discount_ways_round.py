from contextlib import suppress

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from odoo.addons.http_routing.tests.common import MockRequest

from ..discount_common import LINE, ORDER, DiscountWaysCommon


class TestNoWayToConfirm(DiscountWaysCommon):
    """A quotation over its cap does not become an order, however somebody asks for it."""

    def test_each_call_that_confirms_is_refused(self):
        order = self.make_quotation(discount=30)
        confirmed = {"state": "sale"}
        calls = {
            "button": (ORDER, "action_confirm", order.ids),
            "write": (ORDER, "write", order.ids, confirmed),
            "form": (ORDER, "web_save", order.ids, confirmed, {}),
            "list": (ORDER, "web_save_multi", order.ids, [confirmed], {}),
            "customer": (
                "res.partner",
                "write",
                self.big.ids,
                {"sale_order_ids": [Command.update(order.id, confirmed)]},
            ),
            "line": (LINE, "write", order.order_line.ids, {"order_id": order.id, "state": "sale"}),
            "with lines": (
                ORDER,
                "write",
                order.ids,
                {**confirmed, "order_line": [Command.create(self.prepare_line())]},
            ),
        }
        for name, (model, method, *args) in calls.items():
            with self.subTest(name):
                self.attempt(model, method, *args)
                self.assertEqual(order.state, "draft")

    def test_no_order_is_born_confirmed(self):
        line = self.prepare_line(discount=30)
        values = {"partner_id": self.big.id, "order_line": [Command.create(line)]}
        confirmed = {**values, "state": "sale"}
        default = {"default_state": "sale"}
        quotation = self.make_quotation(discount=30)
        calls = {
            "create": ((ORDER, "create", confirmed), {}),
            "several": ((ORDER, "create", [values, confirmed]), {}),
            "form": ((ORDER, "web_save", [], confirmed, {}), {}),
            "default": ((ORDER, "create", values), default),
            "copy": ((ORDER, "copy", quotation.ids, {"state": "sale"}), {}),
            "copy, default": ((ORDER, "copy", quotation.ids), default),
            "customer": (("res.partner", "write", self.big.ids, {"sale_order_ids": [Command.create(confirmed)]}), {}),
            "line's order": ((LINE, "create", line), {"default_order_id": quotation.id, **default}),
        }
        for name, (arguments, context) in calls.items():
            with self.subTest(name):
                self.attempt(*arguments, context=context)

    def test_own_defaults_confirm_nothing(self):
        self.call(self.salesperson, "ir.default", "set", ORDER, "state", "sale", True)
        line = self.prepare_line(discount=30)
        self.attempt(ORDER, "create", {"partner_id": self.big.id, "order_line": [Command.create(line)]})
        self.assertFalse(self.env[ORDER].search([("partner_id", "=", self.big.id)]))

    def test_no_order_is_imported_confirmed(self):
        quotation = self.make_quotation(discount=30)
        columns = ["partner_id/.id", "order_line/product_id/.id", "order_line/price_unit", "order_line/product_uom_qty"]
        cells = [str(self.big.id), str(self.good.id), "50", "3"]
        imports = {
            "new": ([*columns, "state"], [*cells, "Sales Order"]),
            "known": ([".id", "state"], [str(quotation.id), "Sales Order"]),
        }
        for name, (header, row) in imports.items():
            with self.subTest(name):
                result = self.call(self.salesperson, ORDER, "load", header, [row])
                self.assertFalse(result["ids"])
                self.assertIn("10 % allowed", result["messages"][0]["message"].replace("\N{NO-BREAK SPACE}", " "))
                self.assert_never_over()

    def test_each_mix_that_makes_a_discount_is_refused(self):
        team = self.env["crm.team"].create({"name": "Any", "company_id": self.company.id})
        offers = {
            # what is sold: lines, values of the order
            "discount": ([{"discount": 10.01}], {}),
            "more than all": ([{"discount": 150}], {}),
            "price edited down": ([{"price_unit": 89.99}], {}),
            "no price": ([{"price_unit": 0.0}], {}),
            "negative price": ([{}, {"product_id": self.nothing.id, "price_unit": -10.01}], {}),
            "negative price of goods": ([{}, {"price_unit": -90.0}], {}),
            "negative quantity": ([{"product_uom_qty": 2.0}, {"product_uom_qty": -1.0}], {}),
            "negative quantity without reference": (
                [{}, {"product_id": self.nothing.id, "product_uom_qty": -1.0, "price_unit": 11.0}],
                {},
            ),
            "negative surcharge": ([{"price_unit": 100.0, "discount": -10}, {"price_unit": 80.0}], {}),
            "down payment": ([{}, {"product_id": self.nothing.id, "is_downpayment": True, "price_unit": -50.0}], {}),
            "goods as down payment": ([{"is_downpayment": True, "price_unit": 50.0}], {}),
            "no product": ([{}, {"product_id": False, "name": "Off", "is_downpayment": True, "price_unit": -50.0}], {}),
            "included tax": ([{"tax_ids": [Command.set(self.included.ids)]}], {}),
            "a dozen at the price of a piece": ([{"product_uom_id": self.dozen.id}], {}),
            "other currency": ([{}], {"pricelist_id": self.make_dollars_worth_less().id}),
            "other team": ([{"price_unit": 80.0}], {"team_id": team.id}),
            "old date": ([{"price_unit": 80.0}], {"date_order": "2001-01-01"}),
            "sections between": ([{"price_unit": 50.0}, self.prepare_section()], {}),
            "price that is none": ([{"price_unit": -1e16}], {}),
        }
        for name, (lines, values) in offers.items():
            with self.subTest(name):
                order = self.make_offer(*lines, **values)
                self.assert_call_refused(ORDER, "action_confirm", order.ids)
                self.assertEqual(order.state, "draft")

    def prepare_section(self):
        return {"display_type": "line_section", "name": "Gifts", "product_id": False, "price_unit": 0.0}

    def test_at_the_cap_it_confirms(self):
        for lines in ([{"discount": 10}], [{"price_unit": 90.0}], [{"price_unit": 95.0}, {"discount": 10}]):
            with self.subTest(lines):
                order = self.make_offer(*lines)
                self.confirm(order)
                self.assertEqual(order.state, "sale")

    def test_amounts_smuggled_beside_the_price_do_not_count(self):
        tax = self.make_tax(10, "tax_excluded")
        manual = {
            "manual_tax_amounts": {str(tax.id): {"tax_amount_currency": 0.0}},
            "manual_total_excluded_currency": 50.0,
            "manual_total_excluded": 50.0,
            "currency_id": self.company.currency_id.id,
            "price_unit": 100.0,
            "discount": 0.0,
            "quantity": 1.0,
            "rate": 1.0,
        }
        order = self.make_offer({"extra_tax_data": manual, "tax_ids": [Command.set(tax.ids)]})
        self.assertEqual(order.amount_untaxed, 50)
        self.assert_call_refused(ORDER, "action_confirm", order.ids)

    def test_stored_figures_are_nobodys_evidence(self):
        order = self.make_quotation(discount=30)
        figures = {
            "key_account_over_cap": False,
            "key_account_has_discount_cap": False,
            "key_account_excess": 0,
            "key_account_approval_state": "approved",
        }
        order.sudo().write(figures)
        self.call(self.salesperson, ORDER, "write", order.ids, {"amount_untaxed": 900, "amount_total": 900})
        self.call(self.salesperson, LINE, "write", order.order_line.ids, {"price_subtotal": 900, "price_total": 900})
        self.assert_call_refused(ORDER, "action_confirm", order.ids)

    def test_context_switches_nothing_off(self):
        order = self.make_quotation(discount=30)
        for context in (
            {"key_account_order_change": True, "key_account_hold_instead_of_raising": True, "su": True, "uid": 1},
            {
                "no_check": True,
                "bypass_risk": True,
                "install_mode": True,
                "import_file": True,
                "tracking_disable": True,
            },
            {"default_state": "sale", "default_company_id": False, "force_company": 0, "allowed_company_ids": [0]},
            {"lang": "xx_XX", "tz": "Nowhere", "date": "1990-01-01", "uom": self.dozen.id, "prefetch_fields": False},
        ):
            with self.subTest(context):
                self.attempt(ORDER, "action_confirm", order.ids, context=context)
                self.assertEqual(order.state, "draft")

    def test_copies_of_old_orders_are_judged_as_of_today(self):
        old = self.make_old_order({"discount": 60})
        [copy_id] = self.call(self.salesperson, ORDER, "copy", old.ids)
        copied = self.env[ORDER].browse(copy_id)
        self.assertEqual(copied.order_line.discount, 60)
        self.assert_not_confirmed(copied)

    def test_cancelled_orders_come_back_within_their_caps_only(self):
        order = self.make_confirmed()
        self.call(self.salesperson, ORDER, "write", order.ids, {"state": "cancel"})
        self.call(self.salesperson, LINE, "write", order.order_line.ids, {"price_unit": 10.0})
        for method, *args in (("action_confirm",), ("write", {"state": "sale"})):
            self.assert_call_refused(ORDER, method, order.ids, *args)

    def test_an_order_is_not_taken_along_by_others(self):
        good, bad = self.make_offer(), self.make_quotation(discount=30)
        self.assert_call_refused(ORDER, "action_confirm", (good | bad).ids)
        self.assertEqual((good | bad).mapped("state"), ["draft", "draft"])

    def test_the_customers_own_pricelist_is_not_the_salespersons(self):
        self.cap_ruleset.action_retire()
        ruleset = self.make_ruleset(name="By pricelist", discount_reference="pricelist")
        self.make_rule(ruleset, "C")
        self.env["key.account.rule"].create(
            {"name": "Everything", "ruleset_id": ruleset.id, "kind": "discount_cap", "cap": 10}
        )
        ruleset.action_activate()
        cheap = self._create_pricelist(
            name="Cheap",
            currency_id=self.company.currency_id.id,
            item_ids=[Command.create({"compute_price": "percentage", "percent_price": 60, "applied_on": "3_global"})],
        )
        self.salesperson.group_ids |= self.env.ref("base.group_partner_manager")
        for name in ("property_product_pricelist", "specific_property_product_pricelist"):
            self.assert_call_refused("res.partner", "write", self.big.ids, {name: cheap.id})
        order = self.make_offer({"price_unit": 40.0}, pricelist_id=cheap.id)
        self.assert_not_confirmed(order)


class TestConfirmedOrderGetsNoWorse(DiscountWaysCommon):
    """Whatever a salesperson changes in a confirmed order, it keeps its caps."""

    def prepare_edits(self, order):
        """Every column by which an order of ten pieces at 90 % of their price could get worse."""
        line, off = order.order_line[0], {"product_id": self.nothing.id, "price_unit": -10.0}
        children = {
            "line by the order": [Command.update(line.id, {"discount": 11})],
            "new line": [Command.create(self.prepare_line(price_unit=80.0))],
            "new line that takes off": [Command.create(self.prepare_line(**off))],
            "new down payment": [Command.create(self.prepare_line(**off, is_downpayment=True))],
            "new free line": [Command.create(self.prepare_line(price_unit=0.0))],
        }
        lines = {
            "price": {"price_unit": 99.99},
            "discount": {"discount": 10.01},
            "unit": {"product_uom_id": self.dozen.id, "price_unit": 100.0},
            "taxes": {"tax_ids": [Command.set(self.included.ids)]},
            "negative quantity": {"product_uom_qty": -10.0},
            "product": {"product_id": self.dear.id, "price_unit": 100.0},
            "product and its price": {"product_id": self.dear.id, "price_unit": 1000.0, "discount": 10.0},
            "several": {"price_unit": 200.0, "discount": 60.0},
        }
        return {
            **{name: (LINE, line.ids, values) for name, values in lines.items()},
            **{name: (ORDER, order.ids, {"order_line": commands}) for name, commands in children.items()},
        }

    def test_each_column_of_a_line(self):
        order = self.make_confirmed({"product_uom_qty": 10.0, "discount": 10})
        edits = self.prepare_edits(order)
        allowed = {"product and its price": edits.pop("product and its price")}
        self.assert_edits(order, edits, refused=True)
        self.assert_edits(order, allowed, refused=False)

    def test_each_column_of_the_order(self):
        order = self.make_confirmed({"product_uom_qty": 10.0, "discount": 10})
        other = self.make_offer({"discount": 60})
        stranger = self.make_customer(name="Stranger")
        self.cap_ruleset.action_retire()
        self.make_caps_by_customer_and_team(order)
        edits = {
            "customer": {"partner_id": stranger.id},
            "team": {"team_id": self.env["crm.team"].create({"name": "Other", "company_id": self.company.id}).id},
            "salesperson, and so team": {"user_id": self.colleague.id, "team_id": False},
            "currency": {"currency_id": self.make_dollars_worth_less().currency_id.id},
            "line of another order": {"order_line": [Command.link(other.order_line.id)]},
            "again": {"state": "sale", "order_line": [Command.link(other.order_line.id)]},
        }
        self.assert_edits(order, {name: (ORDER, order.ids, values) for name, values in edits.items()}, refused=True)
        line = other.order_line
        self.assert_call_refused(LINE, "write", line.ids, {"order_id": order.id})
        self.assert_call_refused(ORDER, "write", order.ids, {"pricelist_id": self.make_dollars_worth_less().id})

    def test_an_order_of_a_company_without_caps_does_not_come_over(self):
        other = self.setup_other_company(currency_id=self.company.currency_id.id)["company"]
        self.salesperson.company_ids |= other
        both = {"allowed_company_ids": [self.company.id, other.id]}
        shared = self.env["product.product"].create({"name": "Shared", "list_price": 100.0, "taxes_id": False})
        line = self.prepare_line(product_id=shared.id, discount=60)
        values = {"partner_id": self.big.id, "company_id": other.id, "order_line": [Command.create(line)]}
        order_id = self.call(self.salesperson, ORDER, "create", values, context=both)
        self.call(self.salesperson, ORDER, "action_confirm", [order_id], context=both)
        order = self.env[ORDER].browse(order_id)
        self.assertEqual(order.state, "sale")
        for values in ({"company_id": self.company.id}, {"company_id": self.company.id, "state": "sale"}):
            self.assert_call_refused(ORDER, "write", order.ids, values, context=both)

    def make_caps_by_customer_and_team(self, order):
        ruleset = self.make_ruleset(name="By customer and team")
        self.make_rule(ruleset, "C")
        self.big.with_company(self.company).key_account_tier_id = self.tier_a
        row = {"ruleset_id": ruleset.id, "kind": "discount_cap"}
        self.env["key.account.rule"].create(
            [
                {
                    **row,
                    "name": "The best, by their team",
                    "sequence": 1,
                    "cap": 10,
                    "tier_filter_ids": self.tier_a.ids,
                    "team_ids": order.team_id.ids,
                },
                {**row, "name": "All others", "sequence": 2, "cap": 1},
            ]
        )
        ruleset.action_activate()
        self.assertFalse(self.is_over(order))

    def test_unlocking_does_not_help_and_locking_does_not_hinder(self):
        order = self.make_confirmed({"product_uom_qty": 10.0, "discount": 10})
        self.call(self.salesperson, ORDER, "action_lock", order.ids)
        free = {"order_line": [Command.create(self.prepare_line(price_unit=0.0))]}
        self.assert_call_refused(ORDER, "write", order.ids, free)
        self.assert_call_refused(LINE, "write", order.order_line.ids, {"price_unit": 1.0})
        self.call(self.salesperson, ORDER, "action_unlock", order.ids)
        self.assert_call_refused(ORDER, "write", order.ids, free)
        self.assert_call_refused(LINE, "write", order.order_line.ids, {"price_unit": 1.0})

    def test_lines_are_not_put_into_it_from_outside(self):
        order = self.make_confirmed({"product_uom_qty": 10.0, "discount": 10})
        free = self.prepare_line(price_unit=0.0)
        calls = {
            "line": ((LINE, "create", {**free, "order_id": order.id}), {}),
            "several": (
                (LINE, "create", [{**self.prepare_line(), "order_id": order.id}, {**free, "order_id": order.id}]),
                {},
            ),
            "default": ((LINE, "create", free), {"default_order_id": order.id}),
            "import": (
                (
                    LINE,
                    "load",
                    ["order_id/.id", "product_id/.id", "price_unit"],
                    [[str(order.id), str(self.good.id), "1"]],
                ),
                {},
            ),
            "customer": (
                (
                    "res.partner",
                    "write",
                    self.big.ids,
                    {"sale_order_ids": [Command.update(order.id, {"order_line": [Command.create(free)]})]},
                ),
                {},
            ),
            "copy of a line": ((LINE, "copy", order.order_line.ids, {"order_id": order.id, "price_unit": 0.0}), {}),
            "new order that takes its line": (
                (
                    ORDER,
                    "create",
                    {
                        "partner_id": self.big.id,
                        "order_line": [Command.update(order.order_line.id, {"price_unit": 1.0})],
                    },
                ),
                {},
            ),
        }
        for name, (arguments, context) in calls.items():
            with self.subTest(name):
                self.attempt(*arguments, context=context)
                self.assertEqual(order.order_line.mapped("price_unit"), [100])

    def test_lines_that_hold_up_others_are_not_taken_away(self):
        order = self.make_confirmed({}, {"product_id": self.nothing.id, "price_unit": -20.0}, {"product_uom_qty": 1.0})
        other = self.make_offer()
        good = order.order_line[0]
        self.assert_call_refused(LINE, "write", good.ids, {"order_id": other.id})
        self.assert_call_refused(LINE, "write", good.ids, {"product_uom_qty": 0.0})
        self.assert_call_refused(LINE, "write", good.ids, {"product_id": self.nothing.id})
        self.assert_call_refused(LINE, "unlink", good.ids)
        values = {"partner_id": self.big.id, "order_line": [Command.link(good.id)]}
        self.assert_call_refused(ORDER, "create", values)
        self.assert_call_refused(ORDER, "write", other.ids, {"order_line": [Command.link(good.id)]})

    def test_the_discount_wizard_gives_no_more(self):
        self.company.sale_discount_product_id = self.nothing
        for confirmed in (False, True):
            for kind, amount in (
                ("sol_discount", 0.11),
                ("so_discount", 0.11),
                ("so_discount", 1.0),
                ("amount", 110.0),
            ):
                with self.subTest(confirmed=confirmed, kind=kind, amount=amount), self.cr.savepoint() as savepoint:
                    order = self.make_confirmed({"product_uom_qty": 10.0}) if confirmed else self.make_offer()
                    values = {"sale_order_id": order.id, "discount_type": kind}
                    values["discount_amount" if kind == "amount" else "discount_percentage"] = amount
                    wizard = self.call(self.salesperson, "sale.order.discount", "create", values)
                    arguments = ("sale.order.discount", "action_apply_discount", [wizard])
                    if confirmed:
                        self.assert_call_refused(*arguments)
                    else:
                        self.call(self.salesperson, *arguments)
                        self.assert_not_confirmed(order)
                    savepoint.rollback()
                    self.env.invalidate_all()

    def test_the_discount_wizard_may_give_what_is_left(self):
        self.company.sale_discount_product_id = self.nothing
        tax = self.make_tax(10, "tax_excluded")
        order = self.make_confirmed({"product_uom_qty": 10.0, "tax_ids": [Command.set(tax.ids)]})
        values = {"sale_order_id": order.id, "discount_type": "so_discount", "discount_percentage": 0.1}
        wizard = self.call(self.salesperson, "sale.order.discount", "create", values)
        self.call(self.salesperson, "sale.order.discount", "action_apply_discount", [wizard])
        self.assertEqual(order.amount_untaxed, 900)
        self.assert_never_over()

    def test_the_catalog_gives_no_more(self):
        self.cap_ruleset.action_retire()
        self.make_cap_by_quantity()
        order = self.make_confirmed({"product_uom_qty": 10.0, "discount": 30})
        seller = order.with_user(self.salesperson).with_company(self.company)
        with MockRequest(seller.env), self.assertRaises(UserError):
            seller._update_order_line_info(self.good.id, 9)
        with MockRequest(seller.env):
            seller._update_order_line_info(self.good.id, 11)
            seller._update_order_line_info(self.dear.id, 1)
        self.assertEqual(order.order_line.mapped("product_uom_qty"), [11, 1])

    def test_an_order_that_earned_its_cap_by_its_size_keeps_it_by_its_size(self):
        self.cap_ruleset.action_retire()
        ruleset = self.make_ruleset(name="By amount")
        self.make_rule(ruleset, "C")
        row = {"ruleset_id": ruleset.id, "kind": "discount_cap"}
        big = Command.create(self._prepare_condition("order_amount", ">=", 5000))
        self.env["key.account.rule"].create(
            [
                {**row, "name": "Big", "sequence": 1, "cap": 40, "condition_ids": [big]},
                {**row, "name": "Small", "sequence": 2, "cap": 10},
            ]
        )
        ruleset.action_activate()
        order = self.make_confirmed(
            {"discount": 40}, {"product_id": self.dear.id, "product_uom_qty": 6.0, "price_unit": 1000.0}
        )
        dear = order.order_line[1]
        self.assert_call_refused(LINE, "write", dear.ids, {"product_uom_qty": 4.0})
        self.assert_call_refused(
            ORDER, "write", order.ids, {"order_line": [Command.update(dear.id, {"product_uom_qty": 0})]}
        )
        self.call(self.salesperson, LINE, "write", dear.ids, {"product_uom_qty": 5.0})
        self.assert_never_over()


class TestConfirmedOrderMayChange(DiscountWaysCommon):
    """What makes an order no worse, or stays within what somebody consented to, is nobody's business."""

    def test_an_older_order_may_change_as_long_as_it_gets_no_worse(self):
        order = self.make_old_order({"product_uom_qty": 10.0, "discount": 50}, {"product_uom_qty": 2.0})
        self.assertTrue(self.is_over(order))
        line = order.order_line[0]
        better = {
            "price up": (LINE, line.ids, {"price_unit": 110.0}),
            "less discount": (LINE, line.ids, {"discount": 40.0}),
            "fewer": (LINE, line.ids, {"product_uom_qty": 9.0}),
            "line at its price": (ORDER, order.ids, {"order_line": [Command.create(self.prepare_line())]}),
            "note": (ORDER, order.ids, {"note": "Thanks", "client_order_ref": "4711"}),
            "name": (LINE, line.ids, {"name": "Goods, blue"}),
            "state again": (ORDER, order.ids, {"state": "sale"}),
            "delivered": (LINE, line.ids, {"qty_delivered": 3.0}),
        }
        worse = {
            "price down": (LINE, line.ids, {"price_unit": 99.0}),
            "more": (LINE, line.ids, {"product_uom_qty": 11.0}),
            "other line": (LINE, order.order_line[1].ids, {"discount": 11.0}),
            "new line": (ORDER, order.ids, {"order_line": [Command.create(self.prepare_line(discount=50))]}),
        }
        self.assertEqual(order.state, "sale")
        for edits, refused in ((better, False), (worse, True)):
            for name, (model, ids, values) in edits.items():
                with self.subTest(name), self.cr.savepoint() as savepoint:
                    if refused:
                        self.assert_refused(self.salesperson, model, "write", ids, values)
                    else:
                        self.call(self.salesperson, model, "write", ids, values)
                    savepoint.rollback()
                    self.env.invalidate_all()

    def test_an_approved_order_may_change_within_the_approval(self):
        order = self.make_offer({"product_uom_qty": 10.0, "discount": 30}, {"product_uom_qty": 1.0})
        self.approve(self.ask(order))
        self.confirm(order)
        line = order.order_line[0]
        edits = {
            "discount": {"discount": 20.0},
            "and back": {"discount": 30.0},
            "fewer": {"product_uom_qty": 5.0},
            "the same by its price": {"price_unit": 70.0, "discount": 0.0},
        }
        self.assert_edits(order, {name: (LINE, line.ids, values) for name, values in edits.items()}, refused=False)
        edits = {
            "more discount": {"discount": 30.1},
            "more of it": {"product_uom_qty": 11.0},
            "other product": {"product_id": self.dear.id, "price_unit": 1000.0, "discount": 30.0},
        }
        self.assert_edits(order, {name: (LINE, line.ids, values) for name, values in edits.items()}, refused=True)

    def test_what_one_customer_got_is_not_for_another(self):
        approved = self.make_quotation(discount=30)
        self.approve(self.ask(approved))
        self.confirm(approved)
        contact = self.make_customer(name="Contact", parent_id=self.big.id)
        for order in (self.make_old_order({"discount": 50}), approved):
            self.assert_refused(self.salesperson, ORDER, "write", order.ids, {"partner_id": self.second.id})
            self.call(self.salesperson, ORDER, "write", order.ids, {"partner_id": contact.id})
            self.assertEqual(order.partner_id, contact)

    def test_an_order_may_be_cancelled_and_deleted(self):
        order = self.make_old_order({"discount": 50})
        self.call(self.salesperson, ORDER, "action_cancel", order.ids)
        self.call(self.director, ORDER, "unlink", order.ids)
        self.assertFalse(order.exists())

    def test_the_message_names_the_line_and_what_to_do(self):
        order = self.make_quotation(discount=30)
        with self.assertRaises(UserError) as caught:
            self.confirm(order)
        message = str(caught.exception).replace("\N{NO-BREAK SPACE}", " ")
        self.assertIn(f"{order.name} gives more discount than its caps allow", message)
        self.assertIn("Goods: 30 % given, 10 % allowed ($ 200.00 too much)", message)
        self.assertIn("Ask for Approval", message)


class TestSwallowedRefusal(DiscountWaysCommon):
    """Whoever catches the refusal and goes on does not get the order committed."""

    def commit(self):
        """What a real cursor does before it commits; false if it does not get so far."""
        try:
            self.env.cr.flush()
        except UserError:
            return False
        return True

    def test_a_confirmation(self):
        order = self.make_quotation(discount=30)
        with suppress(UserError):
            order.action_confirm()
        self.assertFalse(self.commit())
        self.assertFalse(self.commit())

    def test_an_edit(self):
        order = self.make_confirmed()
        with suppress(UserError):
            order.order_line.price_unit = 1
        # A second change sees the order as it is by now, and that is no excuse.
        order.order_line.product_uom_qty = 5
        self.assertFalse(self.commit())

    def test_a_savepoint_afterwards_is_no_way_out(self):
        order = self.make_confirmed()
        with suppress(UserError):
            order.order_line.price_unit = 1
        for _attempt in range(2):
            with suppress(UserError), self.cr.savepoint():
                order.note = "Done"
        self.assertFalse(self.commit())

    def test_a_failure_of_something_else_after_the_change(self):
        """Such as a constraint that is checked when the values are written already."""
        order = self.make_confirmed()
        far = {"prepayment_percent": 7, "require_payment": True}
        with suppress(ValidationError):
            order.write({**far, "order_line": [Command.update(order.order_line.id, {"price_unit": 1})]})
        self.assertEqual(order.order_line.price_unit, 1)
        self.assertFalse(self.commit())

    def test_who_puts_it_right_may_go_on(self):
        order = self.make_quotation(discount=30)
        with suppress(UserError):
            order.action_confirm()
        order.order_line.discount = 10
        self.assertTrue(self.commit())
        self.assertEqual(order.state, "sale")

    def test_who_goes_back_behind_it_may_go_on(self):
        order = self.make_quotation(discount=30)
        with suppress(UserError), self.cr.savepoint():
            order.action_confirm()
        self.assertTrue(self.commit())
        self.assertEqual(order.state, "draft")


class TestGoodsAreWhatTheyAre(DiscountWaysCommon):
    """What a line is worth is not talked down by what it says it is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        attribute = cls.env["product.attribute"].create(
            {"name": "Extras", "create_variant": "no_variant", "display_type": "multi"}
        )
        values = cls.env["product.attribute.value"].create(
            [{"name": name, "attribute_id": attribute.id} for name in "AB"]
        )
        cls.machine = cls.env["product.template"].create(
            {
                "name": "Machine",
                "list_price": 100.0,
                "taxes_id": False,
                "attribute_line_ids": [
                    Command.create({"attribute_id": attribute.id, "value_ids": [Command.set(values.ids)]})
                ],
            }
        )
        cls.extras = cls.machine.attribute_line_ids.product_template_value_ids
        cls.extras.price_extra = 50.0

    def prepare_machine(self, *extras, **values):
        chosen = [Command.set([extra.id for extra in extras])]
        return {
            "product_id": self.machine.product_variant_id.id,
            "product_no_variant_attribute_value_ids": chosen,
            **values,
        }

    def test_extras_are_worth_their_price(self):
        order = self.make_confirmed(self.prepare_machine(price_unit=90.0))
        chosen = {"product_no_variant_attribute_value_ids": [Command.set(self.extras.ids)]}
        self.assert_call_refused(LINE, "write", order.order_line.ids, {**chosen, "price_unit": 90.0})
        self.call(self.salesperson, LINE, "write", order.order_line.ids, {**chosen, "price_unit": 180.0})

    def test_an_approval_is_for_the_extras_that_were_approved(self):
        order = self.make_offer(self.prepare_machine(price_unit=50.0))
        self.approve(self.ask(order))
        chosen = {"product_no_variant_attribute_value_ids": [Command.set(self.extras.ids)], "price_unit": 50.0}
        self.call(self.salesperson, LINE, "write", order.order_line.ids, chosen)
        self.assert_not_confirmed(order)

    def make_combo(self, price=10.0):
        parts = self.good | self.dear
        combos = self.env["product.combo"].create(
            [{"name": part.name, "combo_item_ids": [Command.create({"product_id": part.id})]} for part in parts]
        )
        head = self._create_product(name="Set", type="combo", list_price=price, combo_ids=[Command.set(combos.ids)])
        return head, combos.combo_item_ids

    def make_set(self, quantity=1.0, **values):
        """A quotation of a set of both goods for 10, instead of 1,100."""
        head, items = self.make_combo()
        order = self.make_offer({"product_id": head.id, "price_unit": 0.0, "product_uom_qty": quantity}, **values)
        self.add_parts(order, order.order_line, items, quantity)
        return order, items

    def add_parts(self, order, head, items, quantity=1.0):
        shares = {self.good: 0.91, self.dear: 9.09}
        order.order_line = [
            Command.create(
                self.prepare_line(
                    product_id=item.product_id.id,
                    combo_item_id=item.id,
                    linked_line_id=head.id,
                    price_unit=shares[item.product_id],
                    product_uom_qty=quantity,
                )
            )
            for item in items
        ]

    def test_a_set_is_sold_for_its_price(self):
        order, _items = self.make_set()
        self.confirm(order)
        self.assertEqual(order.state, "sale")

    def test_a_part_of_a_set_is_no_part_of_the_set_in_another_order(self):
        offer, items = self.make_set()
        order = self.make_offer()
        self.add_parts(order, offer.order_line[0], items)
        self.assert_not_confirmed(order)

    def test_a_part_by_the_dozen_is_no_part_of_one_set(self):
        order, _items = self.make_set()
        part = order.order_line.filtered(lambda line: line.product_id == self.dear)
        self.call(self.salesperson, LINE, "write", part.ids, {"product_uom_id": self.dozen.id, "price_unit": 109.08})
        self.assert_not_confirmed(order)

    def test_a_confirmed_set_stays_whole(self):
        order, _items = self.make_set()
        self.confirm(order)
        part = order.order_line.filtered(lambda line: line.product_id == self.good)
        for values in (
            {"product_uom_qty": 0.0},
            {"linked_line_id": False, "combo_item_id": False},
            {"order_id": self.make_offer().id},
        ):
            with self.subTest(values):
                self.assert_call_refused(LINE, "write", part.ids, values)
