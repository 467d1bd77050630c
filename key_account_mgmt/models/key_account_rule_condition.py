from odoo import fields, models

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


class KeyAccountRuleCondition(models.Model):
    _name = "key.account.rule.condition"
    _description = "Key Account Rule Condition"
    _order = "rule_id, sequence, id"

    rule_id = fields.Many2one("key.account.rule", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="rule_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    metric_id = fields.Many2one("key.account.metric", required=True, index=True, ondelete="restrict")
    metric_kind = fields.Selection(related="metric_id.kind")
    measure = fields.Selection(MEASURES, required=True, default="value")
    operator = fields.Selection(OPERATORS, required=True, default=">=")
    value = fields.Float(digits=(20, 6))
    option_ids = fields.Many2many("key.account.metric.option", string="Options")
