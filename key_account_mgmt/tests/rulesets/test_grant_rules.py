from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form
from odoo.tools import mute_logger

from ..grant_rules_common import GrantRulesCommon
from ..ruleset_common import FROZEN


class TestGrantRows(GrantRulesCommon):
    def test_ceilings_and_what_formulas_need_are_in_the_policy(self):
        ruleset = self.make_tier_ruleset()
        self.make_ceilings(ruleset)
        self.make_limit(
            ruleset, 1.5, ("account_value_type", "in", ["strategic"]), tiers=("A",), credit_formula="months"
        )
        self.make_reward(ruleset, "bonus", bonus_formula="growth_share", formula_value=2.5)
        ceilings = self.table(ruleset, "credit_limit")["ceilings"]
        self.assertEqual(list(ceilings.items()), [("A", "60000.25"), ("B", "20000")])
        codes = {metric["code"] for metric in ruleset._get_policy_values()["metrics"]}
        self.assertLessEqual(
            {"average_month_since_first", "credit_limit", "revenue_growth", "account_value_type"}, codes
        )
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

    def test_steps_are_those_of_the_currency_unless_said_otherwise(self):
        yen = self.env.ref("base.JPY")
        company = self.env["res.company"].create({"name": "Tokyo", "currency_id": yen.id})
        ruleset = self.make_tier_ruleset(company_id=company.id)
        self.make_limit(ruleset, 5)
        self.make_limit(ruleset, 5, rounding_step=1000)
        self.assertEqual([row["rounding"] for row in self.table(ruleset, "credit_limit")["rules"]], ["1", "1000"])

    def test_ceilings_are_typed_in_the_rule_set(self):
        ruleset = self.make_tier_ruleset()
        self.make_limit(ruleset, 5)
        self.make_reward(ruleset)
        with Form(ruleset) as form, form.benefit_ids.new() as benefit:
            benefit.tier_id = self.get_tier("A")
            benefit.has_credit_ceiling = True
            benefit.credit_ceiling = 70_000
        self.assertEqual(ruleset.summary, "3 tiers, 3 tier rules, 1 credit limit, 1 reward")
        self.assertEqual(self.table(ruleset, "credit_limit")["ceilings"], {"A": "70000"})
        self.assertEqual(len(ruleset.tier_rule_ids), 3)
        ruleset.action_activate()
        self.assertEqual(ruleset.state, "active")


class TestGrantProblems(GrantRulesCommon):
    def errors(self, ruleset):
        return [self.plain(error) for error in ruleset._get_findings()[0]]

    def test_tiers_that_the_rule_set_does_not_have(self):
        gold = self.make_tier("gold", 9)
        ruleset = self.make_tier_ruleset()
        self.make_benefit(ruleset, gold, 5)
        self.assertEqual(
            self.errors(ruleset),
            ["Credit ceilings, gold: “gold” is not one of the rule set's tiers (A, B, C)."],
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


class TestFrozenBenefits(GrantRulesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ruleset = cls.make_tier_ruleset()
        cls.make_ceilings(cls.ruleset)
        cls.ruleset.action_activate()

    def test_benefits_of_an_activated_rule_set_do_not_change(self):
        benefit = self.ruleset.benefit_ids[0]
        changes = [
            (benefit, {"credit_ceiling": 10**9}),
            (benefit, {"has_credit_ceiling": False}),
            (benefit, {"payment_term_id": False}),
            (benefit, {"pricelist_id": False}),
            (self.ruleset, {"benefit_ids": [Command.clear()]}),
        ]
        for record, values in changes:
            for one in (record, record.sudo(), record.with_context(install_mode=True)):
                with self.subTest(values=values), self.assertRaisesRegex(UserError, FROZEN), self.cr.savepoint():
                    one.write(values)
        with self.assertRaisesRegex(UserError, FROZEN), self.cr.savepoint():
            benefit.sudo().unlink()
        with self.assertRaisesRegex(UserError, FROZEN), self.cr.savepoint():
            self.make_benefit(self.ruleset, self.make_tier("gold", 9), 5)

    def test_new_version_has_the_same_benefits(self):
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


class TestBenefitFiles(GrantRulesCommon):
    def setUp(self):
        super().setUp()
        self.ruleset = self.make_tier_ruleset()
        self.make_limit(self.ruleset, 5)
        self.make_ceilings(self.ruleset)

    def test_ceilings_are_in_files(self):
        imported = self.import_file(self.export(self.ruleset))
        self.assertEqual(imported._get_policy().content_hash, self.ruleset._get_policy().content_hash)
        self.assertEqual(
            [(one.tier_id.code, one.credit_ceiling) for one in imported.benefit_ids], [("A", 60_000.25), ("B", 20_000)]
        )

    def test_a_ceiling_that_does_not_fit_is_refused_by_name(self):
        values = self.export(self.ruleset)
        values["tables"][-1]["ceilings"]["A"] = "1.0000001"
        with self.assertRaisesRegex(UserError, "Credit ceiling of tier “A”: 1.0000001 has more digits"):
            self.import_file(values)
