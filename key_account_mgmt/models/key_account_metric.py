from odoo import fields, models

METRIC_KINDS = [
    ("number", "Number"),
    ("amount", "Amount"),
    ("percentage", "Percentage"),
    ("count", "Count"),
    ("choice", "Choice"),
]


class KeyAccountMetric(models.Model):
    _name = "key.account.metric"
    _description = "Key Account Metric"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, index=True)
    kind = fields.Selection(METRIC_KINDS, required=True, default="number")
    source = fields.Selection(
        [
            ("invoice", "Invoices"),
            ("payment", "Payments"),
            ("order", "Sales Orders"),
            ("manual", "Entered by People"),
            ("score", "Score of the Evaluation"),
        ],
        required=True,
        default="manual",
        help="Where the values come from. Another addon adds a source by extending this selection"
        " and defining the model key.account.source.<source>.",
    )
    unit = fields.Char(translate=True)
    description = fields.Text(translate=True, help="What the metric says and how it is computed.")
    missing_when = fields.Text(translate=True, help="What leaves a customer without a value.")
    option_ids = fields.One2many("key.account.metric.option", "metric_id", copy=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _code_unique = models.Constraint("UNIQUE (code)", "A metric with this code exists already.")
