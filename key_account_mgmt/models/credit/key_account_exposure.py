from collections import defaultdict
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..discounts.key_account_discount_value import EXACT, ZERO


@dataclass(frozen=True)
class Exposure:
    """What a customer owes or will owe a company; amounts in its currency, none of them negative but ``used``.

    ``unrated`` are the currencies of open orders and drafts for which the company has no rate: they count one to one,
    as Odoo converts them.
    """

    receivable: Decimal = ZERO
    draft_invoices: Decimal = ZERO
    orders: Decimal = ZERO
    unallocated: Decimal = ZERO
    overdue: Decimal = ZERO
    unrated: tuple = ()

    @property
    def used(self):
        """receivable + draft_invoices + orders − unallocated; negative when the customer has money to its credit."""
        return self.receivable + self.draft_invoices + self.orders - self.unallocated


class KeyAccountExposure(models.AbstractModel):
    """The only place that computes how much credit customers use (formula, example: ``docs/reference/credit.md``)."""

    _name = "key.account.exposure"
    _description = "Credit Exposure of Customers"

    @api.model
    def _get_exposures(self, customers, company, without_orders=None, overdue_days=None):
        """What customers owe or will owe the company and its branches, in one statement however many they are.

        Exposure = open receivables + draft invoices + confirmed orders not yet invoiced − unallocated payments and
        credits. Orders and drafts in a foreign currency are added up in it, and converted at the company's rate of the
        server's date; only then is a second statement needed, for the rates. It reads whatever the user's rights are:
        callers decide who may see it.

        :param customers: ``res.partner``; their commercial partners count
        :param without_orders: orders that are left out, as if they were not confirmed
        :param overdue_days: also tell ``overdue``, what was due more than so many days ago; None: not asked, zero
        :return: ``{commercial partner: Exposure}``, with zeros for who owes nothing
        """
        customers = customers.commercial_partner_id
        totals = self._get_totals(customers, company)
        if without_orders:
            self._leave_out(totals, self._get_orders_of(without_orders, company))
        rates = self._get_rates({currency for amounts in totals.values() for _kind, currency in amounts}, company)
        overdue = {} if overdue_days is None else self._get_overdue(customers, company, overdue_days)
        return {
            customer: self._make_exposure(totals[customer], rates, company, overdue.get(customer, ZERO))
            for customer in customers
        }

    @api.model
    def _get_order_values(self, orders, strict=True):
        """What orders add to the exposure of whoever they are invoiced to, once they are confirmed.

        :param strict: refuse an order in a currency without any rate, instead of counting it one to one
        :return: ``{order: Decimal}``, in the currency of each order's company
        :raise UserError: strict, and a currency without any rate for the company
        """
        values = {}
        for company, group in orders.grouped("company_id").items():
            rates = self._get_rates(group.currency_id.ids, company)
            for order in group:
                if strict and self._is_unrated(order, rates):
                    raise UserError(self._describe_unrated(order))
                values[order] = self._convert(self._get_open_amount(order), order.currency_id.id, rates, company)
        return values

    @api.model
    def _get_order_problems(self, orders):
        """``{order: sentence}`` of the orders that ``_get_order_values`` refuses."""
        problems = {}
        for company, group in orders.grouped("company_id").items():
            rates = self._get_rates(group.currency_id.ids, company)
            problems |= {order: self._describe_unrated(order) for order in group if self._is_unrated(order, rates)}
        return problems

    # -------------------------------------------------------------------------
    # Steps
    # -------------------------------------------------------------------------

    @api.model
    def _get_totals(self, customers, company):
        """``{customer: {(kind, currency id or None): Decimal}}``, straight from the database."""
        totals = {customer: defaultdict(Decimal) for customer in customers}
        self._flush_read()
        query = self._get_totals_sql(company, customers.ids)
        for customer_id, kind, currency_id, amount in self.env.execute_query(query) if customers else ():
            totals[customers.browse(customer_id)][kind, currency_id] = Decimal(amount)
        return totals

    @api.model
    def _get_orders_of(self, orders, company):
        """Those of the company and of its branches."""
        tree_ids = company._get_key_account_credit_facts().tree_ids
        return orders.filtered(lambda order: order.company_id.id in tree_ids)

    @api.model
    def _leave_out(self, totals, orders):
        # sudo: what counts does not depend on who may read the orders
        for order in orders.sudo().filtered(lambda order: order._origin.state == "sale"):
            stored = order._origin
            amounts = totals.get(stored.partner_invoice_id.commercial_partner_id)
            if amounts is not None:
                amounts["order", stored.currency_id.id] -= self._get_open_amount(stored)

    @api.model
    def _get_open_amount(self, order):
        # sudo: customers confirm orders too, who may not read it
        return Decimal(repr(order.sudo().key_account_open_amount))

    @api.model
    def _make_exposure(self, amounts, rates, company, overdue):
        """Put the totals of a customer together."""
        foreign = {currency_id for (_kind, currency_id), amount in amounts.items() if amount}
        unrated = [currency_id for currency_id in foreign if currency_id in rates and rates[currency_id] is None]
        in_own = defaultdict(lambda: ZERO)
        for (kind, currency_id), amount in amounts.items():
            in_own[kind] += self._convert(amount, currency_id, rates, company)
        return Exposure(
            receivable=in_own["receivable"],
            draft_invoices=in_own["draft"],
            orders=in_own["order"],
            unallocated=in_own["unallocated"],
            overdue=overdue,
            unrated=tuple(sorted(self.env["res.currency"].browse(unrated).mapped("name"))),
        )

    # -------------------------------------------------------------------------
    # Currencies
    # -------------------------------------------------------------------------

    @api.model
    def _get_rates(self, currency_ids, company):
        """What one unit of each foreign currency is worth today, as the company keeps its rates.

        :param currency_ids: the company's own, and None, need no rate
        :return: ``{currency id: Decimal}``; None for a currency without any rate
        """
        own_id = company._get_key_account_credit_facts().currency_id
        foreign = self.env["res.currency"].browse(set(currency_ids) - {own_id, None, False})
        if not foreign:
            return {}
        rates = (foreign | foreign.browse(own_id))._get_rates(company, fields.Date.today())
        known = self._get_rated_ids(foreign, company)
        with localcontext(EXACT):
            worth = {key: Decimal(repr(rates[own_id])) / Decimal(repr(rates[key])) for key in foreign.ids}
        return {key: value if key in known else None for key, value in worth.items()}

    @api.model
    def _get_rated_ids(self, currencies, company):
        """Those that have a rate: Odoo reads the others as 1.0."""
        # sudo: whether the company has a rate does not depend on who asks
        rates = self.env["res.currency.rate"].sudo()
        domain = [("currency_id", "in", currencies.ids), ("company_id", "in", [False, company.root_id.id])]
        return {currency.id for (currency,) in rates._read_group(domain, ["currency_id"])}

    @api.model
    def _convert(self, amount, currency_id, rates, company):
        """Into company currency, rounded half up to its decimals; one to one without any rate."""
        if currency_id not in rates:
            return amount
        with localcontext(EXACT):
            step = Decimal(1).scaleb(-company.currency_id.decimal_places)
            return (amount * (rates[currency_id] or 1)).quantize(step, ROUND_HALF_UP)

    @api.model
    def _get_value_today(self, amount, currency, company):
        """An amount in company currency at the company's rate of the server's date; one to one without any rate."""
        return self._convert(amount, currency.id, self._get_rates(currency.ids, company), company)

    @api.model
    def _is_unrated(self, order, rates):
        return order.currency_id.id in rates and rates[order.currency_id.id] is None

    @api.model
    def _describe_unrated(self, order):
        problem = self.env._(
            "Order %(order)s is in %(currency)s, for which %(company)s has no exchange rate, so it cannot be counted"
            " against the customer's credit limit.",
            order=order.name,
            currency=order.currency_id.name,
            company=order.company_id.display_name,
        )
        ways = self.env["key.account.exchange"]._describe_ways_out(order.currency_id, order.company_id, True)
        return " ".join([problem, *ways])

    # -------------------------------------------------------------------------
    # What customers use at this very moment, for whoever is about to use more of it
    # -------------------------------------------------------------------------

    @api.model
    def _get_exposures_in_turn(self, customers, company, without_orders=None):
        """Like ``_get_exposures``, of now, until whose reading nobody else may use more before this transaction ends.

        Odoo's transactions see the database as it was when they began. Of two that confirm orders of one customer at
        once, neither sees the other's, so both would fit. So they take turns, by a lock for each customer and company
        that goes with the transaction. Whoever has it reads what is committed by now in a transaction of its own, whose
        view is a fresh one: everything of those who had the lock before, since the database makes changes visible
        before it gives the locks of a transaction to others. What the own transaction changed is added: entries know
        in which transaction they were made. Nobody has to be tried again, and who waits does so no longer than the
        others need. Customers are locked in the order of their ids; two transactions that all the same wait for each
        other are told apart by the database, and one is tried again by Odoo.

        :param without_orders: as of ``_get_exposures``
        :return: ``{commercial partner: Exposure}``, without ``overdue``
        """
        customers = customers.commercial_partner_id
        # All, not only what is read: else what waits to be computed would write the order's row once more.
        self.env.flush_all()
        txid = self._take_turn(customers, company)
        totals = {customer: defaultdict(lambda: ZERO) for customer in customers}
        for customer_id, kind, currency_id, amount in self._read_entries(customers, company, txid):
            totals[customers.browse(customer_id)][kind, currency_id] += Decimal(amount)
        if without_orders:
            self._leave_out(totals, self._get_orders_of(without_orders, company))
        rates = self._get_rates({currency for amounts in totals.values() for _kind, currency in amounts}, company)
        return {customer: self._make_exposure(totals[customer], rates, company, ZERO) for customer in customers}

    @api.model
    def _take_turn(self, customers, company):
        """Wait until nobody else is about to use credit of these customers.

        :return: number of the transaction
        """
        keys = [f"key_account_credit,{company.id},{customer_id}" for customer_id in sorted(customers.ids)]
        rows = self.env.execute_query(
            SQL("SELECT pg_advisory_xact_lock(hashtextextended(key, 0)), txid_current() FROM unnest(%s) key", keys)
        )
        return rows[0][1]

    @api.model
    def _read_entries(self, customers, company, txid):
        """Rows of ``_get_totals_sql``: what is committed by now, then what this transaction changed."""
        others = self._get_totals_sql(company, customers.ids, SQL("entry.txid IS DISTINCT FROM %s", txid))
        own = self._get_totals_sql(company, customers.ids, SQL("entry.txid = %s", txid))
        with self.env.registry.cursor() as cr:
            cr.execute(others)
            rows = cr.fetchall()
        return rows + self.env.execute_query(own)
