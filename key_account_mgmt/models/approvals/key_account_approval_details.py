from odoo import api, models


class KeyAccountApproval(models.Model):
    """What an approval is about, to be read: in the words and figures of the day on which it was asked for."""

    _inherit = "key.account.approval"  # pylint: disable=consider-merging-classes-inherited

    def _compute_details_html(self):
        for approval in self:
            approval.details_html = approval._get_judge()._render_details(approval.details, approval.currency_id)

    @api.model
    def _get_line_name(self, order_line):
        return order_line.product_id.display_name or (order_line.name or "").partition("\n")[0]
