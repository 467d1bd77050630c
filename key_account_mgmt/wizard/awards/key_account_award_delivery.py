from odoo import api, fields, models


class KeyAccountAwardDelivery(models.TransientModel):
    """Asks for the cost of the delivery, and for the proof."""

    _name = "key.account.award.delivery"
    _description = "Deliver Awards"

    award_ids = fields.Many2many("key.account.award", string="Awards", required=True, readonly=True)
    award_count = fields.Integer(compute="_compute_what")
    currency_id = fields.Many2one("res.currency", compute="_compute_what")
    cost = fields.Monetary("Actual Cost", compute="_compute_cost", store=True, readonly=False)
    comment = fields.Text()
    attachment_ids = fields.Many2many("ir.attachment", string="Proof")

    @api.depends("award_ids")
    def _compute_what(self):
        for wizard in self:
            wizard.award_count = len(wizard.award_ids)
            wizard.currency_id = wizard.award_ids.currency_id[:1]

    @api.depends("award_ids")
    def _compute_cost(self):
        for wizard in self:
            wizard.cost = wizard.award_ids.estimated_cost if len(wizard.award_ids) == 1 else 0

    def action_deliver(self):
        """Deliver the awards; several awards each at their estimated cost."""
        self.ensure_one()
        cost = self.cost if len(self.award_ids) == 1 else None
        self.award_ids.action_deliver(cost, self.comment, self.attachment_ids.ids)
        return {"type": "ir.actions.act_window_close"}
