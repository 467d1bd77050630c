from decimal import Decimal

from odoo import api, models
from odoo.tools import ormcache


class AccountTax(models.Model):
    """Computes how taxes change the price that a customer pays.

    Many companies have no tax that is included in prices: then the taxes of products are not read.
    """

    _inherit = "account.tax"

    @api.model
    @ormcache("company_id")
    def _has_key_account_included(self, company_id):
        """Return whether prices of the company may contain a tax."""
        # sudo: caps bind every salesperson, also without read access to the taxes of a parent company
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

    def _get_key_account_lowering(self):
        """Return the taxes, also those in groups, that may make the customer pay less than the price.

        Salespeople can choose them.
        """
        taxes = self._flatten_taxes_and_sort_them()[0] if self else self
        return taxes.filtered(lambda tax: tax.amount < 0 or tax.amount_type not in ("fixed", "percent"))

    @api.model
    def _get_key_account_lowered(self, taxes_data, line):
        """Return the amount that negative taxes deduct from a line with a positive price; 0 for the product's own.

        Where customers withhold taxes, the product's own taxes, mapped by the customer's fiscal position, are negative:
        no user chose them for the order.

        :param list[dict] taxes_data: from Odoo's tax details
        :param PricedLine line:
        :rtype: Decimal
        """
        lowered = self._get_key_account_negative_by_tax(taxes_data, "tax_amount")
        if not lowered:
            return Decimal(0)
        own = self._get_key_account_own(line)
        return -sum((amount for tax, amount in lowered.items() if tax not in own), Decimal(0))

    @api.model
    def _get_key_account_negative(self, tax_details):
        """Return the amount that negative taxes deduct, positive, in the currency of the document."""
        amounts = self._get_key_account_negative_by_tax(tax_details["taxes_data"], "tax_amount_currency")
        return -sum(amounts.values(), Decimal(0))

    @api.model
    def _get_key_account_negative_by_tax(self, taxes_data, name):
        """Return ``{tax: amount}`` of negative taxes; a tax that adds and deducts, as a reverse charge, counts net."""
        amounts = {}
        for data in taxes_data:
            amounts[data["tax"]] = amounts.get(data["tax"], Decimal(0)) + Decimal(repr(data[name]))
        return {tax: amount for tax, amount in amounts.items() if amount < 0}

    @api.model
    def _get_key_account_own(self, line):
        """Return the product's taxes for the customer, whatever taxes are on the line."""
        taxes = line.template.taxes_id._filter_taxes_by_company(line.document.company)
        position = self.env["account.fiscal.position"].with_company(line.document.company)
        mapped = position._get_fiscal_position(line.document.order.partner_id).map_tax(taxes)
        return mapped._flatten_taxes_and_sort_them()[0] if mapped else mapped
