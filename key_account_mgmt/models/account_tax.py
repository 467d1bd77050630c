from odoo import api, models
from odoo.tools import ormcache


class AccountTax(models.Model):
    """Many companies have no tax that is included in prices: then products need not be asked for theirs."""

    _inherit = "account.tax"

    @api.model
    @ormcache()
    def _has_key_account_included(self):
        """Whether prices may contain a tax anywhere in this database."""
        # sudo: it is about all companies, and says nothing about any of them
        taxes = self.sudo().with_context(active_test=False)
        return bool(taxes.search_count([("price_include", "=", True)], limit=1))

    @api.model_create_multi
    def create(self, vals_list):
        taxes = super().create(vals_list)
        self.env.registry.clear_cache()
        return taxes

    def write(self, vals):
        result = super().write(vals)
        if "price_include_override" in vals or "company_id" in vals:
            self.env.registry.clear_cache()
        return result
