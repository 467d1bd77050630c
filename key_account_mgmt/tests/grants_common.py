from .evaluation_common import KeyAccountEvaluationCommon
from .grant_common import GrantRulesMixin


class GrantsCommon(GrantRulesMixin, KeyAccountEvaluationCommon):
    """Second (A, revenue 4,000) and Third (B, 3,000) have limits of 10,000, Big is frozen by a veto, the others C.

    Nobody's exposure matters: rows may lower below it.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for customer in cls.big | cls.second | cls.third:
            customer.with_company(cls.company).sudo().credit_limit = 10_000
        # There is growth only where there was something before.
        for customer in cls.customers:
            cls.make_payment(cls.make_invoice(customer, 0.01, "2023-06-01"), "2023-06-01")

    @classmethod
    def make_evaluation_ruleset(cls, grants=True, **values):
        """The rules of the common tests, or those that grant something."""
        return cls.make_granting_ruleset(**values) if grants else super().make_evaluation_ruleset(**values)

    @classmethod
    def make_granting_ruleset(cls, **values):
        ruleset = cls.make_ruleset(**values)
        cls.make_rule(ruleset, "C", ("invoice_count", "<=", 1), kind="veto", key="bad", name="Bad", freezes_credit=True)
        cls.make_rule(ruleset, "A", ("revenue", "rank_pct", "<=", 40), key="a")
        cls.make_rule(ruleset, "B", ("revenue", "rank_pct", "<=", 60), key="b")
        cls.make_rule(ruleset, "C", key="c")
        cls.make_limit(ruleset, 1.2, tiers=("A",), credit_formula="factor", key="best", name="Best")
        cls.make_limit(ruleset, 2, tiers=("B",), credit_formula="months", direction="both", below_exposure=True,
                       rounding_step=100, key="good", name="Good")  # fmt: skip
        cls.make_limit(ruleset, 10, ("revenue", ">=", 2_000), credit_formula="revenue_share", below_exposure=True,
                       key="rest", name="Rest")  # fmt: skip
        cls.make_reward(ruleset, "bonus", ("revenue", ">=", 3_000), bonus_formula="growth_share", formula_value=2.5,
                        cost=7, budget=100, key="growth", name="Growth")  # fmt: skip
        cls.make_reward(ruleset, "training", tiers=("C",), key="course", name="Course")
        ruleset.action_activate()
        return ruleset

    def sentences(self, line):
        """All that the scorecard says about grants."""
        values = line._get_scorecard_values()
        reasons = [*(values.get("credit") or {}).get("reasons", [])]
        reasons += [sentence for reward in values.get("rewards", []) for sentence in reward["reasons"]]
        return [self.plain(sentence) for sentence in reasons]
