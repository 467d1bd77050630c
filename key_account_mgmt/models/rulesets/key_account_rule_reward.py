from odoo import api, fields, models

from ...rules import formula_inputs
from .key_account_grant_vocabulary import REWARDS

REWARD_KINDS = [
    ("none", "Nothing"),
    ("bonus", "Bonus"),
    ("equipment", "Equipment"),
    ("training", "Training"),
    ("credit", "More Credit"),
    ("payment_term", "Better Payment Terms"),
    ("priority_delivery", "Priority Delivery"),
    ("free", "Something Else"),
]
BONUS_FORMULAS = [
    ("fixed", "Fixed Amount"),
    ("revenue_share", "Share of the Revenue"),
    ("growth_share", "Share of the Growth"),
]


class KeyAccountRule(models.Model):
    """A row that gives customers a reward."""

    _inherit = "key.account.rule"

    reward = fields.Selection(
        REWARD_KINDS,
        default="bonus",
        help="Nothing says so in the reasons. More Credit is a promise; rows of credit limits say how much.",
    )
    bonus_formula = fields.Selection(
        BONUS_FORMULAS,
        string="Bonus",
        default="fixed",
        help="Share of the Growth: of what revenue grew against the period before, so that small customers that grow"
        " are not forgotten. Who did not grow gets none.",
    )
    cost = fields.Float(
        "Estimated Cost", digits=False, min_display_digits=0, help="What one such reward costs. 0: not known."
    )
    budget = fields.Float(
        digits=False,
        min_display_digits=0,
        help="For all rewards of this row in one evaluation, in company currency. 0: no budget.",
    )

    @api.depends("reward", "bonus_formula", "formula_value", "cost", "budget")
    @api.depends_context("lang")
    def _compute_summary(self):
        return super()._compute_summary()

    def _prepare_outcome_values(self):
        if self.kind != REWARDS:
            return super()._prepare_outcome_values()
        values = {
            "reward": self.reward or "",
            **self._prepare_optional_numbers(cost=self.cost, budget=self.budget),
        }
        formula = self.reward == "bonus" and self._prepare_formula_values(self.bonus_formula, self.formula_value)
        return {**values, "formula": formula} if formula else values

    def _get_formula_metrics(self):
        if self.kind != REWARDS:
            return super()._get_formula_metrics()
        return set(formula_inputs(self.bonus_formula)) if self.reward == "bonus" else set()
