import base64
import json

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form
from odoo.tools import mute_logger

from ...rules import Policy
from ..grant_rules_common import GrantRulesCommon
from ..ruleset_common import FROZEN


class TestGrantRows(GrantRulesCommon):
    def test_rows_of_credit_limits_say_what_they_do(self):
        cases = [
            (10_000, {}, "Every other customer: credit limit $ 10,000, never lowered"),
            (1.2, {"credit_formula": "factor"},
             "Every other customer: credit limit 1.2 × the current limit, never lowered"),
            (5, {"credit_formula": "revenue_share", "direction": "both"},
             "Every other customer: credit limit 5 % of the revenue"),
            (2, {"credit_formula": "months", "tiers": ("A", "B"), "without_tier": True},
             "If tier is A or B or none: credit limit 2 × the average month, never lowered"),
            (45, {"credit_formula": "days", "minimum": 100, "maximum": 9_000.5, "rounding_step": 50,
                  "max_change_pct": 20, "direction": "both", "below_exposure": True},
             "Every other customer: credit limit 45 days of sales, at least $ 100, at most $ 9,000.50, in steps of"
             " $ 50, changed by at most 20 %, even below the current exposure"),
        ]  # fmt: skip
        ruleset = self.make_ruleset()
        for number, values, expected in cases:
            with self.subTest(expected=expected):
                rule = self.make_limit(ruleset, number, **values)
                self.assertEqual(self.plain(rule.summary), expected)

    def test_rows_of_rewards_say_what_they_do(self):
        cases = [
            ("training", {}, "Every customer: reward: training"),
            ("priority_delivery", {"cost": 30, "budget": 500},
             "Every customer: reward: priority delivery, estimated cost $ 30, budget $ 500"),
            ("bonus", {"formula_value": 500, "tiers": ("A",)}, "If tier is A: reward: bonus of $ 500"),
            ("bonus", {"bonus_formula": "growth_share", "formula_value": 2.5},
             "Every customer: reward: bonus of 2.5 % of the growth of revenue"),
        ]  # fmt: skip
        ruleset = self.make_ruleset()
        for reward, values, expected in cases:
            with self.subTest(expected=expected):
                self.assertEqual(self.plain(self.make_reward(ruleset, reward, **values).summary), expected)

    def test_a_veto_that_freezes_says_so(self):
        veto = self.make_rule(self.make_ruleset(), "C", ("late_count", ">=", 5), kind="veto", freezes_credit=True)
        self.assertEqual(veto.summary, "If invoices paid late ≥ 5: at best tier C, and the credit limit stays as it is")

    def test_rows_become_the_documented_form(self):
        ruleset = self.make_tier_ruleset()
        self.make_full_grants(ruleset)
        credit, rewards = self.table(ruleset, "credit_limit"), self.table(ruleset, "reward")
        self.assertEqual(list(credit["ceilings"].items()), [("A", "60000.25"), ("B", "20000")])
        full, plain = credit["rules"]
        self.assertEqual(
            [(row["metric"], row["operator"], row["values"]) for row in full.pop("conditions")],
            [
                ("tier", "in", ["A", "B", "no_tier"]),
                ("score", ">=", ["60"]),
                ("account_kind", "in", ["extrinsic", "strategic"]),
            ],
        )
        full.pop("key")
        self.assertEqual(
            full,
            {
                "name": "Everything",
                "formula": {"type": "months", "months": "1.5"},
                "minimum": "1000",
                "maximum": "50000.5",
                "rounding": "500",
                "max_change_pct": "12.5",
                "direction": "both",
                "below_exposure": True,
            },
        )
        self.assertEqual((plain["formula"], plain["rounding"]), ({"type": "fixed", "amount": "0"}, "0.01"))
        self.assertFalse({"minimum", "maximum", "max_change_pct"} & plain.keys())
        growth, fridge = rewards["rules"]
        self.assertEqual(growth["formula"], {"type": "growth_share", "share_pct": "2.5"})
        self.assertEqual((growth["reward"], growth["cost"], growth["budget"]), ("bonus", "5", "20000"))
        self.assertFalse({"formula", "cost", "budget"} & fridge.keys())
        self.assertTrue(self.table(ruleset, "veto")["rules"][0]["freezes_credit"])
        codes = {metric["code"] for metric in ruleset._get_policy_values()["metrics"]}
        self.assertLessEqual({"average_month_since_first", "credit_limit", "revenue_growth", "account_kind"}, codes)
        self.assertNotIn("tier", codes)
        self.assertTrue(ruleset._get_policy())

    def test_rule_sets_without_grants_stay_as_they_were(self):
        ruleset = self.make_tier_ruleset()
        self.make_rule(ruleset, "C", ("late_count", ">=", 5), kind="veto")
        self.make_benefit(ruleset, "A", payment_term_id=self.env.ref("account.account_payment_term_30days").id)
        values = ruleset._get_policy_values()
        self.assertEqual([table["kind"] for table in values["tables"]], ["tier", "veto"])
        self.assertNotIn("freezes_credit", self.table(ruleset, "veto")["rules"][0])
        self.assertEqual({metric["code"] for metric in values["metrics"]}, {"revenue", "late_count"})

    def test_ceilings_without_credit_limits_do_not_change_the_fingerprint_by_their_place(self):
        """Rule sets were activated with that table in the last place, and fingerprints depend on it."""
        ruleset = self.make_tier_ruleset()
        self.make_benefit(ruleset, "A", 60_000)
        self.make_reward(ruleset)
        expected = ["tier", "reward", "credit_limit"]
        self.assertEqual([table["kind"] for table in ruleset._get_policy_values()["tables"]], expected)
        self.make_limit(ruleset, 5)
        self.assertEqual(
            [table["kind"] for table in ruleset._get_policy_values()["tables"]], ["tier", *expected[:0:-1]]
        )

    def test_archived_rows_are_left_out(self):
        ruleset = self.make_tier_ruleset()
        self.make_limit(ruleset, 5, active=False)
        self.make_reward(ruleset, active=False)
        self.assertEqual([table["kind"] for table in ruleset._get_policy_values()["tables"]], ["tier"])

    def test_steps_are_those_of_the_currency_unless_said_otherwise(self):
        yen = self.env.ref("base.JPY")
        company = self.env["res.company"].create({"name": "Tokyo", "currency_id": yen.id})
        ruleset = self.make_tier_ruleset(company_id=company.id)
        self.make_limit(ruleset, 5)
        self.make_limit(ruleset, 5, rounding_step=1000)
        self.assertEqual([row["rounding"] for row in self.table(ruleset, "credit_limit")["rules"]], ["1", "1000"])

    def test_rows_are_typed_in_the_rule_set(self):
        ruleset = self.make_tier_ruleset()
        with Form(ruleset) as form:
            with form.credit_rule_ids.new() as row:
                self.assertEqual(row.kind, "credit_limit")
                row.name = "Best"
                row.cap_tier_ids.add(self.get_tier("A"))
                row.credit_formula = "months"
                row.formula_value = 2
                with row.condition_ids.new() as condition:
                    condition.metric_id = self.get_metric("score")
                    condition.value = 60
                self.assertEqual(
                    row.summary,
                    "If tier is A and score ≥ 60 points: credit limit 2 × the average month, never lowered",
                )
            with form.reward_rule_ids.new() as row:
                self.assertEqual(row.kind, "reward")
                row.name = "Course"
                row.reward = "training"
            with form.benefit_ids.new() as benefit:
                benefit.tier_id = self.get_tier("A")
                benefit.has_credit_ceiling = True
                benefit.credit_ceiling = 70_000
        self.assertEqual(ruleset.summary, "3 tiers, 0 criteria, 3 tier rules, 0 vetoes, 1 credit limit, 1 reward")
        self.assertEqual(self.table(ruleset, "credit_limit")["ceilings"], {"A": "70000"})
        self.assertEqual(len(ruleset.tier_rule_ids), 3)
        ruleset.action_activate()
        self.assertEqual(ruleset.state, "active")


