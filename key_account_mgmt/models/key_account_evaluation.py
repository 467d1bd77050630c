from odoo import fields, models

EVALUATION_STATES = [
    ("draft", "Draft"),
    ("computed", "Computed"),
    ("in_review", "In Review"),
    ("approved", "Approved"),
    ("applied", "Applied"),
    ("reverted", "Reverted"),
]


class KeyAccountEvaluation(models.Model):
    """One run over a population of customers for a period."""

    _name = "key.account.evaluation"
    _description = "Key Account Evaluation"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date_to desc, id desc"

    name = fields.Char(required=True)
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    ruleset_id = fields.Many2one(
        "key.account.ruleset", string="Rule Set", required=True, index=True, ondelete="restrict"
    )
    policy = fields.Json(readonly=True, copy=False, help="The rules as they were when the evaluation was computed.")
    policy_hash = fields.Char(readonly=True, copy=False)
    date_from = fields.Date(required=True)
    date_to = fields.Date(required=True)
    population = fields.Selection(
        [("all", "All customers with business in the period"), ("filter", "A filter"), ("selected", "Selected customers")],
        required=True,
        default="all",
    )
    partner_domain = fields.Char("Filter", default="[]")
    partner_ids = fields.Many2many("res.partner", string="Selected Customers")
    state = fields.Selection(EVALUATION_STATES, default="draft", required=True, readonly=True, copy=False, tracking=True)
    job = fields.Selection(
        [("compute", "Computing"), ("apply", "Applying"), ("revert", "Reverting")],
        readonly=True,
        copy=False,
        help="Work that goes on in the background, in batches. The state changes when it is finished.",
    )
    line_ids = fields.One2many("key.account.evaluation.line", "evaluation_id", string="Lines", copy=False)
    submitted_by_id = fields.Many2one("res.users", readonly=True, copy=False, tracking=True)
    approved_by_id = fields.Many2one("res.users", readonly=True, copy=False, tracking=True)
    applied_on = fields.Datetime(readonly=True, copy=False)
