from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import ormcache

ONE = Decimal(1)


class MissingRate(UserError):
    """A currency has no rate at all in the company.

    :ivar currency: that currency
    """

    def __init__(self, message, currency):
        super().__init__(message)
        self.currency = currency


class KeyAccountExchange(models.AbstractModel):
    """Exact rates on the server's date, without Odoo's silent 1.0 for a currency without rates."""

    _name = "key.account.exchange"
    _description = "Exact Exchange Rates"

    @api.model
    def _get_rate(self, source, document, memo):
        """Return the value of one unit of ``source`` in the company's currency today, by the company's rates.

        :param PricedDocument document: its company counts
        :param dict memo: rates found so far; belongs to the caller, lives as long as one judgement
        :rtype: Decimal
        :raise MissingRate: one of the two is not the company's currency and has no rate at all
        """
        target, company = document.company_currency, document.company
        if source == target:
            return ONE
        key = (source.id, target.id, company.id)
        if key not in memo:
            rates = self._get_odoo_rates(source | target, company)
            for currency in source | target:
                self._check_rate(currency, rates[currency.id], document)
            memo[key] = rates[target.id] / rates[source.id]
        return memo[key]

    @api.model
    def _get_rates(self, currencies, target, company):
        """Return the value of one unit of each currency in ``target`` today, by the company's rates.

        :param currencies: all but ``target``, which is the company's own
        :return: ``{currency id: Decimal}``; None for a currency without any rate
        """
        if not currencies:
            return {}
        rates, rated_ids = self._get_odoo_rates(currencies | target, company), self._get_rated_ids(currencies, company)
        return {key: rates[target.id] / rates[key] if key in rated_ids else None for key in currencies.ids}

    @api.model
    def _get_odoo_rates(self, currencies, company):
        """Return Odoo's rates on the server's date: ``{currency id: Decimal}``; 1 for a currency without any."""
        rates = currencies._get_rates(company, fields.Date.today())
        return {key: Decimal(repr(rate)) for key, rate in rates.items()}

    @api.model
    def _get_list_currency(self, template):
        """Return the currency of the template's list price: its company's, or the main company's if it is shared."""
        if template.company_id:
            return template.company_id.currency_id
        return self.env["res.currency"].browse(self._get_main_currency_id())

    @api.model
    @ormcache()
    def _get_main_currency_id(self):
        return self.env["res.company"]._get_main_company().currency_id.id

    @api.model
    def _check_rate(self, currency, rate, document):
        """Raise if the currency has no rate: Odoo would use 1.0, so that yen would pass for euros."""
        if rate == 1 and currency != document.company.currency_id and not self._has_rate(currency, document.company):
            raise MissingRate(self._describe_missing(currency, document), currency)

    @api.model
    def _has_rate(self, currency, company):
        return currency.id in self._get_rated_ids(currency, company)

    @api.model
    def _get_rated_ids(self, currencies, company):
        """Return the ids of the currencies with a rate: Odoo would use 1.0 for the others."""
        # sudo: whether the company has a rate does not depend on the user
        rates = self.env["res.currency.rate"].sudo()
        domain = [("currency_id", "in", currencies.ids), ("company_id", "in", [False, company.root_id.id])]
        return {currency.id for (currency,) in rates._read_group(domain, ["currency_id"])}

    @api.model
    def _describe_missing(self, currency, document):
        """Return which rate is missing and what the user can do about it; only what exists and what the user may do."""
        parts = [
            self.env._(
                "Currency %(currency)s has no exchange rate in %(company)s, so discounts cannot be compared with"
                " their caps.",
                currency=currency.name,
                company=document.company.display_name,
            )
        ]
        if document.customer.property_product_pricelist.currency_id == document.currency:
            parts.append(self.env._("An order at the prices of the customer's pricelist needs no rate."))
        parts += self._describe_ways_out(currency, document.company, currency == document.currency)
        return " ".join(parts)

    @api.model
    def _describe_ways_out(self, currency, company, of_order):
        """Return sentences on what the user can do about a missing rate.

        :param bool of_order: whether it is the currency of the order, which another pricelist would change
        """
        parts = [self._describe_entering(currency)]
        if of_order and self._has_own_pricelist(company):
            parts.append(self.env._("Or choose a pricelist in %s.", company.currency_id.name))
        return parts

    @api.model
    def _describe_entering(self, currency):
        user = self.env.user
        if self.env["res.currency.rate"].with_user(user).has_access("create"):
            return self.env._("Enter a rate: Accounting ▸ Configuration ▸ Currencies ▸ %s.", currency.name)
        return self.env._("Ask the accounting team to enter a rate for %s.", currency.name)

    @api.model
    def _has_own_pricelist(self, company):
        """Return whether the user can choose a pricelist in the company's currency."""
        if not self.env.user.has_group("product.group_product_pricelist"):
            return False
        domain = [("currency_id", "=", company.currency_id.id), ("company_id", "in", [False, *company.parent_ids.ids])]
        # sudo: only the existence of a pricelist is disclosed
        return bool(self.env["product.pricelist"].sudo().search_count(domain, limit=1))
