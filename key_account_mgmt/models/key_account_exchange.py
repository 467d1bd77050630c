from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError


class KeyAccountExchange(models.AbstractModel):
    """Rates between currencies on the server's date, exactly, and never the silent 1.0 of a currency without rates."""

    _name = "key.account.exchange"
    _description = "Exchange Rates for Discount Caps"

    @api.model
    def _get_rate(self, source, target, company, memo):
        """What one unit of ``source`` is worth in ``target`` today, as ``company`` keeps its rates.

        :param dict memo: rates found so far; belongs to the caller, lives as long as one judgement
        :rtype: Decimal
        :raise UserError: a currency other than the company's has no rate at all
        """
        if source == target:
            return Decimal(1)
        key = (source.id, target.id, company.id)
        if key not in memo:
            rates = (source | target)._get_rates(company, fields.Date.today())
            for currency in (source | target) - company.currency_id:
                self._check_rate(currency, rates[currency.id], company)
            memo[key] = Decimal(repr(rates[target.id])) / Decimal(repr(rates[source.id]))
        return memo[key]

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
