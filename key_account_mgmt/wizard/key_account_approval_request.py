from odoo import api, fields, models
from odoo.tools import plaintext2html


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
        verdict = self.env["key.account.discount"]._judge_orders(self.order_id, strict=False).get(self.order_id)
        if not verdict or verdict.problem:
            return verdict and plaintext2html(verdict.problem)
        approvals = self.env["key.account.approval"]
        return approvals._render_details(approvals._prepare_details(verdict), self.order_id.company_id.currency_id)

    def action_request(self):
        """Ask, and go back to the order."""
        self.ensure_one()
        self.env["key.account.approval"]._request(self.order_id, self.reason)
        return {"type": "ir.actions.act_window_close"}
