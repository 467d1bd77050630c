from odoo import fields, models


class KeyAccountRule(models.Model):
    """A row of a rule table: all its conditions hold, then its outcome."""

    _name = "key.account.rule"
    _description = "Key Account Rule"
    _order = "ruleset_id, kind, sequence, id"

    name = fields.Char(required=True, translate=True)
    key = fields.Char(required=True, copy=True, help="Keeps the rule recognisable across versions.")
    ruleset_id = fields.Many2one("key.account.ruleset", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="ruleset_id.company_id", store=True, index=True)
    kind = fields.Selection([("tier", "Tier"), ("veto", "Veto")], required=True, default="tier")
    sequence = fields.Integer(default=10)
    condition_ids = fields.One2many("key.account.rule.condition", "rule_id", copy=True)
    tier_id = fields.Many2one("key.account.tier", string="Tier", index=True, ondelete="restrict")
    active = fields.Boolean(default=True)
