from odoo import fields, models


class KeyAccountApprovalRefusal(models.TransientModel):
    """Asks the approver why the requests are refused."""

    _name = "key.account.approval.refusal"
    _description = "Refuse Requests for Approval"

    approval_ids = fields.Many2many("key.account.approval", string="Requests", required=True, readonly=True)
    comment = fields.Text(required=True)

    def action_refuse(self):
        self.ensure_one()
        self.approval_ids.action_refuse(self.comment)
        return {"type": "ir.actions.act_window_close"}
