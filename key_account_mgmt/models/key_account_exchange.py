from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import ormcache

ONE = Decimal(1)


class KeyAccountExchange(models.AbstractModel):
    """Rates between currencies on the server's date, exactly, and never the silent 1.0 of a currency without rates."""

    _name = "key.account.exchange"
    _description = "Exchange Rates for Discount Caps"

    @api.model
    def _get_rate(self, source, document, memo):
        """What one unit of ``source`` is worth in the company's currency today, as the company keeps its rates.

        :param Document document: whose company counts
        :param dict memo: rates found so far; belongs to the caller, lives as long as one judgement
        :rtype: Decimal
        :raise UserError: ``source`` is not the company's currency and has no rate at all
        """
        target, company = document.company_currency, document.company
        if source == target:
            return ONE
        key = (source.id, company.id)
        if key not in memo:
            rates = (source | target)._get_rates(company, fields.Date.today())
            self._check_rate(source, rates[source.id], company)
            memo[key] = Decimal(repr(rates[target.id])) / Decimal(repr(rates[source.id]))
        return memo[key]

    @api.model
    def _get_list_currency(self, template):
        """The currency of the template's list price: its company's, or the main company's when all share it."""
        if template.company_id:
            return template.company_id.currency_id
        return self.env["res.currency"].browse(self._get_main_currency_id())

    @api.model
    @ormcache()
    def _get_main_currency_id(self):
        return self.env["res.company"]._get_main_company().currency_id.id

    @api.model
    def _check_rate(self, currency, rate, company):
        """Odoo reads a currency that has no rates as 1.0: yen would pass for euros."""
        if rate != 1.0:
            return
        # sudo: whether the company has a rate does not depend on who sells
        known = self.env["res.currency.rate"].sudo()
        companies = [False, company.root_id.id]
        if not known.search_count([("currency_id", "=", currency.id), ("company_id", "in", companies)], limit=1):
            raise UserError(
                self.env._(
                    "Currency %(currency)s has no exchange rate in %(company)s, so that discounts cannot be compared"
                    " with their caps. Enter a rate in Accounting ▸ Configuration ▸ Currencies, or use another"
                    " pricelist.",
                    currency=currency.name,
                    company=company.display_name,
                )
            )
