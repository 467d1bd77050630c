import json
from decimal import Decimal

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tools import mute_logger

from ...rules import CapTable, FactBatch
from ..cap_rules_common import CapRulesCommon
from ..ruleset_common import FROZEN
from ..ways_round_common import WaysRoundCommon


class TestCapRows(CapRulesCommon):
    def test_what_is_known_of_order_lines_are_metrics_of_the_policy(self):
        ruleset = self.make_tier_ruleset(discount_reference="pricelist")
        self.make_full_caps(ruleset)
        metrics = {metric["code"]: metric for metric in ruleset._get_policy_values()["metrics"]}
        self.assertEqual(metrics["customer_tier"]["options"], ["A", "B", "C", "no_tier"])
        categories = sorted(map(self.get_external_id, self.office | self.kitchen))
        self.assertEqual(metrics["product_category"]["options"], categories)
        self.assertEqual(
            {code for code, metric in metrics.items() if metric.get("of") != "line"}, {"loyalty", "revenue"}
        )
        self.assertEqual(CapTable(ruleset._get_policy()).reference, "pricelist")

    def test_rule_sets_without_caps_stay_as_they_were(self):
        values = self.make_tier_ruleset()._get_policy_values()
        self.assertEqual([table["kind"] for table in values["tables"]], ["tier"])
        self.assertFalse([metric for metric in values["metrics"] if "of" in metric])
        ruleset = self.make_tier_ruleset()
        self.make_cap(ruleset, 10)
        self.assertNotIn("reference", self.table(ruleset, "discount_cap"))

    def test_rows_decide_by_their_order(self):
        ruleset = self.make_tier_ruleset()
        self.make_cap(ruleset, 5, product_tmpl_ids=self.stool, name="Stools")
        self.make_cap(ruleset, 20, ("order_amount", ">=", 1000), tiers=("A",), name="Big orders")
        self.make_cap(ruleset, 3, without_tier=True, name="New customers")
        table = CapTable(ruleset._get_policy())
        stool = self.get_external_id(self.stool)
        cases = [
            ({"product": stool, "customer_tier": "A", "order_amount": 5000}, "5"),
            ({"customer_tier": "A", "order_amount": 1000}, "20"),
            ({"customer_tier": "A", "order_amount": Decimal("999.99")}, None),
            ({"customer_tier": "A", "order_amount": None}, None),
            ({"customer_tier": "no_tier", "order_amount": 1000}, "3"),
            ({"customer_tier": "B", "order_amount": 1000}, None),
        ]
        decisions = table.decide(FactBatch.from_mapping(dict(enumerate(facts for facts, _cap in cases))))
        for (facts, cap), decision in zip(cases, decisions, strict=True):
            with self.subTest(facts=facts):
                self.assertEqual(decision.cap, cap and Decimal(cap))

    def test_percentages_outside_0_to_100_are_refused(self):
        ruleset = self.make_tier_ruleset()
        for number in (0, 0.000001, 99.999999, 100):
            self.make_cap(ruleset, number, has_margin_floor=True, margin_floor=number)
        for number in (-0.000001, -10, 100.000001, 1000, float("nan"), float("inf")):
            with self.subTest(number=number):
                with self.assertRaisesRegex(ValidationError, "“Wrong”: a cap of"), self.cr.savepoint():
                    self.make_cap(ruleset, number, name="Wrong")
                with self.assertRaisesRegex(ValidationError, "“Wrong”: a margin floor of"), self.cr.savepoint():
                    self.make_cap(ruleset, 10, name="Wrong", has_margin_floor=True, margin_floor=number)
        self.make_cap(ruleset, 10, margin_floor=-5)
        self.assertEqual(ruleset._get_findings()[0], [])

    def test_wrong_percentages_that_no_constraint_saw_are_refused_on_activation(self):
        ruleset = self.make_tier_ruleset()
        cap = self.make_cap(ruleset, 10, name="Wrong")
        self.env.flush_all()
        for number, expected in (("150", "got 150"), ("-1", "got -1"), ("NaN", "got “NaN”")):
            self.cr.execute("UPDATE key_account_rule SET cap = %s WHERE id = %s", [number, cap.id])
            self.env.invalidate_all()
            with self.subTest(number=number), self.assertRaisesRegex(UserError, f"“Wrong”, .*{expected}"):
                ruleset.action_activate()

    def test_a_period_that_ends_before_it_begins_is_refused(self):
        ruleset = self.make_ruleset()
        self.make_cap(ruleset, 10, date_from="2026-01-01", date_to="2026-01-01")
        with self.assertRaisesRegex(ValidationError, "would end on 01/01/2026, before it begins on 01/02/2026"):
            self.make_cap(ruleset, 10, date_from="2026-01-02", date_to="2026-01-01")

    def test_orders_are_compared_by_value_and_order_lines_in_caps_only(self):
        ruleset = self.make_ruleset()
        with self.assertRaisesRegex(ValidationError, "a discount cap looks at one order"), self.cr.savepoint():
            self.make_cap(ruleset, 10, ("revenue", "rank_pct", "<=", 15))
        for kind in ("tier", "veto"):
            with self.assertRaisesRegex(ValidationError, "exists for order lines only"), self.cr.savepoint():
                self.make_rule(ruleset, "A", ("order_amount", ">=", 10), kind=kind)

    def test_what_is_archived_stays_in_its_row(self):
        ruleset = self.make_tier_ruleset()
        cap = self.make_cap(ruleset, 10, product_tmpl_ids=self.stool, pricelist_ids=self.pricelist, team_ids=self.team)
        before = self.table(ruleset, "discount_cap")
        for record in (self.stool, self.pricelist, self.team):
            record.active = False
        self.env.invalidate_all()
        self.assertEqual(
            (cap.product_tmpl_ids, cap.pricelist_ids, cap.team_ids), (self.stool, self.pricelist, self.team)
        )
        self.assertEqual(self.table(ruleset, "discount_cap"), before)
        self.assertEqual(cap.copy({"key": "copy"}).product_tmpl_ids, self.stool)

    def test_what_a_row_names_is_not_deleted(self):
        ruleset = self.make_tier_ruleset()
        self.make_cap(ruleset, 10, product_tmpl_ids=self.stool, product_categ_ids=self.kitchen, team_ids=self.team)
        self.env.flush_all()
        for record in (self.stool, self.kitchen, self.team):
            refused = self.assertRaises(IntegrityError)
            with self.subTest(record.name), refused, mute_logger("odoo.sql_db"), self.cr.savepoint():
                record.unlink()

    def test_records_go_by_the_oldest_of_their_external_ids(self):
        ruleset = self.make_tier_ruleset()
        cap = self.make_cap(ruleset, 10, product_categ_ids=self.chairs)
        [code] = cap.option_codes["product_category"]
        self.assertTrue(code.startswith("__export__.product_category_"))
        self.env["ir.model.data"].create(
            {"module": "elsewhere", "name": "chairs", "model": "product.category", "res_id": self.chairs.id}
        )
        self.assertEqual(self.make_cap(ruleset, 10, product_categ_ids=self.chairs).option_codes, cap.option_codes)
        self.assertEqual(self.env.ref(code), self.chairs)

    def test_reading_rows_takes_the_same_queries_whatever_their_number(self):
        counts = []
        for number in (2, 2, 20):
            ruleset = self.make_tier_ruleset()
            for _row in range(number):
                self.make_cap(ruleset, 10, tiers=("A",), product_categ_ids=self.office, product_tmpl_ids=self.stool)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            ruleset._get_policy_values()
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])

    def test_the_reference_of_an_activated_rule_set_does_not_change(self):
        ruleset = self.make_tier_ruleset()
        self.make_full_caps(ruleset)
        ruleset.action_activate()
        with self.assertRaisesRegex(UserError, FROZEN):
            ruleset.discount_reference = "pricelist"

    def test_codes_with_a_meaning_of_their_own_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "customers without a tier"), self.cr.savepoint():
            self.make_tier("no_tier", 9)
        for code in ("customer_tier", "product_category", "product", "country", "pricelist", "order_date"):
            with self.subTest(code), self.assertRaisesRegex(ValidationError, "is reserved"), self.cr.savepoint():
                self.make_metric(code, "number")


