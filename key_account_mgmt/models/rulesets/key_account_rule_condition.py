import math

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command

from ..shared.numbers import exact_text
from .kinds.rule_kinds import find_kind

MEASURES = [
    ("value", "Value"),
    ("rank", "Rank"),
    ("rank_pct", "Rank %"),
    ("cumulative_share_pct", "Cumulative Share %"),
]
OPERATORS = [
    (">=", "≥"),
    (">", ">"),
    ("<=", "≤"),
    ("<", "<"),
    ("=", "="),
    ("!=", "≠"),
    ("in", "is one of"),
    ("not in", "is none of"),
]
NUMBER_OPERATORS = [">=", ">", "<=", "<", "=", "!="]
CHOICE_OPERATORS = ["in", "not in", "=", "!="]


class KeyAccountRuleCondition(models.Model):
    """One comparison of a rule. The kind of its metric determines the allowed values of the other columns."""

    _name = "key.account.rule.condition"
    _description = "Key Account Rule Condition"
    _inherit = ["key.account.ruleset.part", "key.account.metric.user.mixin"]
    _order = "rule_id, sequence, id"

    rule_id = fields.Many2one("key.account.rule", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="rule_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    metric_id = fields.Many2one(
        "key.account.metric", required=True, index=True, ondelete="restrict", domain=[("is_available", "=", True)]
    )
    metric_kind = fields.Selection(related="metric_id.kind")
    measure = fields.Selection(
        MEASURES,
        required=True,
        default="value",
        help="Value: the metric itself. Rank: the customer's place by it, 1 is the best. Rank %: that place as a"
        " percentage of all customers, so that ≤ 15 means the best 15 %. Cumulative Share %: the share of the total"
        " that the customer and all better customers have together; ≤ 80 includes the customer that crosses 80 %.",
    )
    allowed_measures = fields.Json(compute="_compute_allowed")
    operator = fields.Selection(OPERATORS, required=True, default=">=")
    allowed_operators = fields.Json(compute="_compute_allowed")
    value = fields.Float(digits=False, min_display_digits=1)
    option_ids = fields.Many2many("key.account.metric.option", string="Options", ondelete="restrict")
    unit = fields.Char(compute="_compute_unit")

    def _get_rulesets(self):
        return self.rule_id.ruleset_id

    @api.depends("metric_id.kind", "rule_id.kind")
    def _compute_allowed(self):
        for condition in self:
            choice = condition.metric_id.kind == "choice"
            # An order is evaluated alone: without other customers there is no rank.
            alone = choice or condition._judges_order_lines()
            condition.allowed_operators = CHOICE_OPERATORS if choice else NUMBER_OPERATORS
            condition.allowed_measures = ["value"] if alone else [code for code, _label in MEASURES]

    @api.depends("metric_id.kind", "metric_id.unit", "measure", "rule_id.ruleset_id.company_id")
    @api.depends_context("lang", "company")
    def _compute_unit(self):
        for condition in self:
            currency = (condition.rule_id.ruleset_id.company_id or self.env.company).currency_id
            condition.unit = condition._get_unit(currency)

    def _judges_order_lines(self):
        return find_kind(self.rule_id.kind).judges_order_lines

    def _get_unit(self, currency):
        """Return the unit of the condition's number, in the user's language."""
        if self.measure in ("rank_pct", "cumulative_share_pct"):
            return "%"
        if self.measure == "rank" or not self.metric_id:
            return ""
        units = {"amount": currency.symbol, "percentage": "%", "choice": ""}
        return units.get(self.metric_id.kind, self.metric_id.unit or "")

    @api.onchange("metric_id")
    def _onchange_metric_id(self):
        """Keep the values that still fit, so that the user can change a rule's metric without starting again."""
        if self.operator not in self.allowed_operators:
            self.operator = self.allowed_operators[0]
        if self.measure not in self.allowed_measures:
            self.measure = self.allowed_measures[0]
        if self.metric_id.kind == "choice":
            self.value = 0
        if self.option_ids.metric_id - self.metric_id:
            self.option_ids = [Command.clear()]

    @api.constrains("metric_id", "measure", "operator", "value", "option_ids")
    def _check_fits_metric(self):
        for condition in self:
            message = condition._get_misfit()
            if message:
                raise ValidationError(
                    self.env._(
                        "Rule “%(rule)s”, condition on “%(metric)s”: %(problem)s",
                        rule=condition.rule_id.name,
                        metric=condition.metric_id.name,
                        problem=message,
                    )
                )

    def _get_misfit(self):
        """Return what its metric does not allow in this condition, as a sentence, or None."""
        labels = dict(self._fields["operator"]._description_selection(self.env))
        if self.operator not in self.allowed_operators:
            return self.env._(
                "“%(operator)s” does not fit. Allowed are: %(allowed)s.",
                operator=labels[self.operator],
                allowed=", ".join(labels[code] for code in self.allowed_operators),
            )
        if self.metric_id.source == "line" and not self._judges_order_lines():
            return self.env._("it exists for order lines only. Use it in discount caps.")
        if self.metric_id.kind == "choice":
            return self._get_choice_misfit()
        if self.measure not in self.allowed_measures:
            return self.env._("a discount cap looks at one order: compare the value, not a rank or share.")
        if self.option_ids:
            return self.env._("its value is a number, not an option.")
        if not math.isfinite(self.value):
            return self.env._("the value is not a number.")
        return None

    def _get_choice_misfit(self):
        if self.measure != "value":
            return self.env._("options have no rank and no share; compare the value.")
        if not self.option_ids:
            return self.env._("choose at least one option.")
        if self.operator in ("=", "!=") and len(self.option_ids) > 1:
            return self.env._("“=” and “≠” take one option; for several use “is one of” or “is none of”.")
        foreign = self.option_ids.filtered(lambda option: option.metric_id != self.metric_id)
        if foreign:
            return self.env._("“%(option)s” is an option of another metric.", option=foreign[0].name)
        return None

    def _prepare_condition_values(self):
        """Return this condition in the form of a policy."""
        values = [exact_text(self.value)]
        if self.metric_id.kind == "choice":
            values = self.option_ids.sorted(lambda option: (option.sequence, option.id)).mapped("code")
        return {
            "metric": self.metric_id.code or "",
            "measure": self.measure,
            "operator": self.operator,
            "values": values,
        }

    @api.model
    def _get_used_options(self, options):
        return self.search([("option_ids", "in", options.ids)]).option_ids
