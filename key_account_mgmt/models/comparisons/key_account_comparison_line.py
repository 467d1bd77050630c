from odoo import api, fields, models


class KeyAccountComparisonLine(models.Model):
    """The result of one of the compared rule sets for one customer."""

    _name = "key.account.comparison.line"
    _description = "Key Account Comparison Line"
    _inherit = ["key.account.protected.mixin", "key.account.run.totals.mixin"]
    _run_fields = ("comparison_id", "ruleset_id")
    _order = "comparison_id desc, revenue desc, partner_id, id"
    _rec_name = "partner_name"
    # Created by the thousand and never edited.
    _log_access = False

    comparison_id = fields.Many2one("key.account.comparison", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one("res.partner", string="Customer", index=True, readonly=True, ondelete="set null")
    partner_name = fields.Char("Customer Name", readonly=True, help="As it was when the comparison was computed.")
    ruleset_id = fields.Many2one(
        "key.account.ruleset", string="Rule Set", required=True, readonly=True, index=True, ondelete="cascade"
    )
    is_reference = fields.Boolean(
        "Reference", readonly=True, help="Given by the rule set from which moves are measured."
    )
    revenue = fields.Monetary(readonly=True, aggregator="sum")
    score = fields.Float(digits=(16, 6), readonly=True, aggregator="avg")
    rank = fields.Integer(readonly=True, aggregator=None, help="By score; empty where the rule set has no criteria.")
    rank_spread = fields.Integer(
        readonly=True, aggregator="avg", help="The customer's worst rank in any of the rule sets less its best one."
    )
    vetoed = fields.Boolean(readonly=True)
    tier_id = fields.Many2one("key.account.tier", readonly=True, ondelete="restrict")
    tier_color = fields.Integer("Tier Color", related="tier_id.color")
    reference_tier_id = fields.Many2one(
        "key.account.tier",
        readonly=True,
        ondelete="restrict",
        help="Given by the rule set from which moves are measured.",
    )
    reference_tier_color = fields.Integer("Color of the Reference Tier", related="reference_tier_id.color")
    reference_lowered_by_veto = fields.Boolean(
        "Vetoed in the Reference",
        readonly=True,
        help="A veto in the reference rule set lowers the tier that its rules give.",
    )
    moved = fields.Boolean(readonly=True, help="The tier differs from the reference tier.")
    direction = fields.Selection(
        [("up", "Up"), ("same", "Same Level"), ("down", "Down")],
        readonly=True,
        help="Compared with the reference tier.",
    )
    agreed = fields.Boolean("All Agree", readonly=True, help="Every rule set gives the customer the same tier.")
    reasons = fields.Json("Reason Codes", readonly=True)
    differences = fields.Json(readonly=True, help="The criteria that differ most from the reference.")
    explanation = fields.Char(
        compute="_compute_explanation",
        help="The largest differences from the reference, in % of the points of each criterion, and the reasons"
        " for the tier.",
    )

    _customers = models.Index("(comparison_id, partner_id)")

    @api.model
    def _get_protected_message(self, action, names=()):
        if action == "unlink":
            return self.env._("Lines cannot be deleted one by one. Delete the comparison instead.")
        return self.env._("Lines cannot be created by hand: computing a comparison creates them.")

    @api.depends("reasons", "differences", "moved", "reference_lowered_by_veto", "comparison_id.policies")
    @api.depends_context("lang")
    def _compute_explanation(self):
        for (comparison, ruleset), lines in self.grouped(lambda line: (line.comparison_id, line.ruleset_id)).items():
            policy = (comparison.policies or {}).get(str(ruleset.id)) or {}
            codes = {found["metric"] for line in lines for found in line.differences or ()}
            labels = self.env["key.account.explainer"]._get_labels(policy, sorted(codes))
            for line in lines:
                line.explanation = " ".join(line._get_explanation_sentences(policy, labels))

    def _get_explanation_sentences(self, policy, labels):
        """Return why the tier differs from that of the reference, then the reasons for this tier."""
        moves = self._get_move_sentences(labels) if self.moved else []
        explainer = self.env["key.account.explainer"]
        return moves + explainer._get_reason_sentences(policy, self.reasons or [], self.currency_id, labels)

    def _get_move_sentences(self, labels):
        capped = (
            [self.env._("A veto lowered the tier in the reference rule set.")] if self.reference_lowered_by_veto else []
        )
        if not self.differences:
            return capped or [self.env._("No criterion differs: tier rules or vetoes do.")]
        return capped + [self._get_difference_sentence(found, labels) for found in self.differences]

    def _get_difference_sentence(self, found, labels):
        """Return a sentence on one of ``differences``, as dumped by the core; ``first`` is the reference.

        ``second`` is this rule set. Short, because lists show it: the part of the points that the customer gets.
        """
        formatter, explainer = self.env["key.account.formatter"], self.env["key.account.explainer"]
        shares = {
            name: formatter._format_percentage(found[name], 1)
            for name in ("first", "second")
            if found[name] is not None
        }
        names = {"metric": explainer._get_metric_label(found["metric"], labels).name, **shares}
        if found["kind"] == "points":
            return self.env._("“%(metric)s” %(second)s, in the reference %(first)s.", **names)
        if found["kind"] == "weight":
            return self.env._("“%(metric)s” weighs %(second)s, in the reference %(first)s.", **names)
        if found["first"] is None:
            return self.env._("“%(metric)s” here only: %(second)s.", **names)
        return self.env._("“%(metric)s” in the reference only: %(first)s.", **names)