class TestGrantProblems(GrantRulesCommon):
    def errors(self, ruleset):
        return [self.plain(error) for error in ruleset._get_findings()[0]]

    def test_what_is_wrong_with_a_row_is_said_with_row_and_column(self):
        cases = [
            ({"formula_value": -1}, "Credit limit “Wrong”, Amount: got -1, it must not be negative."),
            ({"credit_formula": "factor", "formula_value": 0},
             "Credit limit “Wrong”, Factor: got 0, it must be more than 0."),
            ({"credit_formula": "factor", "formula_value": 100.5},
             "Credit limit “Wrong”, Factor: got 100.5, allowed is ≤ 100."),
            ({"credit_formula": "revenue_share", "formula_value": 101},
             "Credit limit “Wrong”, Share (%): got 101, allowed is ≤ 100."),
            ({"credit_formula": "days", "formula_value": float("nan")},
             "Credit limit “Wrong”, Days: got “NaN”, which is not a finite number."),
            ({"minimum": 10, "maximum": 9},
             "Credit limit “Wrong”, Lowest Limit: got 10, which is above the highest limit (≤ 9)."),
            ({"minimum": -3}, "Credit limit “Wrong”, Lowest Limit: got -3, it must not be negative."),
            ({"max_change_pct": -5}, "Credit limit “Wrong”, Maximum Change (%): got -5, it must be more than 0."),
            ({"credit_formula": False},
             "Credit limit “Wrong”, Formula: got “None”, which is not of the right form (object)."),
        ]  # fmt: skip
        for values, expected in cases:
            with self.subTest(expected=expected):
                ruleset = self.make_tier_ruleset()
                self.make_limit(ruleset, name="Wrong", **values)
                self.assertEqual(self.errors(ruleset), [expected])

    def test_what_is_wrong_with_a_reward(self):
        cases = [
            ({"reward": False}, "Reward “Wrong”, Reward: got “”, allowed are:"),
            ({"reward": "bonus", "bonus_formula": False}, "Reward “Wrong”, Formula: has to be filled in."),
            ({"budget": -1}, "Reward “Wrong”, Budget: got -1, it must not be negative."),
            ({"cost": -1}, "Reward “Wrong”, Estimated Cost: got -1, it must not be negative."),
        ]
        for values, expected in cases:
            with self.subTest(expected=expected):
                ruleset = self.make_tier_ruleset()
                self.make_reward(ruleset, name="Wrong", **values)
                [error] = self.errors(ruleset)
                self.assertTrue(error.startswith(expected), error)

    def test_tiers_that_the_rule_set_does_not_have(self):
        gold = self.make_tier("gold", 9)
        ruleset = self.make_tier_ruleset()
        self.make_limit(ruleset, 5, tiers=(gold,), name="Gold")
        self.make_benefit(ruleset, gold, 5)
        self.assertEqual(
            self.errors(ruleset),
            [
                "Credit ceilings, gold: “gold” is not one of the rule set's tiers (A, B, C).",
                "Credit limit “Gold”, condition 1, Value: “gold” is not an option of the metric, allowed are: A, B, C,"
                " no_tier.",
            ],
        )

    def test_impossible_ceilings_are_refused(self):
        ruleset = self.make_tier_ruleset()
        for ceiling in (-0.01, float("nan"), float("inf")):
            refusal = self.assertRaisesRegex(ValidationError, "“A”: a credit ceiling of")
            with self.subTest(ceiling), refusal, self.cr.savepoint():
                self.make_benefit(ruleset, "A", ceiling)
        self.make_benefit(ruleset, "A", 0)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            self.make_benefit(ruleset, "A", 5)

    def test_a_worse_tier_with_a_higher_ceiling_is_worth_a_second_look(self):
        ruleset = self.make_tier_ruleset()
        self.make_limit(ruleset)
        self.make_benefit(ruleset, "A", 10_000)
        self.make_benefit(ruleset, "B", 20_000)
        self.assertEqual(
            ruleset._get_findings()[1],
            [
                "Credit ceilings, B: customers of tier “B” may have up to 20,000 of credit, those of the better tier"
                " “A” only 10,000.",
                "Credit ceilings, C: customers of the worse tier “C” have no credit ceiling where those of “A” have"
                " 10,000. Add one for them.",
            ],
        )


