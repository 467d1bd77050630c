from odoo import api, fields, models


class KeyAccountApprovalRequest(models.TransientModel):
    """Asks why an order should get more than its cap, and shows what is over it."""

    _name = "key.account.approval.request"
    _description = "Ask for Approval"

    order_id = fields.Many2one("sale.order", required=True, readonly=True, ondelete="cascade")
    reason = fields.Text(required=True)
    details_html = fields.Html(compute="_compute_details_html", sanitize=False)

    @api.depends("order_id")
    def _compute_details_html(self):
        for wizard in self:
            wizard.details_html = wizard.order_id and wizard._render_details()

    def _render_details(self):
        # Whoever may not read the order does not get to know it here.
        self.order_id.check_access("read")
        order = self.order_id.sudo()  # the rules and costs by which it is judged are not the salesperson's to read
        judgement = order._get_key_account_judgements().get(order)
        if judgement is None:
            return False
        approvals = self.env["key.account.approval"]
        return approvals._render_details(approvals._prepare_details(order, judgement), order.company_id.currency_id)

    def action_request(self):
        """Ask, and go back to the order."""
        self.ensure_one()
        self.env["key.account.approval"]._request(self.order_id, self.reason)
        return {"type": "ir.actions.act_window_close"}
