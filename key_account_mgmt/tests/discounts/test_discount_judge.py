from odoo.exceptions import UserError
from odoo.fields import Command

from ..discount_judge_common import DiscountJudgeCommon
from ..evaluation_common import KeyAccountEvaluationCommon


class TestDiscountJudgement(DiscountJudgeCommon):
    def test_a_line_may_give_its_cap_and_no_cent_more(self):
        self.put_in_force({"cap": 10})
        cases = [
            # price, discount, quantity, over
            (100.0, 10, 1, False),
            (90.0, 0, 1, False),
            (89.99, 0, 1, True),
            (100.0, 10.01, 1, True),
            (200.0, 55, 3, False),
            (200.0, 55.01, 3, True),
            (100.0, 150, 1, True),
            (0.0, 0, 1, True),
            (89.996, 0, 1, False),
        ]
        for price, discount, quantity, over in cases:
            with self.subTest(price=price, discount=discount, quantity=quantity):
                line = {"price_unit": price, "discount": discount, "product_uom_qty": quantity}
                self.assertEqual(self.judge(self.make_quotation(line)).over, over)

    def test_the_order_as_a_whole_may_give_what_its_lines_allow(self):
        self.put_in_force({"cap": 10})
        free = self._create_product(name="Discount", list_price=0.0, taxes_id=[])
        cases = [
            # price of the goods, of the line without reference, over
            (100.0, -10.0, False),
            (100.0, -10.01, True),
            (95.0, -5.0, False),
            (95.0, -5.01, True),
            (150.0, -60.0, False),
            (90.0, 500.0, False),
        ]
        for price, off, over in cases:
            with self.subTest(price=price, off=off):
                order = self.make_quotation({"price_unit": price}, {"product_id": free.id, "price_unit": off})
                self.assertEqual(self.judge(order).over, over)

    def test_what_an_order_takes_back_counts_as_given(self):
        self.put_in_force({"cap": 10})
        other = self._create_product(name="Other", list_price=50.0, taxes_id=[])
        for price, over in ((50.0, True), (10.0, False), (0.0, False)):
            with self.subTest(price):
                back = {"product_id": other.id, "product_uom_qty": -1, "price_unit": price}
                self.assertEqual(self.judge(self.make_quotation({}, back)).over, over)

    def test_a_return_at_no_price_makes_no_room(self):
        self.put_in_force({"cap": 10})
        off = {"product_id": self._create_product(list_price=0.0, taxes_id=[]).id, "price_unit": -50.0}
        order = self.make_quotation({}, {"product_uom_qty": -5, "price_unit": 0.0}, off)
        self.assertTrue(self.judge(order).over)

    def test_a_margin_floor_holds_beside_the_cap(self):
        self.put_in_force({"cap": 50, "has_margin_floor": True, "margin_floor": 25})
        for price, over in ((80.0, False), (79.99, True), (0.0, True)):
            with self.subTest(price):
                self.assertEqual(self.judge(self.make_quotation({"price_unit": price})).over, over)

    def test_where_nothing_is_capped_nothing_is_judged(self):
        order = self.make_quotation({"discount": 90})
        self.assertIsNone(self.judge(order))
        self.assertFalse(order.key_account_has_discount_cap or order.key_account_over_cap)
        ruleset = self.put_in_force(
            {"cap": 10, "product_categ_ids": self.env["product.category"].create({"name": "X"})}
        )
        self.assertIsNone(self.judge(order))
        self.put_in_force({"cap": 10})
        self.assertTrue(self.judge(order).over)
        self.put_in_force()
        self.assertIsNone(self.judge(order))
        self.assertEqual(ruleset.state, "retired")

    def test_retiring_the_rules_ends_their_caps(self):
        ruleset = self.put_in_force({"cap": 10})
        self.assertEqual(self.company.key_account_cap_ruleset_id, ruleset)
        ruleset.action_retire()
        self.assertFalse(self.company.key_account_cap_ruleset_id)
        self.assertIsNone(self.judge(self.make_quotation({"discount": 90})))

    def test_an_order_without_lines_has_nothing_to_judge(self):
        self.put_in_force({"cap": 10})
        self.assertIsNone(self.judge(self.make_quotation()))

    def test_a_currency_without_rate_is_a_problem_and_no_pass(self):
        self.put_in_force({"cap": 10})
        yen = self.env["res.currency"].with_context(active_test=False).search([("name", "=", "JPY")])
        yen.active = True
        yen.rate_ids.unlink()
        order = self.make_quotation({"price_unit": 100.0}, currency=yen)
        with self.assertRaisesRegex(UserError, "JPY has no exchange rate"):
            self.judge(order)
        self.assertTrue(self.judge(order, strict=False).over)
        self.assertTrue(order.key_account_over_cap)
        self.assertIn("JPY", order.key_account_cap_problem)

    def test_orders_of_other_companies_keep_their_own_caps(self):
        self.put_in_force({"cap": 10})
        other = self.setup_other_company(currency_id=self.company.currency_id.id)["company"]
        line = {"product_id": self.good.id, "price_unit": 10.0, "tax_ids": []}
        values = {"partner_id": self.customer.id, "company_id": other.id, "order_line": [Command.create(line)]}
        foreign = self.env["sale.order"].with_company(other).create(values)
        own = self.make_quotation({"price_unit": 10.0})
        self.assertEqual(list(self.env["key.account.discount"]._judge_orders(own | foreign)), [own])

    def test_callers_bring_their_context_in_vain(self):
        self.put_in_force({"cap": 10})
        order = self.make_quotation({"price_unit": 80.0})
        odd = {"uom": self.dozen.id, "no_variant_attributes_price_extra": -50, "lang": "fr_FR", "date": "1999-01-01"}
        self.assertTrue(self.judge(order.with_context(**odd)).over)

    def test_confirming_many_lines_takes_few_queries_more(self):
        products = [self._create_product(name=f"P{index}", list_price=100.0) for index in range(20)]
        # Where prices contain taxes, one query more says whether those of these products do.
        self.env["account.tax"].search([("price_include", "=", True)]).active = False
        ruleset = self.put_in_force({"cap": 10, "has_margin_floor": True, "margin_floor": 5})
        self.count_queries_of_confirming(products)  # what is compiled and cached for good
        capped = self.count_queries_of_confirming(products)
        ruleset.action_retire()
        self.count_queries_of_confirming(products)
        self.assertLessEqual(capped - self.count_queries_of_confirming(products), 1)

    def count_queries_of_confirming(self, products):
        order = self.make_quotation(*({"product_id": product.id} for product in products))
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        order.action_confirm()
        self.judge(order)
        self.env.flush_all()
        return self.cr.sql_log_count - before


