from odoo.exceptions import UserError

from ...models.rulesets.shipped_rows import SHIPPED_VALUE_TYPES
from ...rules import Policy, evaluate, lint
from ..grant_rules_common import GrantRulesCommon
from ..ruleset_common import FROZEN
from ..template_common import TemplateCommon

SHIPPED = ["value_strategic", "value_extrinsic", "value_intrinsic"]


class TestValueTypeRows(GrantRulesCommon):
    def test_a_row_that_is_never_reached_is_worth_a_second_look(self):
        ruleset = self.make_tier_ruleset()
        self.make_value_type(ruleset, "intrinsic", name="All")
        self.make_value_type(ruleset, "strategic", tiers=("A",), name="Never")
        self.assertEqual(
            ruleset._get_findings()[1],
            [
                "Value type “Never”, Conditions: the rule is never reached: “All” above it holds for all these"
                " customers."
            ],
        )

    def test_an_activated_rule_set_gets_no_shipped_rows(self):
        ruleset = self.make_tier_ruleset()
        ruleset.action_activate()
        with self.assertRaisesRegex(UserError, FROZEN):
            ruleset.action_add_value_types()

    def test_customers_without_a_confirmed_value_type_in_a_file(self):
        ruleset = self.make_tier_ruleset()
        self.env["key.account.rule"].create(
            {
                "name": "New",
                "kind": "discount_cap",
                "ruleset_id": ruleset.id,
                "cap": 3,
                "customer_value_type": "no_value_type",
            }
        )
        imported = self.import_file(self.export(ruleset))
        self.assertEqual(imported.cap_rule_ids.customer_value_type, "no_value_type")


class TestShippedValueTypes(TemplateCommon):
    def make_suggesting_policy(self):
        draft = self.make_draft("scorecard")
        draft.action_add_value_types()
        return draft._get_policy()

    def test_templates_have_them_switched_off_for_their_best_tier(self):
        for template in self.get_templates():
            with self.subTest(template.name):
                draft = template._create_draft(self.company)
                rows = draft.value_type_rule_ids
                self.assertEqual(rows.mapped("key"), SHIPPED)
                self.assertFalse(rows.filtered("active"))
                self.assertEqual(rows[0].tier_filter_ids, draft.tier_ids.sorted("rank")[0])
                before = len(draft.rule_ids)
                draft.action_add_value_types()
                self.assertEqual(rows.mapped("active"), [True] * 3)
                self.assertEqual(len(draft.rule_ids), before)
                self.assertEqual(lint(draft._get_policy()), [])

    def test_they_can_be_added_to_any_draft(self):
        draft = self.make_ruleset()
        self.make_rule(draft, "C")
        draft.action_add_value_types()
        self.assertEqual(draft.value_type_rule_ids.mapped("key"), SHIPPED)
        self.assertEqual(draft._get_findings()[0], [])
        draft.value_type_rule_ids[1].unlink()
        draft.action_add_value_types()
        self.assertEqual(set(draft.value_type_rule_ids.mapped("key")), set(SHIPPED))

    def test_a_rule_set_without_tiers_has_no_best_one(self):
        with self.assertRaisesRegex(UserError, "has no tiers, so there is no best tier"):
            self.make_ruleset(tiers=()).action_add_value_types()

    def test_the_file_has_no_doubts(self):
        with self.env["key.account.ruleset"].env.registry.cursor():
            self.assertEqual(lint(SHIPPED_VALUE_TYPES.load()), [])
        self.assertTrue(SHIPPED_VALUE_TYPES.path.endswith(".json"))

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
        suggested = [results[place].decision.value_type for place in range(len(book))]
        self.assertEqual([one and one.value_type for one in suggested], [row[-1] for row in book])
