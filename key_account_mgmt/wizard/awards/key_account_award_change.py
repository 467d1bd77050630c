from odoo import api, fields, models


class KeyAccountAwardChange(models.TransientModel):
    """Asks Finance what to grant instead of the proposal: an amount for one award, dates for many."""

    _name = "key.account.award.change"
    _description = "Approve Awards Otherwise"

    award_ids = fields.Many2many("key.account.award", string="Awards", required=True, readonly=True)
    award_count = fields.Integer(compute="_compute_what")
    has_credit = fields.Boolean(compute="_compute_what")
    has_reward = fields.Boolean(compute="_compute_what")
    currency_id = fields.Many2one("res.currency", compute="_compute_what")
    proposed = fields.Monetary(compute="_compute_what")
    amount = fields.Monetary(compute="_compute_amount", store=True, readonly=False)
    cost = fields.Monetary("Estimated Cost", compute="_compute_amount", store=True, readonly=False)
    valid_until = fields.Date(help="The last day of a temporary limit. Empty: until further notice.")
    expiry_date = fields.Date(help="The last day on which the promise can be redeemed.")
    user_id = fields.Many2one("res.users", "Responsible", domain="[('share', '=', False)]")
    comment = fields.Text()

    @api.depends("award_ids")
    def _compute_what(self):
        for wizard in self:
            awards = wizard.award_ids
            wizard.award_count = len(awards)
            wizard.has_credit = "credit" in awards.mapped("kind")
            wizard.has_reward = any(award.kind != "credit" for award in awards)
            wizard.currency_id = awards.currency_id[:1]
            wizard.proposed = awards.proposed if len(awards) == 1 else 0

    @api.depends("award_ids")
    def _compute_amount(self):
        for wizard in self:
            single = wizard.award_ids if len(wizard.award_ids) == 1 else wizard.award_ids.browse()
            wizard.amount = single.proposed
            wizard.cost = single.estimated_cost

    def action_approve(self):
        self.ensure_one()
        result = self.award_ids.action_approve_changed(self._prepare_changes(), self.comment)
        return result if result is not True else {"type": "ir.actions.act_window_close"}

    def _prepare_changes(self):
        changes = {"valid_until": self.valid_until, "expiry_date": self.expiry_date, "user_id": self.user_id.id}
        if len(self.award_ids) == 1:
            changes["approved_amount"] = self.amount
            # If the user leaves the cost unchanged, it follows the amount where the amount is the cost.
            if self.currency_id.compare_amounts(self.cost, self.award_ids.estimated_cost):
                changes["estimated_cost"] = self.cost
        return changes
