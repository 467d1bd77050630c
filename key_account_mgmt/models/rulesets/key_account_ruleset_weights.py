from decimal import Decimal

from odoo import api, fields, models

from ...rules import weights_problem
from ..shared.numbers import exact_text


class KeyAccountRuleset(models.Model):
    """What the maximum points of the criteria have to add up to, and what they do."""

    _inherit = "key.account.ruleset"

    weights_total = fields.Float(
        "Weights Add Up To",
        digits=False,
        min_display_digits=1,
        help="The maximum points of all active criteria together have to be exactly this, or the rule set cannot be"
        " activated. 0: any sum will do.",
    )
    weights_warning = fields.Char(compute="_compute_weights_warning")
    perspective_weights = fields.Char("By Perspective", compute="_compute_perspective_weights")

    @api.depends("state", "weights_total", "criterion_ids.max_points", "criterion_ids.active", "criterion_ids.name")
    @api.depends_context("lang")
    def _compute_weights_warning(self):
        for ruleset in self:
            problem = ruleset.state == "draft" and ruleset._get_weights_problem()
            ruleset.weights_warning = problem and ruleset._get_weights_sentence(problem)

    @api.depends("criterion_ids.max_points", "criterion_ids.active", "criterion_ids.perspective_id.name")
    @api.depends_context("lang")
    def _compute_perspective_weights(self):
        for ruleset in self:
            ruleset.perspective_weights = ruleset._format_perspective_weights()

    def _format_perspective_weights(self):
        """Such as “Finance 30, Sales 30”; nothing where the criteria have no perspectives."""
        weights = {}
        for criterion in self.criterion_ids.filtered("active"):
            name = criterion.perspective_id.name
            weights[name] = weights.get(name, 0) + Decimal(exact_text(criterion.max_points))
        if not any(weights):
            return False
        return self.env["key.account.problem"]._format_weights(
            (name or self.env._("None"), points) for name, points in weights.items()
        )

    def _get_weights_problem(self):
        """The problem of the core that these rows have while somebody types, saved or not; None: they add up."""
        rows = self.criterion_ids.filtered("active")
        # Rows that were just added have their keys, but the same one may be typed twice: the position is unique.
        weights = {str(number): Decimal(exact_text(row.max_points)) for number, row in enumerate(rows)}
        total = Decimal(exact_text(self.weights_total))
        return weights_problem(total or None, weights)

    def _get_weights_sentence(self, problem):
        rows = self.criterion_ids.filtered("active")
        criteria = [{"key": str(number), "name": row.name or ""} for number, row in enumerate(rows)]
        [sentence] = self.env["key.account.problem"]._get_sentences([problem], {"criteria": criteria})
        return sentence

    def _prepare_policy_values(self):
        values = super()._prepare_policy_values()
        return {**values, "weights_total": exact_text(self.weights_total)} if self.weights_total else values
