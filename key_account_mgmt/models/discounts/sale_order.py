from odoo import api, fields, models


class SaleOrder(models.Model):
    """Salespeople see the customer's tier where they sell."""

    _inherit = "sale.order"

    key_account_tier_id = fields.Many2one(
        "key.account.tier", string="Customer Tier", compute="_compute_key_account_tier_id", groups="base.group_user"
    )

    @api.depends("partner_id.commercial_partner_id.key_account_tier_id", "company_id")
    def _compute_key_account_tier_id(self):
        for company, orders in self.grouped("company_id").items():
            for order in orders:
                order.key_account_tier_id = order.partner_id.commercial_partner_id.with_company(
                    company
                ).key_account_tier_id
