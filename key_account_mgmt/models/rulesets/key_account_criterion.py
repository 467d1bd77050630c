import uuid

from odoo import api, fields, models
from odoo.fields import Command

from ..metrics.key_account_metric import UNCOLLECTED_SOURCES
from ..shared.numbers import exact_text

SCALES = [
    ("bands", "Bands"),
    ("linear", "Linear to a Target"),
    ("grades", "Grades"),
    ("deductions", "Deductions"),
    ("percentile", "Percentile Rank"),
]


class KeyAccountCriterion(models.Model):
    """A metric, a scale that turns its values into points, and the maximum points."""

    _name = "key.account.criterion"
    _description = "Key Account Criterion"
    _inherit = ["key.account.ruleset.part"]
    _order = "ruleset_id, sequence, id"

    name = fields.Char(required=True, translate=True)
    key = fields.Char(
        required=True,
        copy=True,
        default=lambda self: uuid.uuid4().hex[:8],
        help="Identifies the criterion across versions.",
    )
    ruleset_id = fields.Many2one("key.account.ruleset", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="ruleset_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    perspective_id = fields.Many2one("key.account.perspective", ondelete="restrict")
    metric_id = fields.Many2one(
        "key.account.metric",
        required=True,
        index=True,
        ondelete="restrict",
        domain=[("source", "not in", UNCOLLECTED_SOURCES), ("is_available", "=", True)],
    )
    metric_kind = fields.Selection(related="metric_id.kind")
    max_points = fields.Float("Maximum Points", required=True, default=100, digits=False, min_display_digits=1)
    scale = fields.Selection(SCALES, required=True, default="bands")
    allowed_scales = fields.Json(compute="_compute_allowed_scales")
    step_ids = fields.One2many("key.account.criterion.step", "criterion_id", copy=True)
    target = fields.Float(digits=False, min_display_digits=1)
    target_metric_id = fields.Many2one(
        "key.account.metric",
        string="Target from Metric",
        ondelete="restrict",
        domain=[("source", "not in", UNCOLLECTED_SOURCES), ("kind", "!=", "choice"), ("is_available", "=", True)],
        help="The metric that holds each customer's own target, such as an entered target. Used instead of a"
        " fixed target.",
    )
    points_each = fields.Float("Points Off per Occurrence", digits=False, min_display_digits=1)
    offset_metric_id = fields.Many2one(
        "key.account.metric",
        string="Offset by",
        ondelete="restrict",
        domain=[("source", "not in", UNCOLLECTED_SOURCES), ("kind", "!=", "choice"), ("is_available", "=", True)],
        help="Each occurrence of this metric offsets one occurrence of the other, such as an invoice paid on"
        " time for one paid late.",
    )
    summary = fields.Text(compute="_compute_summary")
    active = fields.Boolean(default=True)

    _key_unique = models.Constraint("UNIQUE (ruleset_id, key)", "This rule set has a criterion with this key already.")

    @api.depends("metric_id.kind")
    def _compute_allowed_scales(self):
        for criterion in self:
            choice = criterion.metric_id.kind == "choice"
            criterion.allowed_scales = [code for code, _label in SCALES if (code == "grades") == choice]

    @api.depends(
        "metric_id.name",
        "metric_id.unit",
        "metric_id.kind",
        "max_points",
        "scale",
        "step_ids.lower_bound",
        "step_ids.option_id.name",
        "step_ids.points",
        "target",
        "target_metric_id.name",
        "points_each",
        "offset_metric_id.name",
        "ruleset_id.company_id",
    )
    @api.depends_context("lang")
    def _compute_summary(self):
        explainer = self.env["key.account.explainer"]
        for criterion in self:
            criterion.summary = explainer._get_scale_sentence(criterion)

    @api.onchange("metric_id")
    def _onchange_metric_id(self):
        if self.metric_id and not self.name:
            self.name = self.metric_id.name
        if self.metric_id and self.scale not in self.allowed_scales:
            self.scale = self.allowed_scales[0]
        if self.step_ids.option_id.metric_id - self.metric_id:
            self.step_ids = [Command.clear()]

    @api.onchange("scale")
    def _onchange_scale(self):
        """Remove the rows of the other scale: bands and grades do not mix, and these rows would be hidden."""
        if self.step_ids and any(bool(step.option_id) != (self.scale == "grades") for step in self.step_ids):
            self.step_ids = [Command.clear()]

    def action_duplicate(self):
        """Copy these criteria within their rule sets, with keys of their own."""
        for criterion in self:
            criterion.copy({"key": uuid.uuid4().hex[:8], "name": self.env._("%s (copy)", criterion.name)})
        return True

    def _prepare_criterion_values(self):
        """Return this criterion in the form of a policy."""
        return {
            "key": self.key,
            "name": self.name or "",
            "metric": self.metric_id.code or "",
            "perspective": self.perspective_id.code or "",
            "max_points": exact_text(self.max_points),
            "scale": getattr(self, f"_prepare_{self.scale}_values")(),
        }

    def _prepare_bands_values(self):
        steps = self.step_ids.sorted(lambda step: (step.lower_bound, step.sequence))
        rows = [{"lower": exact_text(step.lower_bound), "points": exact_text(step.points)} for step in steps]
        return {"type": "bands", "steps": rows}

    def _prepare_linear_values(self):
        values = {"type": "linear"}
        if self.target_metric_id:
            values["target_metric"] = self.target_metric_id.code
        if self.target or not self.target_metric_id:
            values["target"] = exact_text(self.target)
        return values

    def _prepare_grades_values(self):
        grades = {step.option_id.code or "": exact_text(step.points) for step in self.step_ids}
        return {"type": "grades", "grades": grades}

    def _prepare_deductions_values(self):
        values = {"type": "deductions", "points_each": exact_text(self.points_each)}
        if self.offset_metric_id:
            values["offset_metric"] = self.offset_metric_id.code
        return values

    def _prepare_percentile_values(self):
        return {"type": "percentile"}

    def _get_policy_metrics(self):
        """Return the metrics that these criteria use."""
        scaled = self.filtered(lambda c: c.scale == "linear").target_metric_id
        return self.metric_id | scaled | self.filtered(lambda c: c.scale == "deductions").offset_metric_id
