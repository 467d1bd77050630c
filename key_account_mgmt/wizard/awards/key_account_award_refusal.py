from odoo import fields, models


class KeyAccountAwardRefusal(models.TransientModel):
    """Asks Finance why the awards are refused."""

    _name = "key.account.award.refusal"
    _description = "Refuse Awards"

    award_ids = fields.Many2many("key.account.award", string="Awards", required=True, readonly=True)
    comment = fields.Text(required=True)

    def action_refuse(self):
        self.ensure_one()
        result = self.award_ids.action_refuse(self.comment)
        return result if result is not True else {"type": "ir.actions.act_window_close"}
