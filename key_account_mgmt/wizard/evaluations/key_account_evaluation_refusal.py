from odoo import fields, models


class KeyAccountEvaluationRefusal(models.TransientModel):
    """Asks the user why an evaluation goes back to the users who prepared it."""

    _name = "key.account.evaluation.refusal"
    _description = "Send an Evaluation Back"

    evaluation_id = fields.Many2one("key.account.evaluation", required=True, readonly=True, ondelete="cascade")
    reason = fields.Text(required=True)

    def action_refuse(self):
        self.ensure_one()
        self.evaluation_id.action_refuse(self.reason)
        return {"type": "ir.actions.act_window_close"}
