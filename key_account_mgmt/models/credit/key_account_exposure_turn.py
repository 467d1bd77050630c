from collections import defaultdict
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ..discounts.key_account_discount_value import ZERO


class KeyAccountExposure(models.AbstractModel):
    """What customers use at this very moment, for whoever is about to use more of it."""

    _inherit = "key.account.exposure"  # pylint: disable=consider-merging-classes-inherited

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
