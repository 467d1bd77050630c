from odoo import fields, models


class KeyAccountEvaluationLine(models.Model):
    """One customer's frozen result: facts, points, rank, decision, explanation."""

    _name = "key.account.evaluation.line"
    _description = "Key Account Evaluation Line"
    _order = "evaluation_id, rank, id"

    evaluation_id = fields.Many2one("key.account.evaluation", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one("res.partner", string="Customer", index=True, ondelete="set null")
    partner_name = fields.Char("Customer Name", help="As it was when the evaluation was computed.")
    in_population = fields.Boolean(default=True, help="Off: holds a tier but had no business in the period.")
    facts = fields.Json(readonly=True)
    points = fields.Json(readonly=True, help="Points by the key of the criterion.")
    reasons = fields.Json(readonly=True)
    decided = fields.Boolean(readonly=True)
    revenue = fields.Monetary(readonly=True, aggregator="sum")
    score = fields.Float(digits=(16, 6), readonly=True, aggregator="avg")
    rank = fields.Integer(readonly=True, aggregator=None)
    rank_pct = fields.Float("Rank %", digits=(9, 6), readonly=True, aggregator=None)
    cumulative_share_pct = fields.Float("Cumulative Share %", digits=(9, 6), readonly=True, aggregator=None)
    vetoed = fields.Boolean(readonly=True)
    computed_tier_id = fields.Many2one("key.account.tier", readonly=True, ondelete="restrict")
    override_tier_id = fields.Many2one("key.account.tier", ondelete="restrict")
    override_reason = fields.Char()
    tier_id = fields.Many2one("key.account.tier", readonly=True, index=True, ondelete="restrict")
    previous_tier_id = fields.Many2one("key.account.tier", readonly=True, ondelete="restrict")
    movement = fields.Selection(
        [("new", "New"), ("up", "Up"), ("same", "Unchanged"), ("down", "Down"), ("lost", "Lost"), ("none", "No Tier")],
        readonly=True,
    )
    outcome = fields.Selection(
        [("applied", "Applied"), ("skipped", "Left Alone"), ("reverted", "Reverted")],
        readonly=True,
        help="What applying or reverting did with this line.",
    )
    outcome_note = fields.Char(readonly=True)
