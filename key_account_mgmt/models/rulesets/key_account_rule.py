import uuid

from odoo import api, fields, models

RULE_KINDS = [
    ("tier", "Tier"),
    ("veto", "Veto"),
    ("discount_cap", "Discount Cap"),
    ("credit_limit", "Credit Limit"),
    ("reward", "Reward"),
    ("value_kind", "Kind of Value"),
]


class KeyAccountRule(models.Model):
    """A row of a rule table: all its conditions hold, then its outcome."""

    _name = "key.account.rule"
    _description = "Key Account Rule"
    _inherit = ["key.account.ruleset.part"]
    _order = "ruleset_id, kind, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    key = fields.Char(
        required=True,
        copy=True,
        default=lambda self: uuid.uuid4().hex[:8],
        help="Keeps the rule recognisable across versions.",
    )
    ruleset_id = fields.Many2one("key.account.ruleset", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="ruleset_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(RULE_KINDS, required=True, default="tier")
    sequence = fields.Integer(default=10)
    condition_ids = fields.One2many("key.account.rule.condition", "rule_id", copy=True)
    tier_id = fields.Many2one("key.account.tier", index=True, ondelete="restrict", check_company=True)
    ruleset_tier_ids = fields.Many2many(related="ruleset_id.tier_ids", string="Tiers of the Rule Set")
    tier_color = fields.Integer(related="tier_id.color")
    has_choice = fields.Boolean(compute="_compute_has_choice")
    summary = fields.Text(compute="_compute_summary")
    active = fields.Boolean(default=True)

    _key_unique = models.Constraint("UNIQUE (ruleset_id, key)", "This rule set has a rule with this key already.")

    @api.depends("condition_ids.metric_id.kind")
    def _compute_has_choice(self):
        for rule in self:
            rule.has_choice = "choice" in rule.condition_ids.metric_id.mapped("kind")

    @api.depends(
        "kind",
        "tier_id.name",
        "condition_ids.sequence",
        "condition_ids.metric_id.name",
        "condition_ids.metric_id.unit",
        "condition_ids.metric_id.kind",
        "condition_ids.measure",
        "condition_ids.operator",
        "condition_ids.value",
        "condition_ids.option_ids.name",
        "ruleset_id.company_id",
    )
    @api.depends_context("lang")
    def _compute_summary(self):
        explainer = self.env["key.account.explainer"]
        for rule in self:
            rule.summary = explainer._get_rule_sentence(rule)

    def action_duplicate(self):
        """Copy these rules beside themselves, as rules of their own."""
        for rule in self:
            rule.copy({"key": uuid.uuid4().hex[:8], "name": self.env._("%s (copy)", rule.name)})
        return True

    def _prepare_rule_values(self):
        """This rule as a policy has it. A new kind of rule adds its outcome here."""
        return {
            "key": self.key,
            "name": self.name or "",
            "tier": self.tier_id.code or "",
            "conditions": [condition._prepare_condition_values() for condition in self.condition_ids],
        }
