from odoo import models
from odoo.tools import SQL


class KeyAccountSourcePayment(models.AbstractModel):
    """How customers pay: invoices due in the period, what is overdue at its end, and the money that came in.

    Everything is as of the end of the period's last day: what was reconciled with a later date has not happened
    yet, so that an evaluation of last year says the same whenever it runs.
    """

    _name = "key.account.source.payment"
    _inherit = ["key.account.source"]
    _description = "Key Account Metrics from Payments"

    def _get_metric_codes(self):
        return [
            "on_time_count",
            "late_count",
            "on_time_pct",
            "average_days_late",
            "overdue_amount",
            "collected_amount",
        ]

    def _get_zero_codes(self):
        return ["on_time_count", "late_count", "overdue_amount", "collected_amount"]

    def _get_facts_sql(self, scope):
        due_count = SQL("(punctuality.on_time_count + punctuality.late_count)")
        return SQL(
            """
            SELECT COALESCE(punctuality.partner_id, collection.partner_id) AS partner_id,
                   COALESCE(punctuality.on_time_count, 0) AS on_time_count,
                   COALESCE(punctuality.late_count, 0) AS late_count,
                   %(on_time_pct)s AS on_time_pct,
                   %(average_days_late)s AS average_days_late,
                   COALESCE(punctuality.overdue_amount, 0) AS overdue_amount,
                   COALESCE(collection.collected_amount, 0) AS collected_amount
              FROM (%(punctuality)s) punctuality
         FULL JOIN (%(collection)s) collection ON collection.partner_id = punctuality.partner_id
            """,
            on_time_pct=self._get_percentage_sql(SQL("punctuality.on_time_count"), due_count),
            average_days_late=self._get_ratio_sql(SQL("punctuality.days_late"), due_count),
            punctuality=self._get_punctuality_sql(scope),
            collection=self._get_collection_sql(scope),
        )

    def _get_punctuality_sql(self, scope):
        """Count the invoices that fell due in the period as on time or late, per customer.

        An invoice is on time when all of it was settled on or before its last due date. A late one is late until
        it was settled, or until the period's end while it is open.
        """
        return SQL(
            """
            SELECT invoice.partner_id,
                   count(*) FILTER (WHERE invoice.counts AND invoice.on_time) AS on_time_count,
                   count(*) FILTER (WHERE invoice.counts AND NOT invoice.on_time) AS late_count,
                   COALESCE(sum(CASE WHEN invoice.settled THEN invoice.settled_on ELSE %(date_to)s END
                       - invoice.due_date) FILTER (WHERE invoice.counts AND NOT invoice.on_time), 0) AS days_late,
                   sum(invoice.overdue_amount) AS overdue_amount
              FROM (%(invoices)s) invoice
          GROUP BY invoice.partner_id
            """,
            invoices=self._get_invoices_sql(scope),
            date_to=scope.date_to,
        )

    def _get_invoices_sql(self, scope):
        """Put the instalments of each invoice together.

        An invoice that a credit note cancelled as a whole (payment state "reversed") says nothing about how the
        customer pays.
        """
        return SQL(
            """
            SELECT instalment.partner_id,
                   instalment.due_date,
                   instalment.due_date BETWEEN %(date_from)s AND %(date_to)s AND NOT instalment.reversed AS counts,
                   bool_and(instalment.paid_by_due_date >= instalment.amount) AS on_time,
                   bool_and(instalment.paid >= instalment.amount) AS settled,
                   max(instalment.paid_on) AS settled_on,
                   sum(CASE WHEN instalment.paid >= instalment.amount THEN 0
                            WHEN instalment.amount = instalment.balance THEN instalment.amount - instalment.paid
                            ELSE round((instalment.amount - instalment.paid) * instalment.balance
                                / instalment.amount, %(decimals)s)
                       END) AS overdue_amount
              FROM (%(instalments)s) instalment
          GROUP BY instalment.move_id, instalment.partner_id, instalment.due_date, instalment.reversed
            """,
            instalments=self._get_instalments_sql(scope),
            date_from=scope.date_from,
            date_to=scope.date_to,
            decimals=scope.company.currency_id.decimal_places,
        )

    def _get_instalments_sql(self, scope):
        """Instalments that were due by the period's end, with what had been paid of them by then.

        Amounts are in the invoice's currency: what is open of a foreign invoice does not depend on when the
        exchange difference was booked. Of invoices due before the period only those matter that may have been
        open at its end: not reconciled now, or reconciled after it.
        """
        return SQL(
            """
            SELECT customer.commercial_partner_id AS partner_id,
                   move.id AS move_id,
                   move.invoice_date_due AS due_date,
                   move.payment_state = 'reversed' AS reversed,
                   line.amount_currency AS amount,
                   line.balance,
                   COALESCE(sum(part.debit_amount_currency), 0) AS paid,
                   COALESCE(sum(part.debit_amount_currency)
                       FILTER (WHERE part.max_date <= move.invoice_date_due), 0) AS paid_by_due_date,
                   max(part.max_date) FILTER (WHERE part.debit_amount_currency > 0) AS paid_on
              FROM account_move move
              JOIN account_move_line line ON line.move_id = move.id
                   %(customer)s
         LEFT JOIN account_partial_reconcile part ON part.debit_move_id = line.id AND part.max_date <= %(date_to)s
             WHERE move.company_id = %(company_id)s
               AND move.state = 'posted'
               AND move.move_type = 'out_invoice'
               AND move.invoice_date <= %(date_to)s
               AND move.amount_total_signed > 0
               AND line.display_type = 'payment_term'
               AND line.date_maturity <= %(date_to)s
               AND (
                   move.invoice_date_due >= %(date_from)s
                   OR line.reconciled IS NOT TRUE
                   OR EXISTS (
                       SELECT 1
                         FROM account_partial_reconcile later
                        WHERE later.debit_move_id = line.id AND later.max_date > %(date_to)s
                   )
               )
          GROUP BY customer.id, move.id, line.id
            """,
            customer=self._get_customer_join_sql(scope, SQL("move.commercial_partner_id")),
            company_id=scope.company.id,
            date_from=scope.date_from,
            date_to=scope.date_to,
        )

    def _get_collection_sql(self, scope):
        """What customers paid, less what was paid back, per customer: the receivable side of money entries.

        Registered payments and bank statement lines matched at once both credit the receivable account in a bank,
        cash or card journal; a statement line that only confirms a registered payment does not, so that money
        counts once. Exchange differences and write-offs of their own are in other journals.
        """
        return SQL(
            """
            SELECT customer.commercial_partner_id AS partner_id, -sum(line.balance) AS collected_amount
              FROM account_move_line line
                   %(customer)s
             WHERE line.company_id = %(company_id)s
               AND line.parent_state = 'posted'
               AND line.date BETWEEN %(date_from)s AND %(date_to)s
               AND line.account_id = ANY(%(account_ids)s)
               AND line.journal_id = ANY(%(journal_ids)s)
          GROUP BY customer.commercial_partner_id
            """,
            customer=self._get_customer_join_sql(scope, SQL("line.partner_id")),
            company_id=scope.company.id,
            date_from=scope.date_from,
            date_to=scope.date_to,
            account_ids=self._get_ids(SQL("SELECT id FROM account_account WHERE account_type = 'asset_receivable'")),
            journal_ids=self._get_ids(SQL("SELECT id FROM account_journal WHERE type IN ('bank', 'cash', 'credit')")),
        )

    def _get_ids(self, query):
        """Ids as literals: by their statistics PostgreSQL chooses well between its indexes and a whole scan."""
        return [row_id for (row_id,) in self.env.execute_query(query)]