class TestDiscountFacts(DiscountJudgeCommon):
    """What rows can ask of a line."""

    def test_categories_count_with_all_below_them(self):
        root, beside = self.env["product.category"].create([{"name": "Root"}, {"name": "Beside"}])
        below = self.env["product.category"].create({"name": "Below", "parent_id": root.id})
        self.put_in_force({"cap": 10, "product_categ_ids": root}, {"cap": 30})
        for category, cap in ((root, 10), (below, 10), (beside, 30), (root.browse(), 30)):
            with self.subTest(category.name):
                self.good.categ_id = category
                self.assertEqual(self.get_cap(), cap)

    def test_a_category_that_moves_or_comes_takes_its_place(self):
        root, other = self.env["product.category"].create([{"name": "Root"}, {"name": "Other"}])
        self.put_in_force({"cap": 10, "product_categ_ids": root}, {"cap": 30})
        self.good.categ_id = other
        self.assertEqual(self.get_cap(), 30)
        other.parent_id = root
        self.assertEqual(self.get_cap(), 10)
        self.good.categ_id = self.env["product.category"].create({"name": "New", "parent_id": other.id})
        self.assertEqual(self.get_cap(), 10)

    def test_tiers_count_and_customers_without_one(self):
        tiers = self.get_tier("A") | self.get_tier("B")
        self.put_in_force({"cap": 20, "tier_filter_ids": tiers}, {"cap": 5, "without_tier": True})
        for tier, cap in ((self.get_tier("A"), 20), (self.get_tier("B"), 20), (tiers.browse(), 5)):
            with self.subTest(tier.code):
                self.customer.key_account_tier_id = tier
                self.assertEqual(self.get_cap(), cap)
        self.customer.key_account_tier_id = self.get_tier("C")
        self.assertIsNone(self.get_cap())

    def test_kinds_of_value_and_customers_for_whom_none_is_confirmed(self):
        self.put_in_force(
            {"cap": 20, "customer_value_type": "intrinsic"}, {"cap": 5, "customer_value_type": "no_value_type"}
        )
        for kind, cap in ((False, 5), ("intrinsic", 20), ("extrinsic", None), ("strategic", None)):
            with self.subTest(kind):
                self.customer.key_account_value_type = kind
                self.assertEqual(self.get_cap(), cap)

    def test_contacts_have_the_kind_of_value_of_their_company(self):
        self.put_in_force(
            {"cap": 20, "customer_value_type": "strategic"}, {"cap": 5, "customer_value_type": "no_value_type"}
        )
        contact = self.make_customer(name="Contact", parent_id=self.customer.id)
        self.assertEqual(self.get_cap(partner_id=contact.id), 5)
        self.customer.key_account_value_type = "strategic"
        self.assertEqual(self.get_cap(partner_id=contact.id), 20)

    def test_contacts_are_judged_as_their_company(self):
        self.put_in_force({"cap": 20, "tier_filter_ids": self.get_tier("A")})
        self.customer.key_account_tier_id = self.get_tier("A")
        contact = self.make_customer(name="Contact", parent_id=self.customer.id)
        self.assertEqual(self.get_cap(partner_id=contact.id), 20)

    def test_other_columns_ask_for_one_thing_each(self):
        team = self.env["crm.team"].create({"name": "North", "company_id": self.company.id})
        pricelist = self._create_pricelist(name="Friends", currency_id=self.company.currency_id.id)
        germany = self.env.ref("base.de")
        today = "2026-05-05"
        cases = [
            # column, value, order that it fits
            ("product_tmpl_ids", self.good.product_tmpl_id, {}),
            ("team_ids", team, {"team_id": team.id}),
            ("pricelist_ids", pricelist, {"pricelist_id": pricelist.id}),
            ("country_ids", germany, {"partner_id": self.make_customer(country_id=germany.id).id}),
            (
                "customer_value_type",
                "strategic",
                {"partner_id": self.make_customer(key_account_value_type="strategic").id},
            ),
            ("date_from", "2000-01-01", {"date_order": today}),
            ("date_to", "2999-01-01", {}),
        ]
        odd = self._create_product(name="Odd", list_price=100.0, taxes_id=[])
        for column, value, order in cases:
            with self.subTest(column):
                self.put_in_force({"cap": 7, column: value})
                self.assertEqual(self.get_cap(**order), 7)
        for column, value, order in cases[:5]:
            with self.subTest(not_for=column):
                self.put_in_force({"cap": 7, column: value}, {"cap": 1})
                elsewhere = self.make_quotation(
                    {"product_id": odd.id}, **(order if column == "product_tmpl_ids" else {})
                )
                self.assertEqual(self.judge(elsewhere).decisions[elsewhere.order_line].cap, 1)

    def test_days_are_those_of_the_server_not_of_the_order(self):
        self.put_in_force({"cap": 50, "date_to": "2001-01-01"}, {"cap": 1})
        self.assertEqual(self.get_cap(date_order="2000-06-01"), 1)

    def test_amount_and_quantity_are_exact_at_their_thresholds(self):
        amount = {"cap": 20, "conditions": [("order_amount", ">=", 300)]}
        quantity = {"cap": 15, "conditions": [("order_quantity", ">=", 24)]}
        self.put_in_force(amount, quantity, {"cap": 1})
        piece = {"price_unit": 1.0}
        cases = [
            # lines, cap of the first
            ([{"price_unit": 200.0}, {}], 20),
            ([{"price_unit": 199.99}, {}], 1),
            ([{**piece, "product_uom_qty": 24}], 15),
            ([{**piece, "product_uom_qty": 23.99}], 1),
            ([{**piece, "product_uom_qty": 2, "product_uom_id": self.dozen.id}], 15),
        ]
        for lines, cap in cases:
            with self.subTest(lines):
                order = self.make_quotation(*lines)
                self.assertEqual(self.judge(order).decisions[order.order_line[0]].cap, cap)

    def test_a_row_for_what_is_gone_is_for_nobody(self):
        category = self.env["product.category"].create({"name": "Gone"})
        ruleset = self.put_in_force({"cap": 10, "product_categ_ids": category}, {"cap": 1})
        self.env["ir.model.data"].search([("model", "=", category._name), ("res_id", "=", category.id)]).unlink()
        self.env.registry.clear_cache()
        self.good.categ_id = category
        self.assertEqual(ruleset.state, "active")
        self.assertEqual(self.get_cap(), 1)


