from odoo import api, models


class KeyAccountGuard(models.AbstractModel):
    """Records what cards pay of orders that pass the guard."""

    _inherit = "key.account.guard"

    @api.model
    def _keep_passed(self, orders):
        result = super()._keep_passed(orders)
        uses = self.env["key.account.card.use"].sudo()
        paid = orders.filtered(lambda order: order.order_line.coupon_id)
        for company, group in self.env["key.account.discount"]._get_unbiased(paid).grouped("company_id").items():
            uses.with_company(company)._record(group.with_company(company))
        return result
