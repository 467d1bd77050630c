from odoo import fields, models

SCALES = [
    ("bands", "Bands"),
    ("linear", "Linear to a Target"),
    ("grades", "Grades"),
    ("deductions", "Deductions"),
    ("percentile", "Percentile Rank"),
]


class KeyAccountCriterion(models.Model):
    _name = "key.account.criterion"
    _description = "Key Account Criterion"
    _order = "ruleset_id, sequence, id"

    name = fields.Char(required=True, translate=True)
    key = fields.Char(required=True, copy=True, help="Keeps the criterion recognisable across versions.")
    ruleset_id = fields.Many2one("key.account.ruleset", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="ruleset_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    perspective_id = fields.Many2one("key.account.perspective", ondelete="restrict")
    metric_id = fields.Many2one("key.account.metric", required=True, index=True, ondelete="restrict")
    metric_kind = fields.Selection(related="metric_id.kind")
    max_points = fields.Float(required=True, default=100, digits=(12, 6))
    scale = fields.Selection(SCALES, required=True, default="bands")
    step_ids = fields.One2many("key.account.criterion.step", "criterion_id", copy=True)
    target = fields.Float(digits=(20, 6))
    target_metric_id = fields.Many2one("key.account.metric", ondelete="restrict")
    points_each = fields.Float("Points Off per Occurrence", digits=(12, 6))
    offset_metric_id = fields.Many2one("key.account.metric", string="Offset by", ondelete="restrict")
    active = fields.Boolean(default=True)
