from .grant_common import GrantRulesMixin
from .ruleset_common import RulesetCommon


class GrantRulesCommon(GrantRulesMixin, RulesetCommon):
    @classmethod
    def make_tier_ruleset(cls, **values):
        """A draft with three tiers that are all given."""
        ruleset = cls.make_ruleset(**values)
        cls.make_rule(ruleset, "A", ("revenue", "rank_pct", "<=", 15))
        cls.make_rule(ruleset, "B", ("revenue", "rank_pct", "<=", 35))
        cls.make_rule(ruleset, "C")
        return ruleset

    @classmethod
    def make_full_grants(cls, ruleset):
        """Rows with something in every column, the plainest ones behind them, ceilings, and a veto that freezes."""
        cls.make_rule(ruleset, "C", ("late_count", ">=", 5), kind="veto", freezes_credit=True, name="Bad credit")
        cls.make_limit(
            ruleset,
            1.5,
            ("score", ">=", 60),
            ("account_kind", "in", ["strategic", "extrinsic"]),
            tiers=("A", "B"),
            without_tier=True,
            credit_formula="months",
            minimum=1_000,
            maximum=50_000.5,
            rounding_step=500,
            max_change_pct=12.5,
            direction="both",
            below_exposure=True,
            name="Everything",
        )
        cls.make_limit(ruleset, 0, name="All others")
        cls.make_reward(ruleset, "bonus", ("growth_pct", ">", 10), tiers=("C",), bonus_formula="growth_share",
                        formula_value=2.5, cost=5, budget=20_000, name="Growth")  # fmt: skip
        cls.make_reward(ruleset, "equipment", name="Fridge")
        cls.make_benefit(ruleset, "B", 20_000)
        cls.make_benefit(ruleset, "A", 60_000.25, payment_term_id=cls.env.ref("account.account_payment_term_30days").id)
        cls.make_benefit(ruleset, "C")

    def table(self, ruleset, kind):
        return next(table for table in ruleset._get_policy_values()["tables"] if table["kind"] == kind)
