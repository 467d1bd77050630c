from odoo import api, fields, models

from ...models.awards.award_budgets import WAYS, AwardBudgetCheck


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
            check = AwardBudgetCheck(wizard.award_ids._origin)
            wizard.budget_text = "\n".join(map(wizard._get_budget_text, check.get_exceeded()))
            wizard.outcome_text = wizard.way and check.get_fitting_text(check.get_fitting(wizard.way))

    @api.model
    def _get_budget_text(self, use):
        formatter, currency = self.env["key.account.formatter"], use.evaluation.currency_id
        return self.env._(
            "“%(name)s”: %(left)s left of %(budget)s; these awards need %(asked)s.",
            name=use.name,
            left=formatter._format_amount(max(0, use.budget - use.spent), currency),
            budget=formatter._format_amount(use.budget, currency),
            asked=formatter._format_amount(use.asked, currency),
        )

    def action_approve(self):
        self.ensure_one()
        return self.award_ids.action_approve_within_budget(self.way)
