from decimal import Decimal

from odoo import models
from odoo.fields import Command

from ...models.rulesets.key_account_cap_vocabulary import NO_TIER
from ...models.rulesets.key_account_grant_vocabulary import (
    CREDIT,
    FORMULA_NUMBERS,
    REWARDS,
    TIER,
)
from ...models.shared.numbers import exact_text

# Where a row says "none" with a zero, a zero in a file would become something else.
OPTIONAL_NUMBERS = {CREDIT: ("minimum", "maximum", "max_change_pct"), REWARDS: ("cost", "budget")}
NOT_ZERO = ("maximum", "budget")


class KeyAccountRulesetImport(models.TransientModel):
    """Credit limits, rewards and ceilings in a file."""

    _inherit = "key.account.ruleset.import"

    # --- What the file refers to ---

    def _get_rule_mismatch(self, rule):
        """A file can say more of the tier than the column, and zero where a row has no number at all."""
        names = {"rule": rule.name or rule.key}
        asked = [condition for condition in rule.conditions if condition.metric == TIER]
        if len(asked) > 1 or any(condition.operator not in ("=", "in") for condition in asked):
            return self.env._(
                "Rule “%(rule)s”: the condition on the tier does not fit into its column, which takes one list of what"
                " may be.",
                **names,
            )
        for name in NOT_ZERO:
            if getattr(rule, name, None) == 0:
                return self.env._(
                    "Rule “%(rule)s”: “%(column)s” is 0, which means none here. Take it out of the file, or take out"
                    " the rule.",
                    column=self.env["key.account.problem"]._get_column_label(name),
                    **names,
                )
        return super()._get_rule_mismatch(rule)

    def _get_digit_mismatches(self, policy):
        return [
            *super()._get_digit_mismatches(policy),
            *(
                self.env._(
                    "Credit ceiling of tier “%(tier)s”: %(number)s has more digits than can be kept (6 decimals, 15"
                    " digits in all).",
                    tier=tier,
                    number=ceiling,
                )
                for tier, ceiling in self._get_ceilings(policy).items()
                if Decimal(exact_text(float(ceiling))) != ceiling
            ),
        ]

    def _get_ceilings(self, policy):
        table = policy.table(CREDIT)
        return table.ceilings if table else {}

    # --- The draft ---

    def _prepare_ruleset_values(self, policy):
        values, tiers = super()._prepare_ruleset_values(policy), self._get_tiers(policy)
        benefits = [
            {"tier_id": tiers[code].id, "has_credit_ceiling": True, "credit_ceiling": float(ceiling)}
            for code, ceiling in self._get_ceilings(policy).items()
        ]
        return {**values, "benefit_ids": [Command.create(benefit) for benefit in benefits]}

    def _prepare_rule_values(self, kind, rule, sequence, metrics, tiers):
        values = super()._prepare_rule_values(kind, rule, sequence, metrics, tiers)
        if kind == "veto":
            return {**values, "freezes_credit": bool(rule.freezes_credit)}
        if kind not in OPTIONAL_NUMBERS:
            return values
        for condition in rule.conditions:
            if condition.metric == TIER:
                values |= self._prepare_tier_column_values(condition, tiers)
        numbers = {name: getattr(rule, name) for name in OPTIONAL_NUMBERS[kind]}
        return {
            **values,
            **{name: float(number) for name, number in numbers.items() if number is not None},
            **self._prepare_formula_values(kind, rule.formula),
            **self._prepare_grant_values(kind, rule),
        }

    def _prepare_tier_column_values(self, condition, tiers):
        codes = [code for code in condition.values if code != NO_TIER]
        return {
            "cap_tier_ids": [Command.set([tiers[code].id for code in codes])],
            "without_tier": NO_TIER in condition.values,
        }

    def _prepare_formula_values(self, kind, formula):
        if formula is None:
            return {}
        number = getattr(formula, FORMULA_NUMBERS[formula.type])
        column = "credit_formula" if kind == CREDIT else "bonus_formula"
        return {column: formula.type, "formula_value": float(number)}

    def _prepare_grant_values(self, kind, rule):
        values = {"rounding_step": float(rule.rounding)}
        if kind == REWARDS:
            return {**values, "reward": rule.reward}
        return {**values, "direction": rule.direction, "below_exposure": rule.below_exposure}
