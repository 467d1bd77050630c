from odoo import api, fields, models

from ..shared.numbers import exact_text
from .key_account_grant_vocabulary import FORMULA_NUMBERS, GRANT_KINDS, TIER


class KeyAccountRule(models.Model):
    """What rows of credit limits and of rewards share: the tiers that they are for, and one number for the formula."""

    _inherit = "key.account.rule"

    formula_value = fields.Float(
        digits=False,
        min_display_digits=0,
        help="The number of the formula: an amount, a factor, a percentage, or how many months or days.",
    )
    rounding_step = fields.Float(
        "In Steps of", digits=False, min_display_digits=0, help="Limits are rounded to it, half up. 0: to the cent."
    )

    def _prepare_rule_values(self):
        if self.kind not in GRANT_KINDS:
            return super()._prepare_rule_values()
        return {
            "key": self.key,
            "name": self.name or "",
            "conditions": [
                *self._prepare_tier_conditions(),
                *(condition._prepare_condition_values() for condition in self.condition_ids),
            ],
            "rounding": exact_text(self.rounding_step or self.currency_id.rounding or 0.01),
            **self._prepare_outcome_values(),
        }

    def _prepare_outcome_values(self):
        """What a row gives, as a policy has it. Each kind of row has its own."""
        return {}

    def _prepare_tier_conditions(self):
        codes = self._get_options().get("customer_tier", [])
        return [self._prepare_column_condition(TIER, "in", codes)] if codes else []

    @api.model
    def _prepare_formula_values(self, formula, number):
        """A formula with its number, as a policy has it; None where none is chosen."""
        return formula and {"type": formula, FORMULA_NUMBERS[formula]: exact_text(number)}

    @api.model
    def _prepare_optional_numbers(self, **numbers):
        """Only those that are given: 0 stands for no bound at all."""
        return {name: exact_text(number) for name, number in numbers.items() if number}

    def _get_formula_metrics(self):
        """Codes of the metrics that the row's formula looks at, besides its conditions. Each kind has its own."""
        return set()
