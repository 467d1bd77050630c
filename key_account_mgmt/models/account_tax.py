from odoo import api, models
from odoo.tools import ormcache


class AccountTax(models.Model):
    """Many companies have no tax that is included in prices: then products need not be asked for theirs."""

    _inherit = "account.tax"

    @api.model
    @ormcache("company_id")
    def _has_key_account_included(self, company_id):
        """Whether prices of the company may contain a tax."""
        # sudo: whoever sells is bound by the caps, also those who may not read taxes of a parent company
        company = self.env["res.company"].sudo().browse(company_id)
        taxes = self.sudo().with_context(active_test=True)
        domain = [("price_include", "=", True), ("company_id", "in", company.parent_ids.ids)]
        return bool(taxes.search_count(domain, limit=1))

    @api.model_create_multi
    def create(self, vals_list):
        taxes = super().create(vals_list)
        self.env.registry.clear_cache()
        return taxes

    def write(self, vals):
        result = super().write(vals)
        if not {"price_include_override", "company_id", "active"}.isdisjoint(vals):
            self.env.registry.clear_cache()
        return result
