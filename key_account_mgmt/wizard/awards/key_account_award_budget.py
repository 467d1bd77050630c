from odoo import api, fields, models
from odoo.exceptions import UserError

from ...models.awards.award_budgets import WAYS, AwardBudgetCheck, get_rank


class KeyAccountAwardBudget(models.TransientModel):
    """Asks Finance which awards to grant within the budgets, and shows what each of them would get."""

    _name = "key.account.award.budget"
    _description = "Grant Awards within the Budget"

    award_ids = fields.Many2many("key.account.award", string="Awards", required=True, readonly=True)
    way = fields.Selection(
        WAYS,
        "Grant",
        required=True,
        default="rank",
        help="By rank: awards are granted in full, the best customers first, as far as the budget goes. Cut: every"
        " amount is cut by the same percentage; credit limits, and awards that cannot be divided, such as a training,"
        " are not cut.",
    )
    percent = fields.Float("Cut by", digits=(16, 2), help="The share that is taken off every amount.")
    done_text = fields.Text(readonly=True)
    budget_text = fields.Text("Budget", compute="_compute_budget_text")
    problem = fields.Char(compute="_compute_preview")
    preview_html = fields.Html("Who Gets What", compute="_compute_preview", sanitize=False)

    @api.depends("award_ids")
    def _compute_budget_text(self):
        for wizard in self:
            uses = AwardBudgetCheck(wizard.award_ids._origin).get_uses()
            wizard.budget_text = "\n".join(map(wizard._get_budget_text, uses))

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

    @api.depends("award_ids", "way", "percent")
    def _compute_preview(self):
        for wizard in self:
            wizard.problem = wizard.preview_html = False
            if wizard.way:
                try:
                    wizard.preview_html = wizard._render_preview()
                except UserError as error:
                    wizard.problem = str(error)

    def _render_preview(self):
        """Return a table of the awards, the best customers first, with what is proposed and what would be granted."""
        check = AwardBudgetCheck(self.award_ids._origin)
        fitting = check.get_fitting(self.way, self.percent)
        cuts = check.get_cuts(fitting)
        formatter = self.env["key.account.formatter"]
        currency = check.awards.currency_id[:1]
        granted = check.awards.browse(award.id for award in fitting)
        values = {
            "awards": check.get_ranked(),
            "granted": granted,
            "amounts": {award: cuts.get(award, award.proposed) for award in granted},
            "rank": get_rank,
            "cost": sum(fitting.values()),
            "amount": lambda value: formatter._format_amount(repr(value), currency),
            "total": lambda value: formatter._format_amount(value, currency),
        }
        return self.env["ir.qweb"]._render("key_account_mgmt.award_preview", values)

    def action_approve(self):
        self.ensure_one()
        return self.award_ids.action_approve_within_budget(self.way, self.percent)