class TestDiscountOfCustomers(KeyAccountEvaluationCommon, DiscountJudgeCommon):
    def test_figures_of_the_last_applied_evaluation_count(self):
        self.make_evaluation("applied")
        self.put_in_force(
            {"cap": 30, "conditions": [("revenue", ">=", 2000), ("score", ">", 0)]},
            {"cap": 20, "conditions": [("revenue", "<", 2000)]},
            {"cap": 5},
        )
        stranger = self.make_customer()
        for customer, cap in ((self.big, 30), (self.second, 30), (self.fifth, 20), (stranger, 5)):
            with self.subTest(customer.name):
                self.assertEqual(self.get_cap(partner_id=customer.id), cap)


class TestDiscountOnScreen(DiscountJudgeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ruleset = cls.put_in_force({"cap": 10})

    def test_figures_follow_what_is_typed(self):
        order = self.make_quotation({"product_uom_qty": 10})
        self.assertRecordValues(
            order, [{"key_account_over_cap": False, "key_account_remaining_discount": 100, "key_account_excess": 0}]
        )
        order.order_line.price_unit = 75
        self.assertRecordValues(
            order, [{"key_account_over_cap": True, "key_account_remaining_discount": 0, "key_account_excess": 150}]
        )
        self.assertRecordValues(
            order.order_line,
            [
                {
                    "key_account_has_discount_cap": True,
                    "key_account_cap": 10,
                    "key_account_effective_discount": 25,
                    "key_account_over_cap": True,
                    "key_account_reference_value": 1000,
                    "key_account_given_amount": 250,
                    "key_account_allowed_amount": 100,
                    "key_account_excess": 150,
                    "key_account_cap_rule_id": self.ruleset.cap_rule_ids.id,
                }
            ],
        )

    def test_a_form_is_told_what_an_unsaved_order_gives(self):
        line = {"product_id": self.good.id, "product_uom_qty": 1, "price_unit": 80.0, "tax_ids": []}
        values = {"partner_id": self.customer.id, "company_id": self.company.id, "order_line": [(0, "virtual_1", line)]}
        told = self.env["sale.order"].get_key_account_figures(values)
        self.assertEqual((told["capped"], told["over"], told["status"]), (True, True, "over"))
        self.assertIn("10.00", told["excess_text"])
        self.assertEqual(
            {name: told["lines"]["virtual_1"][name] for name in ("cap", "given_pct", "over")},
            {"cap": 10, "given_pct": 20, "over": True},
        )

    def test_a_form_is_told_what_an_order_gives_with_its_unsaved_changes(self):
        order = self.make_quotation({"discount": 25}, {"discount": 0})
        first, second = order.order_line
        cases = [
            # changes, status, given by the first line, lines that are told
            ({}, "over", 25, {first.id, second.id}),
            ({"order_line": [(1, first.id, {"discount": 10})]}, "within", 10, {first.id, second.id}),
            ({"order_line": [(1, second.id, {"discount": 30})]}, "over", 25, {first.id, second.id}),
            (
                {"order_line": [(1, first.id, {"price_unit": 95.0, "discount": 0}), (2, second.id)]},
                "within",
                5,
                {first.id},
            ),
        ]
        for changes, status, given, lines in cases:
            with self.subTest(changes=changes):
                self.env.invalidate_all()  # each is a request of its own
                told = order.get_key_account_figures(changes)
                self.assertEqual(told["status"], status)
                self.assertEqual(told["lines"][first.id]["given_pct"], given)
                self.assertEqual(set(told["lines"]), lines)
        self.assertEqual(first.discount, 25)

    def test_a_form_is_told_nothing_where_nothing_is_capped(self):
        order = self.make_quotation({"discount": 25})
        self.ruleset.action_retire()
        told = order.get_key_account_figures({})
        self.assertEqual((told["capped"], told["status"], told["lines"]), (False, False, {}))

    def test_typing_does_not_wait_for_the_figures(self):
        verdict = self.env["sale.order"]._fields["key_account_verdict"]
        slow = {(field.model_name, field.name) for field in self.registry.get_dependent_fields(verdict)}
        view = self.env["sale.order"].get_view(self.env.ref("sale.view_order_form").id)
        shown = {(model, name) for model, names in view["models"].items() for name in names}
        self.assertFalse(slow & shown)

    def test_copies_are_judged_themselves(self):
        order = self.make_quotation({"discount": 60})
        self.ruleset.action_retire()
        self.assertFalse(order.copy().key_account_over_cap)

    def test_why_names_the_row_and_the_figures(self):
        line = self.make_quotation({"discount": 25}).order_line
        for expected in ("Cap 1", "at most 10 % discount", "25.00 %", "Rules"):
            self.assertIn(expected, line.key_account_why_html)
        self.ruleset.action_retire()
        line.invalidate_recordset(["key_account_why_html"])
        self.assertIn("No discount cap", line.key_account_why_html)
        self.assertEqual(line.action_key_account_why()["res_id"], line.id)

    def test_customers_on_the_portal_see_none_of_it(self):
        # Those are always empty.
        shown = {"key_account_currency_id", "key_account_effective_discount_shown", "key_account_cap_shown"}
        ours = ("base.group_user", "account.group_account_invoice")
        for model in ("sale.order", "sale.order.line"):
            for name, field in self.env[model]._fields.items():
                if name.startswith("key_account_") and name not in shown:
                    self.assertIn(field.groups, ours, name)

    def test_the_report_adds_up_confirmed_lines(self):
        order = self.make_quotation({"discount": 5}, {"discount": 10, "product_uom_qty": 2})
        order.action_confirm()
        self.make_quotation({"discount": 5})
        self.env.flush_all()
        domain = [("partner_id", "=", self.customer.id), ("state", "=", "sale")]
        sums = ["reference:sum", "given:sum", "allowed:sum", "excess:sum"]
        report = self.env["key.account.discount.report"]
        self.assertEqual(report._read_group(domain, [], sums), [(300, 25, 30, 0)])
        self.assertTrue(self.customer.key_account_has_discount)
        self.assertAlmostEqual(self.customer.key_account_discount_given, 8.3)
        self.assertIn(self.customer.name, self.customer.action_open_key_account_discounts()["name"])

    def test_salespeople_see_the_report_of_their_own_orders(self):
        user = KeyAccountEvaluationCommon.make_user.__func__(
            type(self), "reporter", "base.group_user,sales_team.group_sale_salesman"
        )
        own, other = (self.make_quotation({}, user_id=owner.id) for owner in (user, self.env.user))
        self.env.flush_all()
        seen = self.env["key.account.discount.report"].with_user(user).search([]).order_id
        self.assertIn(own, seen)
        self.assertNotIn(other, seen)


class TestInvoiceJudgement(DiscountJudgeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.put_in_force({"cap": 10})
        cls.good.invoice_policy = "order"
        cls.off = cls._create_product(name="Off", list_price=0.0, taxes_id=[], invoice_policy="order")

    def make_bill(self, *lines):
        order = self.make_quotation(*lines)
        order.action_confirm()
        return order._create_invoices()

    def judge_bill(self, invoice):
        order = invoice.line_ids.sale_line_ids.order_id
        return self.env["key.account.discount"]._judge_moves(invoice).get(order)

    def test_invoices_as_ordered_are_what_their_order_may(self):
        invoice = self.make_bill({"discount": 10, "product_uom_qty": 10})
        self.good.list_price = 200
        for quantity in (10, 4):
            invoice.invoice_line_ids.quantity = quantity
            self.assertFalse(self.judge_bill(invoice).over)

    def test_part_of_an_order_brings_its_part_of_the_discount(self):
        lines = [{"product_uom_qty": 10}, {"product_id": self.off.id, "price_unit": -100.0}]
        invoice = self.make_bill(*lines)
        goods, off = invoice.invoice_line_ids
        for quantity, share, over in ((1, 0.1, False), (1, 0.11, True), (1, 1, True), (7, 0.7, False), (10, 1, False)):
            with self.subTest(quantity=quantity, share=share):
                goods.quantity, off.quantity = quantity, share
                self.assertEqual(self.judge_bill(invoice).over, over)

    def test_what_is_changed_on_an_invoice_is_judged(self):
        cases = [
            # changes of the line, over
            ({"price_unit": 90.0}, False),
            ({"price_unit": 89.99}, True),
            ({"discount": 50.0}, True),
            ({"quantity": 50.0}, False),
            ({"product_id": self._create_product(list_price=900.0, taxes_id=[]).id, "price_unit": 100.0}, True),
        ]
        for changes, over in cases:
            with self.subTest(changes):
                invoice = self.make_bill({"product_uom_qty": 10})
                invoice.invoice_line_ids.write({**changes, "tax_ids": [Command.clear()]})
                verdict = self.judge_bill(invoice)
                self.assertEqual(bool(verdict and verdict.over), over)

    def test_a_further_line_that_takes_money_off_is_judged(self):
        invoice = self.make_bill({"product_uom_qty": 10})
        for amount, over in ((-100.0, False), (-100.01, True)):
            with self.subTest(amount):
                extra = {"name": "Off", "price_unit": amount, "quantity": 1, "tax_ids": []}
                invoice.invoice_line_ids = [Command.create(extra)]
                self.assertEqual(self.judge_bill(invoice).over, over)
                invoice.invoice_line_ids.filtered(lambda line: line.name == "Off").unlink()

    def test_down_payments_are_deducted_and_only_what_was_paid(self):
        order = self.make_quotation({"product_uom_qty": 10})
        order.action_confirm()
        wizard = self.env["sale.advance.payment.inv"].with_context(active_ids=order.ids, active_model="sale.order")
        wizard.create({"advance_payment_method": "percentage", "amount": 40}).create_invoices()
        down = order.invoice_ids
        self.assertFalse(self.judge_bill(down).over)
        down.action_post()
        final = order._create_invoices(final=True)
        self.assertEqual(final.amount_untaxed, 600)
        self.assertFalse(self.judge_bill(final).over)
        final.invoice_line_ids.filtered(lambda line: line.quantity < 0).price_unit = 600
        self.assertTrue(self.judge_bill(final).over)

    def test_invoices_without_order_are_left_alone(self):
        self.assertIsNone(self.judge_bill(self.make_invoice(self.customer, 1, "2026-01-01", post=False)))
