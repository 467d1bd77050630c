from odoo import fields, models


class KeyAccountMetricOption(models.Model):
    _name = "key.account.metric.option"
    _description = "Key Account Metric Option"
    _order = "metric_id, sequence, id"

    metric_id = fields.Many2one("key.account.metric", required=True, index=True, ondelete="cascade")
    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    description = fields.Char(translate=True)
    sequence = fields.Integer(default=10)

    _code_unique = models.Constraint("UNIQUE (metric_id, code)", "This metric has an option with this code already.")
