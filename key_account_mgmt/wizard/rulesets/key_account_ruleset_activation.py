from odoo import api, fields, models


class KeyAccountRulesetActivation(models.TransientModel):
    """Shows what activating a rule set changes, before a user does it."""

    _name = "key.account.ruleset.activation"
    _description = "Activate a Key Account Rule Set"

    ruleset_id = fields.Many2one(
        "key.account.ruleset", string="Rule Set", required=True, readonly=True, ondelete="cascade"
    )
    active_ruleset_id = fields.Many2one("key.account.ruleset", string="Replaces", compute="_compute_active_ruleset_id")
    warnings_html = fields.Html(compute="_compute_warnings_html", sanitize=False)
    can_compare = fields.Boolean(related="ruleset_id.can_compare")
    # Stored, so that it is computed once for the dialog.
    effect = fields.Char(compute="_compute_effect", store=True)

    @api.depends("ruleset_id")
    def _compute_active_ruleset_id(self):
        for review in self:
            review.active_ruleset_id = review.ruleset_id._get_active(review.ruleset_id.company_id)

    @api.depends("ruleset_id")
    def _compute_warnings_html(self):
        for review in self:
            ruleset = review.ruleset_id
            review.warnings_html = ruleset._render_findings([], ruleset._get_findings()[1])

    @api.depends("ruleset_id")
    def _compute_effect(self):
        for review in self:
            review.effect = review.ruleset_id._get_effect_sentence()

    def action_activate(self):
        """Activate the rule set, and show it."""
        self.ruleset_id.action_activate()
        return {"type": "ir.actions.act_window_close"}

    def action_open_moves(self):
        """Open the customers that would have another tier."""
        return self.ruleset_id.action_open_moves()