class TestCapExchange(CapRulesCommon):
    def change(self, change):
        ruleset = self.make_tier_ruleset()
        self.make_full_caps(ruleset)
        values = self.export(ruleset)
        change(values, {metric["code"]: metric for metric in values["metrics"]})
        return values

    def test_metrics_that_do_not_fit_are_refused_by_name(self):
        def rename(values, _metrics):
            text = json.dumps(values).replace(self.get_external_id(self.office), "nowhere.office")
            values.update(json.loads(text))

        cases = [
            (rename, "“Product Category”: nowhere.office cannot be found here"),
            (
                lambda _values, metrics: metrics["order_date"].pop("of"),
                "“order_date” is reserved here",
            ),
            (lambda _values, metrics: metrics["order_amount"].pop("of"), "in one place about order lines"),
        ]
        for change, expected in cases:
            with self.subTest(expected=expected), self.assertRaises(UserError) as caught:
                self.import_file(self.change(change))
            self.assertIn(expected, str(caught.exception))


class TestUnevenCaps(CapRulesCommon):
    """No lower tier may get a higher cap than a better one."""

    def get_uneven(self, ruleset):
        errors, warnings = ruleset._get_findings()
        self.assertFalse(errors)
        return [self.plain(text) for text in warnings if "tier" in text and "all else is the same" in text]

    def test_a_worse_tier_with_a_higher_cap_is_found(self):
        ruleset = self.make_tier_ruleset()
        self.make_cap(ruleset, 10, tiers=("A",), name="A customers")
        self.make_cap(ruleset, 12, tiers=("B",), name="B customers")
        self.make_cap(ruleset, 5, name="The others")
        [finding] = self.get_uneven(ruleset)
        for text in ("Discount cap “B customers”", "“B”", "“A”", "12 %", "10 %", "A customers"):
            self.assertIn(text, finding)

    def test_equal_and_falling_caps_are_fine(self):
        for caps in ((10, 10, 10), (10, 5, 0), (100, 100, 0)):
            with self.subTest(caps=caps):
                ruleset = self.make_tier_ruleset()
                for cap, tier in zip(caps, "ABC", strict=True):
                    self.make_cap(ruleset, cap, tiers=(tier,))
                self.make_cap(ruleset, 0, without_tier=True)
                self.assertEqual(self.get_uneven(ruleset), [])

    def test_customers_without_a_tier_come_last(self):
        ruleset = self.make_tier_ruleset()
        self.make_cap(ruleset, 10, tiers=("A", "B", "C"))
        self.make_cap(ruleset, 20, without_tier=True, name="New customers")
        self.assertTrue(any("New customers" in text for text in self.get_uneven(ruleset)))

    def test_categories_contain_each_other(self):
        """Chairs are office goods and a stool is a chair, though each goes by a name of its own."""
        table = [
            (self.office, self.chairs, True),
            (self.chairs, self.office, True),
            (self.office, self.kitchen, False),
            (self.office, self.stool, True),
            (self.stool, self.office, True),
            (self.kitchen, self.stool, False),
        ]
        for better, worse, overlap in table:
            with self.subTest(better=better.display_name, worse=worse.display_name):
                ruleset = self.make_tier_ruleset()
                for cap, tiers, goods in ((10, ("A",), better), (20, ("B", "C"), worse)):
                    column = "product_tmpl_ids" if goods == self.stool else "product_categ_ids"
                    self.make_cap(ruleset, cap, tiers=tiers, **{column: goods})
                self.make_cap(ruleset, 100, tiers=("A",), name="A gets all the rest")
                self.make_cap(ruleset, 0, name="Nobody else")
                self.assertEqual(bool(self.get_uneven(ruleset)), overlap)

    def test_a_category_behind_the_one_above_it_is_never_reached(self):
        ruleset = self.make_tier_ruleset()
        self.make_cap(ruleset, 10, product_categ_ids=self.office, name="Office")
        self.make_cap(ruleset, 5, product_categ_ids=self.chairs, name="Chairs")
        self.make_cap(ruleset, 5, product_tmpl_ids=self.stool, product_categ_ids=self.kitchen, name="Never")
        warnings = "\n".join(ruleset._get_findings()[1])
        self.assertIn("Discount cap “Chairs”, Conditions: the rule is never reached: “Office”", warnings)
        self.assertIn("Discount cap “Never”, Conditions: they exclude each other (Product)", warnings)

    def test_by_setting_such_rules_do_not_come_into_force(self):
        ruleset = self.make_tier_ruleset()
        self.make_cap(ruleset, 10, tiers=("A", "B"))
        self.make_cap(ruleset, 12, tiers=("C",), name="C customers")
        self.make_cap(ruleset, 0, without_tier=True)
        self.company.key_account_require_monotone_caps = True
        errors, _warnings = ruleset._get_findings()
        self.assertTrue(any("C customers" in error for error in errors))
        with self.assertRaisesRegex(UserError, "cannot be used yet:(.|\n)*C customers"):
            ruleset.action_activate()
        self.assertEqual(ruleset.state, "draft")
        self.assertEqual(ruleset.action_check()["params"]["type"], "danger")
        self.company.key_account_require_monotone_caps = False
        ruleset.action_activate()
        self.assertEqual(ruleset.state, "active")

    def test_even_rules_come_into_force_whatever_the_setting(self):
        self.company.key_account_require_monotone_caps = True
        ruleset = self.make_tier_ruleset()
        self.make_cap(ruleset, 10, tiers=("A",))
        self.make_cap(ruleset, 5)
        ruleset.action_activate()
        self.assertEqual(ruleset.state, "active")

    def test_the_setting_is_the_companys(self):
        settings = self.env["res.config.settings"].with_company(self.company)
        settings.create({"key_account_require_monotone_caps": True}).execute()
        self.assertTrue(self.company.key_account_require_monotone_caps)


