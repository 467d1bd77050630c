from odoo import api, fields, models

from ...rules import formula_inputs
from .key_account_grant_vocabulary import CREDIT

CREDIT_FORMULAS = [
    ("fixed", "Fixed Amount"),
    ("factor", "Current Limit × Factor"),
    ("revenue_share", "Share of the Revenue"),
    ("months", "Average Months"),
    ("days", "Days of Sales"),
]
DIRECTIONS = [("raise", "Raise Only"), ("both", "Raise and Lower")]


class KeyAccountRule(models.Model):
    """A row that gives customers a new credit limit, and the vetoes that freeze it."""

    _inherit = "key.account.rule"

    freezes_credit = fields.Boolean(
        help="For bad credit: whoever meets this veto gets no new credit limit, whatever the rules."
    )
    credit_formula = fields.Selection(
        CREDIT_FORMULAS,
        string="New Limit",
        default="fixed",
        help="Average Months and Days of Sales: revenue of the period, divided by its months since the customer's first"
        " invoice, or by its days.",
    )
    minimum = fields.Float(
        "At Least", digits=False, min_display_digits=0, help="The lowest limit that the row gives. 0: none."
    )
    maximum = fields.Float(
        "At Most", digits=False, min_display_digits=0, help="The highest limit that the row gives. 0: none."
    )
    max_change_pct = fields.Float(
        "Largest Change in %",
        digits=False,
        min_display_digits=0,
        help="How far the new limit may be from the current one, up or down, in percent of it. 0: as far as it likes.",
    )
    direction = fields.Selection(
        DIRECTIONS,
        default="raise",
        help="Raise Only: a lower limit than the current one changes nothing. Customers without a limit get a first one"
        " either way.",
    )
    below_exposure = fields.Boolean(
        "Also below Today's Exposure",
        help="Whether the limit may be lowered below what the customer owes and has ordered. If not, it is lowered"
        " only to that amount. A first limit ignores that amount.",
    )

    @api.depends(
        "freezes_credit",
        "credit_formula",
        "formula_value",
        "minimum",
        "maximum",
        "rounding_step",
        "max_change_pct",
        "direction",
        "below_exposure",
    )
    @api.depends_context("lang")
    def _compute_summary(self):
        return super()._compute_summary()

    def _prepare_rule_values(self):
        values = super()._prepare_rule_values()
        return {**values, "freezes_credit": True} if self.kind == "veto" and self.freezes_credit else values

    def _prepare_outcome_values(self):
        if self.kind != CREDIT:
            return super()._prepare_outcome_values()
        return {
            "formula": self._prepare_formula_values(self.credit_formula, self.formula_value) or None,
            "direction": self.direction or "raise",
            "below_exposure": self.below_exposure,
            **self._prepare_optional_numbers(
                minimum=self.minimum, maximum=self.maximum, max_change_pct=self.max_change_pct
            ),
        }

    def _get_formula_metrics(self):
        if self.kind != CREDIT:
            return super()._get_formula_metrics()
        exposure = () if self.below_exposure or self.direction == "raise" else ("exposure",)
        return {"credit_limit", *exposure, *formula_inputs(self.credit_formula)}
