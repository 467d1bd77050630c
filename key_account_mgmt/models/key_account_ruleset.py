from odoo import fields, models


class KeyAccountRuleset(models.Model):
    """One version of all rules of a company: criteria, tiers, rule tables. Immutable once active."""

    _name = "key.account.ruleset"
    _description = "Key Account Rule Set"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "company_id, version desc, id desc"

    name = fields.Char(required=True, translate=True, tracking=True)
    description = fields.Text(translate=True)
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    version = fields.Integer(default=1, readonly=True, copy=False)
    previous_version_id = fields.Many2one("key.account.ruleset", readonly=True, copy=False, index=True)
    state = fields.Selection(
        [("draft", "Draft"), ("active", "Active"), ("retired", "Retired")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    date_from = fields.Date("Active Since", readonly=True, copy=False)
    date_to = fields.Date("Active Until", readonly=True, copy=False)
    tier_ids = fields.Many2many("key.account.tier", string="Tiers")
    criterion_ids = fields.One2many("key.account.criterion", "ruleset_id", string="Criteria", copy=True)
    rule_ids = fields.One2many("key.account.rule", "ruleset_id", string="Rules", copy=True)
    policy = fields.Json(readonly=True, copy=False, help="The rules as they were activated.")
    policy_hash = fields.Char(readonly=True, copy=False)
    active = fields.Boolean(default=True)

    _one_active_per_company = models.UniqueIndex(
        "(company_id) WHERE state = 'active'",
        "This company has an active rule set already. Retire it first.",
    )
