from collections import defaultdict
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..discounts.key_account_discount_value import EXACT, ZERO


@dataclass(frozen=True)
class Exposure:
    """The amounts that a customer owes or will owe a company, in its currency; only ``used`` may be negative.

    ``unrated`` are the currencies of open orders and drafts without a rate in the company: they count one to one, as
    Odoo converts them.
    """

    receivable: Decimal = ZERO
    draft_invoices: Decimal = ZERO
    orders: Decimal = ZERO
    unallocated: Decimal = ZERO
    overdue: Decimal = ZERO
    unrated: tuple = ()

    @property
    def used(self):
        """Return receivable + draft_invoices + orders − unallocated; negative if the customer has a credit balance."""
        return self.receivable + self.draft_invoices + self.orders - self.unallocated


class KeyAccountExposure(models.AbstractModel):
    """Computes how much credit customers use, as the only place (formula, example: ``docs/reference/credit.md``)."""

    _name = "key.account.exposure"
    _description = "Credit Exposure of Customers"

    @api.model
    def _get_exposures(self, customers, company, without_orders=None, overdue_days=None):
        """Return the exposure of any number of customers to the company and its branches, in one statement.

        Exposure = open receivables + draft invoices + confirmed orders not yet invoiced − unallocated payments and
        credits. Orders and drafts in a foreign currency are added up in that currency, then converted at the company's
        rate on the server's date; only then a second statement reads the rates. User rights are not checked: callers
        decide which users may see the result.

        :param customers: ``res.partner``; their commercial partners count
        :param without_orders: orders to leave out, as if they were not confirmed
        :param overdue_days: also compute ``overdue``, amounts due more than so many days ago; None: not computed, zero
        :return: ``{commercial partner: Exposure}``, with zeros for customers who owe nothing
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
        """Return what orders add to the exposure of the invoiced customer once they are confirmed.

        :param strict: raise on an order in a currency without any rate, instead of counting it one to one
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
        """Return ``{order: sentence}`` of the orders that ``_get_order_values`` refuses."""
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
        """Return ``{customer: {(kind, currency id or None): Decimal}}``, directly from the database."""
        totals = {customer: defaultdict(Decimal) for customer in customers}
        self._flush_read()
        query = self._get_totals_sql(company, customers.ids)
        for customer_id, kind, currency_id, amount in self.env.execute_query(query) if customers else ():
            totals[customers.browse(customer_id)][kind, currency_id] = Decimal(amount)
        return totals

    @api.model
    def _get_orders_of(self, orders, company):
        """Return the orders of the company and of its branches."""
        tree_ids = company._get_key_account_credit_facts().tree_ids
        return orders.filtered(lambda order: order.company_id.id in tree_ids)

    @api.model
    def _leave_out(self, totals, orders):
        # sudo: the exposure does not depend on the user's right to read the orders
        for order in orders.sudo().filtered(lambda order: order._origin.state == "sale"):
            stored = order._origin
            amounts = totals.get(stored.partner_invoice_id.commercial_partner_id)
            if amounts is not None:
                amounts["order", stored.currency_id.id] -= self._get_open_amount(stored)

    @api.model
    def _get_open_amount(self, order):
        # sudo: customers, who have no right to read the field, confirm orders too
        return Decimal(repr(order.sudo().key_account_uninvoiced_amount))

    @api.model
    def _make_exposure(self, amounts, rates, company, overdue):
        """Return the exposure of a customer from its totals."""
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
        """Return the value of one unit of each foreign currency today, by the company's rates.

        :param currency_ids: the company's own currency, and None, need no rate
        :return: ``{currency id: Decimal}``; None for a currency without any rate
        """
        own = self.env["res.currency"].browse(company._get_key_account_credit_facts().currency_id)
        foreign = own.browse(set(currency_ids) - {own.id, None, False})
        with localcontext(EXACT):
            return self.env["key.account.exchange"]._get_rates(foreign, own, company)

    @api.model
    def _convert(self, amount, currency_id, rates, company):
        """Convert to company currency, rounded half up to its decimals; one to one without any rate."""
        if currency_id not in rates:
            return amount
        with localcontext(EXACT):
            step = Decimal(1).scaleb(-company.currency_id.decimal_places)
            return (amount * (rates[currency_id] or 1)).quantize(step, ROUND_HALF_UP)

    @api.model
    def _get_value_today(self, amount, currency, company):
        """Return an amount in company currency, at the company's rate on the server's date; without rate one to one."""
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
    # The credit that customers use at this moment, read by a transaction that is about to use more of it
    # -------------------------------------------------------------------------

    @api.model
    def _get_locked_exposures(self, customers, company, without_orders=None):
        """Return current exposures under a lock: no other transaction uses more credit before this one ends.

        An Odoo transaction sees the database as it was at its start. If two transactions confirm orders of one customer
        at the same time, neither sees the other's order, and both would fit. So they take turns, by a lock per customer
        and company that the database releases at the end of the transaction. The holder of the lock reads committed
        data in a second transaction with a fresh snapshot. It sees all changes of earlier holders, since the database
        makes changes visible before it releases the locks of a transaction. Then it adds the changes of its own
        transaction: entries record the transaction that made them. No transaction has to be retried, and each waits
        only as long as the others need. Customers are locked in the order of their ids. If two transactions wait for
        each other nevertheless, the database detects the deadlock and Odoo retries one of them.

        :param without_orders: as in ``_get_exposures``
        :return: ``{commercial partner: Exposure}``, without ``overdue``
        """
        customers = customers.commercial_partner_id
        # Flush all fields, not only those read: otherwise pending computations would write the order's row once more.
        self.env.flush_all()
        txid = self._lock_customers(customers, company)
        totals = {customer: defaultdict(lambda: ZERO) for customer in customers}
        for customer_id, kind, currency_id, amount in self._read_entries(customers, company, txid):
            totals[customers.browse(customer_id)][kind, currency_id] += Decimal(amount)
        if without_orders:
            self._leave_out(totals, self._get_orders_of(without_orders, company))
        rates = self._get_rates({currency for amounts in totals.values() for _kind, currency in amounts}, company)
        return {customer: self._make_exposure(totals[customer], rates, company, ZERO) for customer in customers}

    @api.model
    def _lock_customers(self, customers, company):
        """Wait until no other transaction is about to use credit of these customers, and take their locks.

        :return: number of the transaction
        """
        keys = [f"key_account_credit,{company.id},{customer_id}" for customer_id in sorted(customers.ids)]
        rows = self.env.execute_query(
            SQL("SELECT pg_advisory_xact_lock(hashtextextended(key, 0)), txid_current() FROM unnest(%s) key", keys)
        )
        return rows[0][1]

    @api.model
    def _read_entries(self, customers, company, txid):
        """Return rows of ``_get_totals_sql``: first the committed ones, then the changes of this transaction."""
        others = self._get_totals_sql(company, customers.ids, SQL("entry.txid IS DISTINCT FROM %s", txid))
        own = self._get_totals_sql(company, customers.ids, SQL("entry.txid = %s", txid))
        with self.env.registry.cursor() as cr:
            cr.execute(others)
            rows = cr.fetchall()
        return rows + self.env.execute_query(own)