class TestCapExplanation(CapRulesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ruleset = cls.make_tier_ruleset()
        cls.make_cap(
            cls.ruleset,
            20,
            ("order_amount", ">=", 10_000),
            tiers=("A",),
            product_categ_ids=cls.office,
            country_ids=cls.germany,
            date_from="2026-01-01",
            has_margin_floor=True,
            margin_floor=15,
            name="Big office orders",
        )
        cls.make_cap(cls.ruleset, 3, without_tier=True, customer_value_type="intrinsic", name="New ones")
        cls.make_cap(cls.ruleset, 1, product_tmpl_ids=cls.stool, name="Stools")
        cls.make_cap(cls.ruleset, 0, date_to="2026-12-31", name="This year")

    def explain(self, **facts):
        """The reasons of the real table, with the ids that a running system has in its facts."""
        decision = CapTable(self.ruleset._get_policy()).decide(FactBatch.from_mapping({"line": facts}))[0]
        reasons = decision.dump()["reasons"]
        for reason in reasons:
            for fact in reason["params"].get("facts", []):
                if fact["metric"] == "product_category":
                    fact["value"] = str(self.chairs.id)
        explainer = self.env["key.account.explainer"]
        sentences = explainer._get_reason_sentences(
            self.ruleset._get_policy_values(), reasons, self.company.currency_id
        )
        return [self.plain(sentence) for sentence in sentences]

    def test_why_this_cap(self):
        facts = {
            "customer_tier": "A",
            "order_amount": Decimal("12345.5"),
            "product_category": self.get_external_id(self.office),
            "country": "DE",
            "order_date": Decimal(20260131),
        }
        self.assertEqual(
            self.explain(**facts),
            [
                "Rule “Big office orders”, since customer tier A, product category Office / Chairs (is within Office),"
                " country Germany, order date 01/31/2026 (≥ 01/01/2026), order amount $ 12,345.50 (≥ $ 10,000):"
                " at most 20 % discount and at least 15 % margin."
            ],
        )

    def test_why_no_discount(self):
        [sentence, *missing] = self.explain(customer_tier="B", order_date=Decimal(20261231))
        self.assertEqual(sentence, "Rule “This year”, since order date 12/31/2026 (≤ 12/31/2026): no discount.")
        self.assertIn("Rule “Big office orders” could not be judged: “Country” has no value.", missing)

    def test_why_a_customer_without_a_tier(self):
        [sentence, *_missing] = self.explain(customer_tier="no_tier", customer_value_type="intrinsic")
        self.assertEqual(
            sentence,
            "Rule “New ones”, since customer tier none, value type Intrinsic (Price): at most 3 % discount.",
        )

    def test_why_no_cap(self):
        sentences = self.explain(customer_tier="B", order_date=Decimal(20270101))
        self.assertEqual(sentences[0], "No cap: none of the discount caps is for this order line.")

    def test_names_of_records_that_are_gone_are_codes(self):
        values = self.ruleset._get_policy_values()
        code = self.get_external_id(self.stool)
        facts = [{"metric": "product", "measure": "value", "value": "987654321"}]
        reason = {"code": "cap_rule", "params": {"rule": "gone", "cap": "5", "facts": facts}}
        explainer = self.env["key.account.explainer"]
        [sentence] = explainer._get_reason_sentences(values, [reason], self.company.currency_id)
        self.assertIn("987654321", sentence)
        self.assertIn(code, values["metrics"][[m["code"] for m in values["metrics"]].index("product")]["options"])


class TestCustomerWaysRound(WaysRoundCommon):
    """What caps hang on stands on the customer: a salesperson must not turn it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager.group_ids = [Command.link(cls.env.ref("base.group_partner_manager").id)]
        cls.seller = cls.make_user(
            "seller", "base.group_user,sales_team.group_sale_salesman,base.group_partner_manager"
        )
        cls.cheap = cls.env["product.pricelist"].create({"name": "Cheap", "company_id": cls.company.id})
        group = cls.env.ref("product.group_product_pricelist")
        cls.env.ref("base.group_user").implied_ids = [Command.link(group.id)]

    def measure_against(self, reference):
        draft = self.env["key.account.ruleset"].browse(self.ruleset.action_new_version()["res_id"])
        draft.discount_reference = reference
        self.env["key.account.rule"].create(
            {"name": "Cap", "kind": "discount_cap", "ruleset_id": draft.id, "cap": 10, "key": "cap"}
        )
        draft.action_activate()

    def test_only_managers_say_of_which_kind_a_customer_is(self):
        kind = {"key_account_value_type": "strategic"}
        second = self.second.ids
        self.assert_refused(self.seller, "res.partner", "write", second, kind)
        self.assert_refused(self.seller, "res.partner", "web_save", second, kind, {})
        self.assert_refused(self.seller, "res.partner", "create", [{"name": "New", **kind}])
        self.call(self.manager, "res.partner", "write", second, kind)
        self.assertEqual(self.second.with_company(self.company).key_account_value_type, "strategic")
        self.assert_refused(self.seller, "res.partner", "write", second, {"key_account_value_type": False})

    def test_defaults_and_imports_do_not_say_it_either(self):
        context = {"default_key_account_value_type": "strategic"}
        new = self.call(self.seller, "res.partner", "create", {"name": "New"}, context=context)
        loaded = self.call(
            self.seller, "res.partner", "load", ["name", "key_account_value_type"], [["Newer", "Strategic"]]
        )
        self.assertFalse(self.env["res.partner"].browse(new).with_company(self.company).key_account_value_type)
        self.assertFalse(loaded["ids"])

    def test_a_new_contact_whose_form_has_no_value_type_is_fine(self):
        new = self.call(self.seller, "res.partner", "create", {"name": "New", "key_account_value_type": False})
        self.assertTrue(self.env["res.partner"].browse(new).exists())

    def test_kinds_are_of_a_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.second.with_company(self.company).key_account_value_type = "strategic"
        self.assertFalse(self.second.with_company(other).key_account_value_type)

    def pricelist_changes(self):
        customer = self.second.ids
        return [
            ("write", [customer, {"specific_property_product_pricelist": self.cheap.id}]),
            ("write", [customer, {"property_product_pricelist": self.cheap.id}]),
            ("web_save", [customer, {"property_product_pricelist": self.cheap.id}, {}]),
            ("create", [{"name": "New", "property_product_pricelist": self.cheap.id}]),
            ("create", [{"name": "New", "specific_property_product_pricelist": self.cheap.id}]),
        ]

    def test_salespeople_do_not_change_the_pricelist_that_discounts_are_measured_against(self):
        self.measure_against("pricelist")
        for method, args in self.pricelist_changes():
            with self.subTest(method=method, args=args), self.assertRaises(AccessError), self.cr.savepoint():
                self.call(self.seller, "res.partner", method, *args)
        context = {"default_specific_property_product_pricelist": self.cheap.id}
        with self.assertRaises(AccessError), self.cr.savepoint():
            self.call(self.seller, "res.partner", "create", {"name": "New"}, context=context)
        self.assertFalse(self.second.with_company(self.company).specific_property_product_pricelist)

    def test_another_country_with_another_pricelist_is_a_change_too(self):
        self.measure_against("pricelist")
        germany = self.env.ref("base.de")
        group = self.env["res.country.group"].create({"name": "Near", "country_ids": [Command.set(germany.ids)]})
        self.cheap.country_group_ids = group
        self.assert_refused(self.seller, "res.partner", "write", self.second.ids, {"country_id": germany.id})
        self.call(self.seller, "res.partner", "write", self.second.ids, {"country_id": self.env.ref("base.fr").id})

    def test_another_parent_with_another_pricelist_is_a_change_too(self):
        self.measure_against("pricelist")
        self.third.with_company(self.company).property_product_pricelist = self.cheap
        self.second.is_company = False  # companies are customers of their own, whatever their parent
        self.assert_refused(self.seller, "res.partner", "write", self.second.ids, {"parent_id": self.third.id})
        self.call(self.seller, "res.partner", "write", self.second.ids, {"parent_id": self.big.id})

    def test_managers_and_everybody_else_may(self):
        self.measure_against("pricelist")
        head = self.make_user("head", "base.group_user,sales_team.group_sale_manager,base.group_partner_manager")
        for user in (self.manager, head):
            self.call(user, "res.partner", "write", self.second.ids, {"property_product_pricelist": self.cheap.id})
        self.assertEqual(self.second.with_company(self.company).property_product_pricelist, self.cheap)
        self.call(self.seller, "res.partner", "write", self.second.ids, {"name": "Second and Sons"})
        self.call(self.seller, "res.partner", "write", self.second.ids, {"property_product_pricelist": self.cheap.id})
        contact = self.call(self.seller, "res.partner", "create", {"name": "Mate", "parent_id": self.second.id})
        self.assertTrue(self.env["res.partner"].browse(contact).exists())

    def test_measured_against_list_prices_pricelists_are_free(self):
        self.measure_against("list_price")
        for method, args in self.pricelist_changes():
            with self.subTest(method=method, args=args):
                self.call(self.seller, "res.partner", method, *args)
