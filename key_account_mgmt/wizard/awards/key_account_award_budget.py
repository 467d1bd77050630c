from odoo import api, fields, models

from ...models.awards.key_account_award_decision import WAYS


class KeyAccountAwardBudget(models.TransientModel):
    """Asks Finance which awards to grant if the budget does not cover all of them."""

    _name = "key.account.award.budget"
    _description = "Grant Awards within the Budget"

    award_ids = fields.Many2many("key.account.award", string="Awards", required=True, readonly=True)
    way = fields.Selection(
        WAYS,
        "Grant",
        required=True,
        default="rank",
        help="By rank: awards are granted in full, the best customers first, as far as the budget goes. All by the"
        " same share: every amount is cut by the same percentage; awards that cannot be divided, such as a training,"
        " are granted first.",
    )
    budget_text = fields.Text("Budget", compute="_compute_text")
    outcome_text = fields.Text("Outcome", compute="_compute_text")

    @api.depends("award_ids", "way")
    def _compute_text(self):
        for wizard in self:
            awards = wizard.award_ids._origin
            costs = {award: award.estimated_cost for award in awards}
            texts = (
                wizard._get_budget_text(*use) for use in awards._get_budget_uses(costs) if awards._exceeds(*use[2:])
            )
            wizard.budget_text = "\n".join(texts)
            wizard.outcome_text = awards._get_fitting_text(awards._get_fitting(wizard.way)) if wizard.way else False

    @api.model
    def _get_budget_text(self, evaluation, name, budget, spent, asked):
        formatter, currency = self.env["key.account.formatter"], evaluation.currency_id
        return self.env._(
            "“%(name)s”: %(left)s left of %(budget)s; these awards need %(asked)s.",
            name=name,
            left=formatter._format_amount(max(0, budget - spent), currency),
            budget=formatter._format_amount(budget, currency),
            asked=formatter._format_amount(asked, currency),
        )

    def action_approve(self):
        self.ensure_one()
        return self.award_ids.action_approve_within_budget(self.way)
