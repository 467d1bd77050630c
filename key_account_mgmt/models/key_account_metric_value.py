from odoo import fields, models


class KeyAccountMetricValue(models.Model):
    """What a person entered for one customer, metric and period."""

    _name = "key.account.metric.value"
    _description = "Key Account Metric Value"
    _inherit = ["mail.thread"]
    _order = "date_to desc, partner_id, metric_id"

    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    partner_id = fields.Many2one("res.partner", string="Customer", required=True, index=True, ondelete="cascade")
    metric_id = fields.Many2one(
        "key.account.metric", required=True, index=True, ondelete="restrict", domain=[("source", "=", "manual")]
    )
    metric_kind = fields.Selection(related="metric_id.kind")
    date_from = fields.Date(required=True)
    date_to = fields.Date(required=True)
    value = fields.Float(digits=(20, 6), tracking=True)
    option_id = fields.Many2one("key.account.metric.option", ondelete="restrict", tracking=True)
    note = fields.Char()