class TestFrozenGrants(GrantRulesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ruleset = cls.make_tier_ruleset()
        cls.make_full_grants(cls.ruleset)
        cls.ruleset.action_activate()

    def test_rows_of_an_activated_rule_set_do_not_change(self):
        limit, reward = self.ruleset.credit_rule_ids[0], self.ruleset.reward_rule_ids[0]
        benefit = self.ruleset.benefit_ids[0]
        changes = [
            *(
                (limit, {name: 9})
                for name in ("formula_value", "minimum", "maximum", "rounding_step", "max_change_pct")
            ),
            (limit, {"credit_formula": "fixed"}),
            (limit, {"direction": "raise"}),
            (limit, {"below_exposure": False}),
            (limit, {"cap_tier_ids": [Command.clear()]}),
            (reward, {"reward": "none"}),
            (reward, {"budget": 10**9}),
            (reward, {"cost": 0}),
            (self.ruleset.veto_rule_ids, {"freezes_credit": False}),
            (benefit, {"credit_ceiling": 10**9}),
            (benefit, {"has_credit_ceiling": False}),
            (benefit, {"payment_term_id": False}),
            (benefit, {"pricelist_id": False}),
            (self.ruleset, {"benefit_ids": [Command.clear()]}),
            (self.ruleset, {"credit_rule_ids": [Command.create({"name": "More"})]}),
        ]
        for record, values in changes:
            for one in (record, record.sudo(), record.with_context(install_mode=True)):
                with self.subTest(values=values), self.assertRaisesRegex(UserError, FROZEN), self.cr.savepoint():
                    one.write(values)
        for record in (limit, reward, benefit):
            with self.subTest(record._name), self.assertRaisesRegex(UserError, FROZEN), self.cr.savepoint():
                record.sudo().unlink()
        with self.assertRaisesRegex(UserError, FROZEN), self.cr.savepoint():
            self.make_benefit(self.ruleset, self.make_tier("gold", 9), 5)

    def test_new_version_grants_the_same(self):
        draft = self.env["key.account.ruleset"].browse(self.ruleset.action_new_version()["res_id"])
        self.assertEqual(draft._get_policy().content_hash, self.ruleset.policy_hash)
        self.assertEqual(len(draft.benefit_ids), 3)
        self.assertFalse(draft.benefit_ids & self.ruleset.benefit_ids)
        self.assertTrue(draft.benefit_ids.payment_term_id)
        draft.benefit_ids[0].credit_ceiling = 1
        draft.action_activate()
        self.assertEqual(self.ruleset.benefit_ids[0].credit_ceiling, 60_000.25)

    def test_benefits_are_for_administrators_of_rules_of_the_company(self):
        groups = "base.group_user,key_account_mgmt.group_key_account_manager"
        manager = self.env["res.users"].create(
            {
                "name": "Manager",
                "login": "benefit_manager",
                "company_id": self.company.id,
                "company_ids": [Command.set(self.company.ids)],
                "group_ids": [Command.set([self.env.ref(name).id for name in groups.split(",")])],
            }
        )
        benefit = self.make_benefit(self.make_tier_ruleset(), "A", 5)
        self.assertEqual(benefit.with_user(manager).credit_ceiling, 5)
        with self.assertRaises(AccessError):
            benefit.with_user(manager).credit_ceiling = 6
        foreign = self.env["res.company"].create({"name": "Other"})
        theirs = self.make_benefit(self.make_tier_ruleset(company_id=foreign.id), "A", 5)
        self.assertFalse(self.env["key.account.tier.benefit"].with_user(manager).search([("id", "=", theirs.id)]))


class TestGrantExchange(GrantRulesCommon):
    def import_file(self, values):
        wizard = self.env["key.account.ruleset.import"].create(
            {
                "file": base64.b64encode(json.dumps(values).encode()),
                "filename": "rules.json",
                "company_id": self.company.id,
            }
        )
        return self.env["key.account.ruleset"].browse(wizard.action_import()["res_id"])

    def exported(self):
        ruleset = self.make_tier_ruleset()
        self.make_full_grants(ruleset)
        return ruleset, json.loads(base64.b64decode(ruleset.export_file))

    def test_round_trip(self):
        ruleset, values = self.exported()
        imported = self.import_file(values)
        self.assertEqual(imported._get_policy().content_hash, ruleset._get_policy().content_hash)
        columns = {
            "credit_rule_ids": ("cap_tier_ids", "without_tier", "credit_formula", "formula_value", "minimum", "maximum",
                                "max_change_pct", "direction", "below_exposure"),
            "reward_rule_ids": ("cap_tier_ids", "reward", "bonus_formula", "formula_value", "cost", "budget"),
            "veto_rule_ids": ("freezes_credit", "summary"),
        }  # fmt: skip
        for name, fields in columns.items():
            for one, other in zip(imported[name], ruleset[name], strict=True):
                for field in fields:
                    self.assertEqual(one[field], other[field], field)
        self.assertEqual(
            [(one.tier_id.code, one.credit_ceiling) for one in imported.benefit_ids], [("A", 60_000.25), ("B", 20_000)]
        )
        imported.action_activate()
        self.assertEqual(Policy.load(imported.policy).content_hash, ruleset._get_policy().content_hash)

    def test_what_does_not_fit_is_refused_by_name(self):
        def limit(values, **columns):
            values["tables"][2]["rules"][0].update(columns)

        def asking(operator, *more):
            row = {"metric": "tier", "measure": "value", "operator": operator, "values": ["A"]}
            return lambda values: limit(values, conditions=[row, *more])

        other = {"metric": "tier", "measure": "value", "operator": "in", "values": ["B"]}
        cases = [
            (asking("not in"), "“Everything”: the condition on the tier does not fit into its column"),
            (asking("in", other), "“Everything”: the condition on the tier does not fit into its column"),
            (lambda values: limit(values, maximum="0", minimum="0"), "“Everything”: “Highest Limit” is 0, which means"),
            (lambda values: values["tables"][3]["rules"][0].update(budget="0"), "“Growth”: “Budget” is 0"),
            (lambda values: limit(values, rounding="0.0000001"), "has more digits than can be stored"),
            (lambda values: values["tables"][2]["ceilings"].update(A="1.0000001"),
             "Credit ceiling of tier “A”: 1.0000001 has more digits"),
            (lambda values: limit(values, formula={"type": "magic"}),
             "Credit limit “Everything”, Formula: got “magic”, allowed are: Fixed Amount"),
        ]  # fmt: skip
        for change, expected in cases:
            with self.subTest(expected=expected):
                _ruleset, values = self.exported()
                change(values)
                with self.assertRaises(UserError) as caught, self.cr.savepoint():
                    self.import_file(values)
                self.assertIn(expected, str(caught.exception))
