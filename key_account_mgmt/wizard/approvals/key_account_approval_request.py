from odoo import api, fields, models


class KeyAccountApprovalRequest(models.TransientModel):
    """Asks the salesperson why an order should exceed its caps and limits, and shows the excess."""

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
        # Users without read access to the order must not see it here.
        self.order_id.check_access("read")
        needs = self.env["key.account.approval"]._get_needs(self.order_id, strict=False)
        parts = [self._prepare_part(kind, need) for kind, need in needs.items()]
        return self.env["ir.qweb"]._render("key_account_mgmt.approval_parts", {"parts": parts})

    def _prepare_part(self, kind, need):
        """Return what the dialog shows of one kind of approval that the order needs.

        :return: ``title``; ``obstacle``, why no approver can be asked; ``consent``; ``table``, or None if there is only
            an obstacle
        """
        approvals = self.env["key.account.approval"]
        judge = approvals._get_judges()[kind]
        problem = need.verdict.problem
        currency = self.order_id.company_id.currency_id
        return {
            "title": dict(approvals._fields["kind"]._description_selection(self.env))[kind],
            "obstacle": problem or need.obstacle,
            "consent": need.consent,
            "table": None if problem else judge._render_details(judge._prepare_details(need.verdict), currency),
        }

    def action_request(self):
        """Request the approvals, and go back to the order."""
        self.ensure_one()
        self.env["key.account.approval"]._request(self.order_id, self.reason)
        return {"type": "ir.actions.act_window_close"}
