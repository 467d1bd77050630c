import base64
import json

from odoo.exceptions import UserError
from odoo.tests import Form

from ...models.rulesets.shipped_rows import SHIPPED_VALUE_KINDS
from ...rules import Policy, evaluate, lint
from ..grant_rules_common import GrantRulesCommon
from ..ruleset_common import FROZEN
from ..template_common import TemplateCommon

SHIPPED = ["value_strategic", "value_extrinsic", "value_intrinsic"]


class TestValueKindRows(GrantRulesCommon):
    def test_rows_say_what_they_do(self):
        cases = [
            ("intrinsic", [], {}, "Every other customer: suggest Intrinsic (Price)"),
            ("extrinsic", [("margin_pct", ">=", 30)], {}, "If margin rate ≥ 30 %: suggest Extrinsic (Service)"),
            ("strategic", [("customer_years", ">=", 3)], {"tiers": ("A",), "without_tier": True},
             "If tier is A or none and years as a customer ≥ 3: suggest Strategic"),
        ]  # fmt: skip
        ruleset = self.make_ruleset()
        for kind, conditions, values, expected in cases:
            with self.subTest(expected=expected):
                self.assertEqual(
                    self.plain(self.make_value_kind(ruleset, kind, *conditions, **values).summary), expected
                )

    def test_rows_become_the_documented_form(self):
        ruleset = self.make_tier_ruleset()
        self.make_value_kind(ruleset, "strategic", ("customer_years", ">=", 3), tiers=("A",), key="k", name="Partner")
        self.assertEqual(
            self.table(ruleset, "value_kind")["rules"],
            [
                {
                    "key": "k",
                    "name": "Partner",
                    "value_kind": "strategic",
                    "conditions": [
                        {"metric": "tier", "measure": "value", "operator": "in", "values": ["A"]},
                        {"metric": "customer_years", "measure": "value", "operator": ">=", "values": ["3"]},
                    ],
                }
            ],
        )
        self.assertTrue(ruleset._get_policy())

    def test_rows_are_typed_in_the_rule_set(self):
        ruleset = self.make_tier_ruleset()
        with Form(ruleset) as form, form.value_kind_rule_ids.new() as row:
            self.assertEqual(row.kind, "value_kind")
            row.name = "Partner"
            row.value_kind = "strategic"
            row.cap_tier_ids.add(self.get_tier("A"))
            self.assertEqual(row.summary, "If tier is A: suggest Strategic")
        self.assertEqual(ruleset.summary, "3 tiers, 0 criteria, 3 tier rules, 0 vetoes, 1 value type rule")
        self.make_value_kind(ruleset)
        self.assertIn("2 value type rules", ruleset.summary)
        ruleset.action_activate()
        self.assertEqual(ruleset.state, "active")

    def test_what_is_wrong_with_a_row_is_said_with_row_and_column(self):
        gold = self.make_tier("gold", 9)
        cases = [
            ({"value_kind": False}, "Value type “Wrong”, Value Type: got “”, allowed are: Intrinsic (Price),"
                                    " Extrinsic (Service), Strategic."),
            ({"tiers": (gold,)}, "Value type “Wrong”, condition 1, Value: “gold” is not an option of the metric,"
                                 " allowed are: A, B, C, no_tier."),
        ]  # fmt: skip
        for values, expected in cases:
            with self.subTest(expected=expected):
                ruleset = self.make_tier_ruleset()
                rule = self.make_value_kind(ruleset, name="Wrong")
                rule.value_kind = values.get("value_kind", "intrinsic")
                rule.cap_tier_ids = [tier.id for tier in values.get("tiers", ())]
                self.assertEqual([self.plain(error) for error in ruleset._get_findings()[0]], [expected])

    def test_a_row_that_is_never_reached_is_worth_a_second_look(self):
        ruleset = self.make_tier_ruleset()
        self.make_value_kind(ruleset, "intrinsic", name="All")
        self.make_value_kind(ruleset, "strategic", tiers=("A",), name="Never")
        self.assertEqual(
            ruleset._get_findings()[1],
            [
                "Value type “Never”, Conditions: the rule is never reached: “All” above it holds for all these"
                " customers."
            ],
        )

    def test_archived_rows_are_left_out_and_the_fingerprint_is_as_without(self):
        ruleset = self.make_tier_ruleset()
        before = ruleset._get_policy().content_hash
        self.make_value_kind(ruleset, active=False)
        self.assertEqual(ruleset._get_policy().content_hash, before)

    def test_rows_of_an_activated_rule_set_do_not_change(self):
        ruleset = self.make_tier_ruleset()
        row = self.make_value_kind(ruleset, "strategic", tiers=("A",))
        ruleset.action_activate()
        for change in ({"value_kind": "intrinsic"}, {"cap_tier_ids": False}, {"active": False}):
            for one in (row, row.sudo()):
                with self.subTest(change), self.assertRaisesRegex(UserError, FROZEN), self.cr.savepoint():
                    one.write(change)
        with self.assertRaisesRegex(UserError, FROZEN), self.cr.savepoint():
            row.unlink()
        with self.assertRaisesRegex(UserError, FROZEN), self.cr.savepoint():
            ruleset.action_add_value_kinds()

    def test_new_versions_and_files_suggest_the_same(self):
        ruleset = self.make_tier_ruleset()
        self.make_value_kind(ruleset, "strategic", ("score", ">=", 60), tiers=("A", "B"), without_tier=True)
        self.make_value_kind(ruleset, "extrinsic", ("account_kind", "in", ["extrinsic"]))
        self.make_value_kind(ruleset, "intrinsic", name="All others")
        ruleset.action_activate()
        draft = self.env["key.account.ruleset"].browse(ruleset.action_new_version()["res_id"])
        self.assertEqual(draft._get_policy().content_hash, ruleset.policy_hash)
        file = base64.b64encode(json.dumps(ruleset._get_export_values()).encode())
        wizard = self.env["key.account.ruleset.import"].create({"file": file, "company_id": ruleset.company_id.id})
        imported = self.env["key.account.ruleset"].browse(wizard.action_import()["res_id"])
        self.assertEqual(imported._get_policy().content_hash, ruleset.policy_hash)
        self.assertEqual(imported.value_kind_rule_ids.mapped("value_kind"), ["strategic", "extrinsic", "intrinsic"])
        self.assertTrue(imported.value_kind_rule_ids[0].without_tier)

    def test_customers_without_a_confirmed_kind_in_a_file(self):
        ruleset = self.make_tier_ruleset()
        self.env["key.account.rule"].create(
            {"name": "New", "kind": "discount_cap", "ruleset_id": ruleset.id, "cap": 3, "customer_kind": "no_kind"}
        )
        file = base64.b64encode(json.dumps(ruleset._get_export_values()).encode())
        wizard = self.env["key.account.ruleset.import"].create({"file": file, "company_id": ruleset.company_id.id})
        imported = self.env["key.account.ruleset"].browse(wizard.action_import()["res_id"])
        self.assertEqual(imported.cap_rule_ids.customer_kind, "no_kind")


