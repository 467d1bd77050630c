import base64
import json
from decimal import Decimal

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form
from odoo.tools import mute_logger

from ...rules import Book, CapTable, Policy
from ..ruleset_common import FROZEN, RulesetCommon
from ..ways_round_common import WaysRoundCommon


class CapRulesCommon(RulesetCommon):
    """Categories Office and, below it, Chairs; beside them Kitchen. A stool is a chair, a pan is for the kitchen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.office, cls.kitchen = cls.env["product.category"].create([{"name": "Office"}, {"name": "Kitchen"}])
        cls.chairs = cls.env["product.category"].create({"name": "Chairs", "parent_id": cls.office.id})
        cls.stool, cls.pan = cls.env["product.template"].create(
            [{"name": "Stool", "categ_id": cls.chairs.id}, {"name": "Pan", "categ_id": cls.kitchen.id}]
        )
        cls.team = cls.env["crm.team"].create({"name": "North", "company_id": cls.company.id})
        cls.pricelist = cls.env["product.pricelist"].create({"name": "Friends", "company_id": cls.company.id})
        cls.germany = cls.env.ref("base.de")

    @classmethod
    def make_caps_ruleset(cls, **values):
        """A draft with three tiers that are all given."""
        ruleset = cls.make_ruleset(**values)
        cls.make_rule(ruleset, "A", ("revenue", "rank_pct", "<=", 15))
        cls.make_rule(ruleset, "B", ("revenue", "rank_pct", "<=", 35))
        cls.make_rule(ruleset, "C")
        return ruleset

    @classmethod
    def make_cap(cls, ruleset, cap, *conditions, tiers=(), **values):
        """A row that caps discounts; columns of records take records."""
        columns = {name: [Command.set(value.ids)] if hasattr(value, "ids") else value for name, value in values.items()}
        return cls.env["key.account.rule"].create(
            {
                "name": f"Cap {len(ruleset.cap_rule_ids) + 1}",
                "ruleset_id": ruleset.id,
                "kind": "discount_cap",
                "sequence": 10 * (len(ruleset.cap_rule_ids) + 1),
                "cap": cap,
                "cap_tier_ids": [Command.set([cls.get_tier(tier).id for tier in tiers])],
                "condition_ids": [Command.create(cls._prepare_condition(*condition)) for condition in conditions],
                **columns,
            }
        )

    @classmethod
    def make_full_caps(cls, ruleset):
        """A row with something in every column, and the plainest one behind it."""
        cls.make_cap(
            ruleset,
            12.5,
            ("order_amount", ">=", 10_000),
            ("order_quantity", "<", 0.5),
            ("revenue", ">=", 50_000),
            ("loyalty", "in", ["good", "average"]),
            ("score", ">=", 60),
            tiers=("A", "B"),
            without_tier=True,
            has_margin_floor=True,
            margin_floor=7.25,
            product_categ_ids=cls.office | cls.kitchen,
            product_tmpl_ids=cls.stool,
            customer_kind="strategic",
            team_ids=cls.team,
            country_ids=cls.germany | cls.env.ref("base.fr"),
            pricelist_ids=cls.pricelist,
            date_from="2026-01-01",
            date_to="2026-12-31",
            name="Everything",
        )
        cls.make_cap(ruleset, 0, name="All others")

    @classmethod
    def get_external_id(cls, record):
        return record.get_external_id()[record.id]

    def caps_table(self, ruleset):
        return next(table for table in ruleset._get_policy_values()["tables"] if table["kind"] == "discount_cap")

    def plain(self, text):
        return text.replace("\N{NO-BREAK SPACE}", " ")


class TestCapRows(CapRulesCommon):
    def test_rows_say_what_they_do(self):
        period = {"date_from": "2026-01-01", "date_to": "2026-12-31"}
        cases = [
            ([], {}, "Every other order line: at most 10 % discount"),
            ([], {"cap": 0}, "Every other order line: no discount"),
            ([], {"cap": 12.345678}, "Every other order line: at most 12.345678 % discount"),
            ([], {"tiers": ("A",)}, "If customer tier is A: at most 10 % discount"),
            ([], {"tiers": ("A", "B")}, "If customer tier is A or B: at most 10 % discount"),
            ([], {"without_tier": True}, "If customer tier is none: at most 10 % discount"),
            (
                [],
                {"tiers": ("C",), "without_tier": True},
                "If customer tier is C or none: at most 10 % discount",
            ),
            (
                [],
                {"product_categ_ids": self.chairs},
                "If product category is within Office / Chairs: at most 10 % discount",
            ),
            ([], {"product_tmpl_ids": self.stool}, "If product is Stool: at most 10 % discount"),
            ([], {"customer_kind": "intrinsic"}, "If value type is Intrinsic (Price): at most 10 % discount"),
            ([], {"customer_kind": "no_kind"}, "If value type is Not Confirmed: at most 10 % discount"),
            ([], {"team_ids": self.team}, "If sales team is North: at most 10 % discount"),
            ([], {"country_ids": self.germany}, "If country is Germany: at most 10 % discount"),
            ([], {"pricelist_ids": self.pricelist}, "If pricelist is Friends: at most 10 % discount"),
            ([], period, "If the order date is from 01/01/2026 to 12/31/2026: at most 10 % discount"),
            (
                [],
                {"date_from": "2026-01-01"},
                "If the order date is 01/01/2026 or later: at most 10 % discount",
            ),
            ([], {"date_to": "2026-12-31"}, "If the order date is 12/31/2026 or earlier: at most 10 % discount"),
            (
                [("order_amount", ">=", 10_000), ("score", ">", 60)],
                {"tiers": ("A",), "has_margin_floor": True, "margin_floor": 20},
                "If customer tier is A and order amount ≥ $ 10,000 and score > 60 points: at most 10 % discount"
                " and at least 20 % margin",
            ),
        ]
        ruleset = self.make_ruleset()
        for conditions, values, expected in cases:
            with self.subTest(expected=expected):
                rule = self.make_cap(ruleset, *(values.pop("cap", 10), *conditions), **values)
                self.assertEqual(self.plain(rule.summary), expected)

    def test_rows_become_the_documented_form(self):
        ruleset = self.make_caps_ruleset(discount_reference="pricelist")
        self.make_full_caps(ruleset)
        values = ruleset._get_policy_values()
        table = self.caps_table(ruleset)
        self.assertEqual(table["reference"], "pricelist")
        self.assertEqual((table["rules"][0]["cap"], table["rules"][0]["margin_floor"]), ("12.5", "7.25"))
        categories = sorted(map(self.get_external_id, self.office | self.kitchen))
        expected = [
            ("customer_tier", "in", ["A", "B", "no_tier"]),
            ("product_category", "in", categories),
            ("product", "in", [self.get_external_id(self.stool)]),
            ("customer_kind", "in", ["strategic"]),
            ("sales_team", "in", [self.get_external_id(self.team)]),
            ("country", "in", ["DE", "FR"]),
            ("pricelist", "in", [self.get_external_id(self.pricelist)]),
            ("order_date", ">=", ["20260101"]),
            ("order_date", "<=", ["20261231"]),
            ("order_amount", ">=", ["10000"]),
            ("order_quantity", "<", ["0.5"]),
            ("revenue", ">=", ["50000"]),
            ("loyalty", "in", ["good", "average"]),
            ("score", ">=", ["60"]),
        ]
        self.assertEqual(
            [(row["metric"], row["operator"], row["values"]) for row in table["rules"][0]["conditions"]], expected
        )
        last = table["rules"][1]
        self.assertEqual((last["cap"], last["conditions"], "margin_floor" in last), ("0", [], False))
        metrics = {metric["code"]: metric for metric in values["metrics"]}
        self.assertEqual(metrics["customer_tier"]["options"], ["A", "B", "C", "no_tier"])
        self.assertEqual(metrics["product_category"]["options"], categories)
        self.assertEqual(
            {code for code, metric in metrics.items() if metric.get("of") != "line"}, {"loyalty", "revenue"}
        )
        self.assertEqual(CapTable(ruleset._get_policy()).reference, "pricelist")

    def test_rule_sets_without_caps_stay_as_they_were(self):
        values = self.make_caps_ruleset()._get_policy_values()
        self.assertEqual([table["kind"] for table in values["tables"]], ["tier"])
        self.assertFalse([metric for metric in values["metrics"] if "of" in metric])
        ruleset = self.make_caps_ruleset()
        self.make_cap(ruleset, 10)
        self.assertNotIn("reference", self.caps_table(ruleset))

    def test_archived_rows_are_left_out(self):
        ruleset = self.make_caps_ruleset()
        self.make_cap(ruleset, 10, product_tmpl_ids=self.stool, date_from="2026-01-01", active=False)
        values = ruleset._get_policy_values()
        self.assertEqual([table["kind"] for table in values["tables"]], ["tier"])
        self.assertFalse([metric for metric in values["metrics"] if "of" in metric])

    def test_rows_decide_by_their_order(self):
        ruleset = self.make_caps_ruleset()
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
        decisions = table.decide(Book.from_mapping(dict(enumerate(facts for facts, _cap in cases))))
        for (facts, cap), decision in zip(cases, decisions, strict=True):
            with self.subTest(facts=facts):
                self.assertEqual(decision.cap, cap and Decimal(cap))

    def test_percentages_outside_0_to_100_are_refused(self):
        ruleset = self.make_caps_ruleset()
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
        ruleset = self.make_caps_ruleset()
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

    def test_a_tier_that_the_rule_set_does_not_have_is_refused(self):
        ruleset = self.make_caps_ruleset()
        self.make_cap(ruleset, 10, tiers=(self.make_tier("gold", 9),), name="Gold")
        with self.assertRaisesRegex(UserError, "Discount cap “Gold”, condition 1, Value: “gold” is not an option"):
            ruleset.action_activate()

    def test_what_is_archived_stays_in_its_row(self):
        ruleset = self.make_caps_ruleset()
        cap = self.make_cap(ruleset, 10, product_tmpl_ids=self.stool, pricelist_ids=self.pricelist, team_ids=self.team)
        before = self.caps_table(ruleset)
        for record in (self.stool, self.pricelist, self.team):
            record.active = False
        self.env.invalidate_all()
        self.assertEqual(
            (cap.product_tmpl_ids, cap.pricelist_ids, cap.team_ids), (self.stool, self.pricelist, self.team)
        )
        self.assertEqual(self.caps_table(ruleset), before)
        self.assertEqual(cap.copy({"key": "copy"}).product_tmpl_ids, self.stool)

    def test_what_a_row_names_is_not_deleted(self):
        ruleset = self.make_caps_ruleset()
        self.make_cap(ruleset, 10, product_tmpl_ids=self.stool, product_categ_ids=self.kitchen, team_ids=self.team)
        self.env.flush_all()
        for record in (self.stool, self.kitchen, self.team):
            refused = self.assertRaises(IntegrityError)
            with self.subTest(record.name), refused, mute_logger("odoo.sql_db"), self.cr.savepoint():
                record.unlink()

    def test_records_go_by_the_oldest_of_their_external_ids(self):
        ruleset = self.make_caps_ruleset()
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
            ruleset = self.make_caps_ruleset()
            for _row in range(number):
                self.make_cap(ruleset, 10, tiers=("A",), product_categ_ids=self.office, product_tmpl_ids=self.stool)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            ruleset._get_policy_values()
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])

    def test_a_row_is_typed_in_the_rule_set(self):
        ruleset = self.make_caps_ruleset()
        with Form(ruleset) as form, form.cap_rule_ids.new() as row:
            self.assertEqual(row.kind, "discount_cap")
            row.name = "Office"
            row.cap = 15
            row.cap_tier_ids.add(self.get_tier("A"))
            row.product_categ_ids.add(self.office)
            with row.condition_ids.new() as condition:
                condition.metric_id = self.get_metric("order_amount")
                condition.value = 500
            self.assertEqual(
                self.plain(row.summary),
                "If customer tier is A and product category is within Office and order amount ≥ $ 500:"
                " at most 15 % discount",
            )
        self.assertEqual(ruleset.cap_rule_ids.option_codes["customer_tier"], ["A"])
        self.assertEqual(ruleset.summary, "3 tiers, 0 criteria, 3 tier rules, 0 vetoes, 1 discount cap")
        self.assertEqual(len(ruleset.tier_rule_ids), 3)

    def test_codes_with_a_meaning_of_their_own_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "customers without a tier"), self.cr.savepoint():
            self.make_tier("no_tier", 9)
        for code in ("customer_tier", "product_category", "product", "country", "pricelist", "order_date"):
            with self.subTest(code), self.assertRaisesRegex(ValidationError, "is reserved"), self.cr.savepoint():
                self.make_metric(code, "number")


class TestFrozenCaps(CapRulesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ruleset = cls.make_caps_ruleset()
        cls.make_full_caps(cls.ruleset)
        cls.cap = cls.ruleset.cap_rule_ids[0]

    def test_rows_of_an_activated_rule_set_do_not_change(self):
        self.ruleset.action_activate()
        cap_id = self.cap.id
        changes = [
            {"cap": 99},
            {"has_margin_floor": False},
            {"margin_floor": 0},
            {"cap_tier_ids": [Command.clear()]},
            {"without_tier": False},
            {"product_categ_ids": [Command.unlink(self.office.id)]},
            {"product_tmpl_ids": [Command.link(self.pan.id)]},
            {"customer_kind": False},
            {"team_ids": [Command.clear()]},
            {"country_ids": [Command.clear()]},
            {"pricelist_ids": [Command.clear()]},
            {"date_to": "2036-12-31"},
            {"option_codes": {}},
            {"kind": "veto"},
            {"active": False},
            {"sequence": 1},
            {"condition_ids": [Command.clear()]},
        ]
        for records in (self.cap, self.cap.sudo(), self.cap.with_context(install_mode=True, _force_unlink=True)):
            for values in changes:
                with self.subTest(values=values), self.assertRaisesRegex(UserError, FROZEN):
                    records.write(values)
            for route in (records.unlink, records.action_archive, records.action_duplicate):
                with self.subTest(route=route), self.assertRaisesRegex(UserError, FROZEN), self.cr.savepoint():
                    route()
        for values in (
            {"discount_reference": "pricelist"},
            {"cap_rule_ids": [Command.create({"name": "More", "cap": 99})]},
            {"cap_rule_ids": [Command.delete(cap_id)]},
            {"cap_rule_ids": [Command.update(cap_id, {"cap": 99})]},
            {"cap_rule_ids": [Command.clear()]},
        ):
            with self.subTest(values=values), self.assertRaisesRegex(UserError, FROZEN), self.cr.savepoint():
                self.ruleset.write(values)

    def test_a_cap_is_not_moved_or_imported_into_an_activated_rule_set(self):
        draft = self.make_caps_ruleset()
        other = self.make_cap(draft, 50)
        self.ruleset.action_activate()
        with self.assertRaisesRegex(UserError, FROZEN), self.cr.savepoint():
            other.ruleset_id = self.ruleset
        with self.assertRaisesRegex(UserError, FROZEN), self.cr.savepoint():
            self.cap.ruleset_id = draft
        columns = ["name", "kind", "cap", "ruleset_id/.id"]
        rows = [["More", "discount_cap", "99", str(self.ruleset.id)]]
        self.assertFalse(self.env["key.account.rule"].load(columns, rows)["ids"])
        self.assertEqual(len(self.ruleset.cap_rule_ids), 2)

    def test_new_version_and_duplicate_have_the_same_caps(self):
        self.ruleset.action_activate()
        draft = self.env["key.account.ruleset"].browse(self.ruleset.action_new_version()["res_id"])
        twin = self.ruleset.copy()
        for copy in (draft, twin):
            with self.subTest(copy.name):
                self.assertEqual(self.caps_table(copy), self.caps_table(self.ruleset))
                self.assertEqual(copy.cap_rule_ids.mapped("key"), self.ruleset.cap_rule_ids.mapped("key"))
                self.assertFalse(copy.cap_rule_ids & self.ruleset.cap_rule_ids)
        self.assertEqual(draft._get_policy().content_hash, self.ruleset.policy_hash)
        draft.cap_rule_ids[0].write({"cap": 50, "product_tmpl_ids": [Command.set(self.pan.ids)]})
        draft.action_activate()
        self.assertEqual((self.ruleset.state, self.cap.cap), ("retired", 12.5))
        self.assertEqual(self.cap.product_tmpl_ids, self.stool)
        self.assertEqual(
            CapTable(Policy.load(draft.policy)).metrics, CapTable(Policy.load(self.ruleset.policy)).metrics
        )


class TestCapExchange(CapRulesCommon):
    def import_file(self, values, company=None):
        wizard = self.env["key.account.ruleset.import"].create(
            {
                "file": base64.b64encode(json.dumps(values).encode()),
                "filename": "rules.json",
                "company_id": (company or self.company).id,
            }
        )
        return self.env["key.account.ruleset"].browse(wizard.action_import()["res_id"])

    def export(self, ruleset):
        return json.loads(base64.b64decode(ruleset.export_file))

    def full_caps_ruleset(self):
        ruleset = self.make_caps_ruleset(discount_reference="pricelist")
        self.make_full_caps(ruleset)
        return ruleset

    def test_round_trip(self):
        ruleset = self.full_caps_ruleset()
        imported = self.import_file(self.export(ruleset))
        self.assertEqual(imported._get_policy().content_hash, ruleset._get_policy().content_hash)
        self.assertEqual(imported.discount_reference, "pricelist")
        for one, other in zip(imported.cap_rule_ids, ruleset.cap_rule_ids, strict=True):
            for column in ("product_categ_ids", "product_tmpl_ids", "team_ids", "country_ids", "cap_tier_ids"):
                self.assertEqual(one[column], other[column], column)
            for column in (
                "cap",
                "margin_floor",
                "has_margin_floor",
                "without_tier",
                "date_from",
                "date_to",
                "summary",
            ):
                self.assertEqual(one[column], other[column], column)
        imported.action_activate()
        self.assertEqual(imported.policy_hash, ruleset._get_policy().content_hash)

    def test_a_file_that_was_activated_and_exported(self):
        ruleset = self.full_caps_ruleset()
        ruleset.action_activate()
        imported = self.import_file(self.export(ruleset))
        self.assertEqual(imported._get_policy().content_hash, ruleset.policy_hash)

    def change(self, change):
        values = self.export(self.full_caps_ruleset())
        change(values, values["tables"][-1]["rules"][0]["conditions"])
        return values

    def test_what_does_not_fit_is_refused_by_name(self):
        def of(conditions, metric):
            return next(condition for condition in conditions if condition["metric"] == metric)

        def replace(metric, **values):
            return self.change(lambda _file, conditions: of(conditions, metric).update(values))

        def rename(values, _conditions):
            text = json.dumps(values).replace(self.get_external_id(self.office), "nowhere.office")
            values.update(json.loads(text))

        def twice(_values, conditions):
            conditions.append(of(conditions, "country"))

        def other_kind(values, conditions):
            next(metric for metric in values["metrics"] if metric["code"] == "order_date").pop("of")

        def about_customers(values, conditions):
            next(metric for metric in values["metrics"] if metric["code"] == "order_amount").pop("of")

        column = "“Everything”: the condition on “%s” does not fit into its column"
        cases = [
            (self.change(rename), "“Product Category”: nowhere.office cannot be found here"),
            (replace("country", operator="not in"), column % "Country"),
            (replace("order_date", operator="="), column % "Order Date"),
            (replace("order_date", values=["20261301"]), column % "Order Date"),
            (self.change(twice), column % "Country"),
            (self.change(other_kind), "“order_date” is reserved here"),
            (self.change(about_customers), "in one place about order lines"),
            (self.change(lambda values, _c: values["tables"][-1]["rules"][0].update(cap="101")), "got 101"),
            (self.change(lambda values, _c: values["tables"][-1]["rules"][0].update(cap="-1")), "got -1"),
            (
                self.change(lambda values, _c: values["tables"][-1]["rules"][0].update(cap="0.1234567")),
                "0.1234567 has more digits",
            ),
        ]
        for values, expected in cases:
            with self.subTest(expected=expected), self.assertRaises(UserError) as caught:
                self.import_file(values)
            self.assertIn(expected, str(caught.exception))


class TestUnevenCaps(CapRulesCommon):
    """No lower tier may get a higher cap than a better one."""

    def get_uneven(self, ruleset):
        errors, warnings = ruleset._get_findings()
        self.assertFalse(errors)
        return [self.plain(text) for text in warnings if "tier" in text and "all else is the same" in text]

    def test_a_worse_tier_with_a_higher_cap_is_found(self):
        ruleset = self.make_caps_ruleset()
        self.make_cap(ruleset, 10, tiers=("A",), name="A customers")
        self.make_cap(ruleset, 12, tiers=("B",), name="B customers")
        self.make_cap(ruleset, 5, name="The others")
        [finding] = self.get_uneven(ruleset)
        for text in ("Discount cap “B customers”", "“B”", "“A”", "12 %", "10 %", "A customers"):
            self.assertIn(text, finding)

    def test_equal_and_falling_caps_are_fine(self):
        for caps in ((10, 10, 10), (10, 5, 0), (100, 100, 0)):
            with self.subTest(caps=caps):
                ruleset = self.make_caps_ruleset()
                for cap, tier in zip(caps, "ABC", strict=True):
                    self.make_cap(ruleset, cap, tiers=(tier,))
                self.make_cap(ruleset, 0, without_tier=True)
                self.assertEqual(self.get_uneven(ruleset), [])

    def test_customers_without_a_tier_come_last(self):
        ruleset = self.make_caps_ruleset()
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
                ruleset = self.make_caps_ruleset()
                for cap, tiers, goods in ((10, ("A",), better), (20, ("B", "C"), worse)):
                    column = "product_tmpl_ids" if goods == self.stool else "product_categ_ids"
                    self.make_cap(ruleset, cap, tiers=tiers, **{column: goods})
                self.make_cap(ruleset, 100, tiers=("A",), name="A gets all the rest")
                self.make_cap(ruleset, 0, name="Nobody else")
                self.assertEqual(bool(self.get_uneven(ruleset)), overlap)

    def test_a_category_behind_the_one_above_it_is_never_reached(self):
        ruleset = self.make_caps_ruleset()
        self.make_cap(ruleset, 10, product_categ_ids=self.office, name="Office")
        self.make_cap(ruleset, 5, product_categ_ids=self.chairs, name="Chairs")
        self.make_cap(ruleset, 5, product_tmpl_ids=self.stool, product_categ_ids=self.kitchen, name="Never")
        warnings = "\n".join(ruleset._get_findings()[1])
        self.assertIn("Discount cap “Chairs”, Conditions: the rule is never reached: “Office”", warnings)
        self.assertIn("Discount cap “Never”, Conditions: they exclude each other (Product)", warnings)

    def test_by_setting_such_rules_do_not_come_into_force(self):
        ruleset = self.make_caps_ruleset()
        self.make_cap(ruleset, 10, tiers=("A", "B"))
        self.make_cap(ruleset, 12, tiers=("C",), name="C customers")
        self.make_cap(ruleset, 0, without_tier=True)
        self.company.key_account_refuse_uneven_caps = True
        errors, _warnings = ruleset._get_findings()
        self.assertTrue(any("C customers" in error for error in errors))
        with self.assertRaisesRegex(UserError, "cannot be used yet:(.|\n)*C customers"):
            ruleset.action_activate()
        self.assertEqual(ruleset.state, "draft")
        self.assertEqual(ruleset.action_check()["params"]["type"], "danger")
        self.company.key_account_refuse_uneven_caps = False
        ruleset.action_activate()
        self.assertEqual(ruleset.state, "active")

    def test_even_rules_come_into_force_whatever_the_setting(self):
        self.company.key_account_refuse_uneven_caps = True
        ruleset = self.make_caps_ruleset()
        self.make_cap(ruleset, 10, tiers=("A",))
        self.make_cap(ruleset, 5)
        ruleset.action_activate()
        self.assertEqual(ruleset.state, "active")

    def test_the_setting_is_the_companys(self):
        settings = self.env["res.config.settings"].with_company(self.company)
        settings.create({"key_account_refuse_uneven_caps": True}).execute()
        self.assertTrue(self.company.key_account_refuse_uneven_caps)


class TestCapExplanation(CapRulesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ruleset = cls.make_caps_ruleset()
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
        cls.make_cap(cls.ruleset, 3, without_tier=True, customer_kind="intrinsic", name="New ones")
        cls.make_cap(cls.ruleset, 1, product_tmpl_ids=cls.stool, name="Stools")
        cls.make_cap(cls.ruleset, 0, date_to="2026-12-31", name="This year")

    def explain(self, **facts):
        """The reasons of the real table, with the ids that a running system has in its facts."""
        decision = CapTable(self.ruleset._get_policy()).decide(Book.from_mapping({"line": facts}))[0]
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
        [sentence, *_missing] = self.explain(customer_tier="no_tier", customer_kind="intrinsic")
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
        kind = {"key_account_kind": "strategic"}
        second = self.second.ids
        self.assert_refused(self.seller, "res.partner", "write", second, kind)
        self.assert_refused(self.seller, "res.partner", "web_save", second, kind, {})
        self.assert_refused(self.seller, "res.partner", "create", [{"name": "New", **kind}])
        self.call(self.manager, "res.partner", "write", second, kind)
        self.assertEqual(self.second.with_company(self.company).key_account_kind, "strategic")
        self.assert_refused(self.seller, "res.partner", "write", second, {"key_account_kind": False})

    def test_defaults_and_imports_do_not_say_it_either(self):
        context = {"default_key_account_kind": "strategic"}
        new = self.call(self.seller, "res.partner", "create", {"name": "New"}, context=context)
        loaded = self.call(self.seller, "res.partner", "load", ["name", "key_account_kind"], [["Newer", "Strategic"]])
        self.assertFalse(self.env["res.partner"].browse(new).with_company(self.company).key_account_kind)
        self.assertFalse(loaded["ids"])

    def test_a_new_contact_whose_form_has_no_kind_is_fine(self):
        new = self.call(self.seller, "res.partner", "create", {"name": "New", "key_account_kind": False})
        self.assertTrue(self.env["res.partner"].browse(new).exists())

    def test_kinds_are_of_a_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.second.with_company(self.company).key_account_kind = "strategic"
        self.assertFalse(self.second.with_company(other).key_account_kind)

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
