from types import SimpleNamespace
from unittest.mock import patch

from odoo.exceptions import ValidationError

from ...models.rulesets.kinds.base import RuleKind
from ...models.rulesets.kinds.rule_kinds import RULE_KINDS
from ...models.rulesets.policy_reader import PolicyReader
from ...rules.policy import Problem
from ..ruleset_common import RulesetCommon

TOO_MUCH = "A gift is worth 100 at most."


class Gift(RuleKind):
    """A kind of rule that only this test knows; the column ``cost`` stands for one of its own."""

    code, label = "gift", "Gift"
    row_name, table_name = "Gift", "Gifts"
    one, many = "1 gift", "%s gifts"
    columns = checked = ("cost",)

    def check(self, rule):
        if rule.cost > 100:
            raise ValidationError(TOO_MUCH)

    def outcome_to_policy(self, rule):
        return {"worth": str(rule.cost)}

    def get_formula_metrics(self, _rule):
        return {"customer_years"}

    def from_policy(self, row, _reader):
        return {"cost": float(row.worth)}

    def find_own_mismatch(self, _env, row):
        return "A gift is worth something." if not float(row.worth) else ""

    def get_outcome_phrase(self, rule, say):
        return f"a gift worth {say._format_amount(rule.cost, rule.currency_id, trim=True)}"

    def get_unconditional_sentence(self, _say, outcome):
        return f"Each customer: {outcome}"

    def explain_gift_rule(self, say, params, labels, _currency):
        return f"A gift by rule “{say._rule(params, labels)}”."


class TestNewKindOfRule(RulesetCommon):
    """What docs/how-to/add-a-kind-of-rule.md promises: a kind of rule is one class, wherever rules are used."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        kind = cls.env["key.account.rule"]._fields["kind"]
        options = [*kind.selection, (Gift.code, Gift.label)]
        cls.startClassPatcher(patch.dict(RULE_KINDS, {Gift.code: Gift()}))
        cls.startClassPatcher(patch.object(kind, "selection", options))
        cls.startClassPatcher(patch.object(kind, "_selection", dict(options)))
        cls.ruleset = cls.make_ruleset()
        cls.make_rule(cls.ruleset, "A")

    def make_gift(self, *conditions, **values):
        return self.make_rule(self.ruleset, "A", *conditions, **{"kind": "gift", "cost": 30, **values})

    def make_row(self, **values):
        return SimpleNamespace(**{"key": "g", "name": "Chocolate", "worth": "30.0", "conditions": (), **values})

    def test_rows_say_what_they_do(self):
        gift = self.make_gift()
        self.assertEqual(self.plain(gift.summary), "Each customer: a gift worth $ 30")
        gift.cost = 40
        self.assertEqual(self.plain(gift.summary), "Each customer: a gift worth $ 40")
        asking = self.make_gift(("invoice_count", ">=", 2))
        self.assertEqual(self.plain(asking.summary), "If invoices ≥ 2: a gift worth $ 30")

    def test_the_rule_set_counts_them(self):
        for expected in ("3 tiers, 1 tier rule, 1 gift", "2 gifts"):
            self.make_gift()
            self.ruleset.invalidate_recordset(["summary"])
            self.assertIn(expected, self.ruleset.summary)

    def test_rows_are_checked(self):
        with self.assertRaisesRegex(ValidationError, TOO_MUCH):
            self.make_gift(cost=101)

    def test_rows_become_a_table_of_the_policy(self):
        self.make_gift(key="g", name="Chocolate")
        self.make_gift(key="h", active=False)
        values = self.ruleset._get_policy_values()
        expected = {"kind": "gift", "rules": [{"key": "g", "name": "Chocolate", "conditions": [], "worth": "30.0"}]}
        self.assertEqual(values["tables"][-1], expected)
        self.assertIn("customer_years", [metric["code"] for metric in values["metrics"]])

    def test_a_policy_becomes_rows(self):
        policy = SimpleNamespace(metrics=(), tiers=())
        reader = PolicyReader(self.env, policy, self.ruleset.company_id)
        values = reader.prepare_rule("gift", self.make_row(), 1)
        rule = self.env["key.account.rule"].create({**values, "ruleset_id": self.ruleset.id})
        self.assertEqual((rule.kind, rule.key, rule.name, rule.cost), ("gift", "g", "Chocolate", 30))
        self.assertEqual(rule._prepare_rule_values()["worth"], self.make_row().worth)

    def test_what_rows_cannot_hold_is_found_before(self):
        kind = RULE_KINDS["gift"]
        self.assertFalse(kind.find_mismatch(self.env, self.make_row()))
        self.assertEqual(kind.find_mismatch(self.env, self.make_row(worth="0")), "A gift is worth something.")
        several = SimpleNamespace(metric="invoice_count", operator="in", values=(1, 2))
        self.assertIn("compared with a list", kind.find_mismatch(self.env, self.make_row(conditions=(several,))))

    def test_problems_name_the_rows(self):
        self.make_gift(key="g", name="Chocolate")
        problem = Problem(("tables", "gift", "rules", "g"), "cost", "negative", {"got": -1})
        sentences = self.env["key.account.policy.error.text"]._get_sentences(
            [problem], self.ruleset._get_policy_values()
        )
        self.assertEqual(sentences, ["Gift “Chocolate”, Estimated Cost: got -1, it must not be negative."])

    def test_decisions_are_explained(self):
        self.make_gift(key="g", name="Chocolate")
        reasons = [{"code": "gift_rule", "params": {"rule": "g"}}]
        sentences = self.env["key.account.explainer"]._get_reason_sentences(
            self.ruleset._get_policy_values(), reasons, self.ruleset.company_id.currency_id
        )
        self.assertEqual(sentences, ["A gift by rule “Chocolate”."])