class TestShippedValueKinds(TemplateCommon):
    def make_suggesting_policy(self):
        draft = self.make_draft("scorecard")
        draft.action_add_value_kinds()
        return draft._get_policy()

    def test_templates_have_them_switched_off_for_their_best_tier(self):
        for template in self.get_templates():
            with self.subTest(template.name):
                draft = template._create_draft(self.company)
                rows = draft.value_kind_rule_ids
                self.assertEqual(rows.mapped("key"), SHIPPED)
                self.assertFalse(rows.filtered("active"))
                self.assertEqual(rows[0].cap_tier_ids, draft.tier_ids.sorted("rank")[0])
                before = len(draft.rule_ids)
                draft.action_add_value_kinds()
                self.assertEqual(rows.mapped("active"), [True] * 3)
                self.assertEqual(len(draft.rule_ids), before)
                self.assertEqual(lint(draft._get_policy()), [])

    def test_they_can_be_added_to_any_draft(self):
        draft = self.make_ruleset()
        self.make_rule(draft, "C")
        draft.action_add_value_kinds()
        self.assertEqual(draft.value_kind_rule_ids.mapped("key"), SHIPPED)
        self.assertEqual(draft._get_findings()[0], [])
        draft.value_kind_rule_ids[1].unlink()
        draft.action_add_value_kinds()
        self.assertEqual(set(draft.value_kind_rule_ids.mapped("key")), set(SHIPPED))

    def test_a_rule_set_without_tiers_has_no_best_one(self):
        with self.assertRaisesRegex(UserError, "has no tiers, so there is no best tier"):
            self.make_ruleset(tiers=()).action_add_value_kinds()

    def test_the_file_has_no_doubts(self):
        with self.env["key.account.ruleset"].env.registry.cursor():
            self.assertEqual(lint(SHIPPED_VALUE_KINDS.load()), [])
        self.assertTrue(SHIPPED_VALUE_KINDS.path.endswith(".json"))

    def test_the_example_of_the_documentation(self):
        """Ten customers, in the order of their revenue; the first four are of tier A."""
        policy = Policy.load(self.make_suggesting_policy().dump() | {"criteria": []})
        values = policy.dump()
        tiers = next(table for table in values["tables"] if table["kind"] == "tier")
        top = {"metric": "revenue", "measure": "rank_pct", "operator": "<=", "values": ["40"]}
        tiers["rules"] = [
            {"key": "top", "name": "Top", "tier": "A", "conditions": [top]},
            {"key": "rest", "name": "Rest", "tier": "C", "conditions": []},
        ]
        book = [
            # revenue, years, margin rate, invoices, suggested
            (900, 5, 18, 24, "strategic"),
            (800, 3, 12, 12, "strategic"),
            (700, 9, 31, 12, "extrinsic"),
            (600, 2, 9, 30, "intrinsic"),
            (500, 1, 35, 4, "extrinsic"),
            (400, 4, 40, 3, None),
            (300, 4, 28, 8, "extrinsic"),
            (200, 0, 11, 2, "intrinsic"),
            (100, 6, 16, 5, "intrinsic"),
            (0, 6, None, 1, None),
        ]
        names = ("revenue", "customer_years", "margin_pct", "invoice_count")
        facts = {place: dict(zip(names, row[:4], strict=True)) for place, row in enumerate(book)}
        results = evaluate(Policy.load(values), facts)
        suggested = [results[place].decision.value_kind for place in range(len(book))]
        self.assertEqual([one and one.kind for one in suggested], [row[-1] for row in book])
