from odoo import models
from odoo.tools import SQL

from ..metrics.key_account_source import DIVISION_DECIMALS

PART_COLUMNS = {
    "on_time_count": "bigint",
    "late_count": "bigint",
    "days_late": "numeric",
    "due_amount": "numeric",
    "collected_amount": "numeric",
}


class KeyAccountSourcePayment(models.AbstractModel):
    """Measures how customers pay: invoices due in the period, overdue amounts at its end, and money received.

    All figures refer to the end of the period's last day. Payments, credit notes and cancellations with a later date
    are ignored, so that an evaluation of last year gives the same result whenever it runs.
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
        due_count = SQL("(pay.on_time_count + pay.late_count)")
        return SQL(
            """
            SELECT pay.partner_id,
                   pay.on_time_count,
                   pay.late_count,
                   %(on_time_pct)s AS on_time_pct,
                   %(average_days_late)s AS average_days_late,
                   pay.overdue_amount,
                   pay.collected_amount
              FROM (
                    SELECT part.partner_id,
                           COALESCE(sum(part.on_time_count), 0) AS on_time_count,
                           COALESCE(sum(part.late_count), 0) AS late_count,
                           COALESCE(sum(part.days_late), 0) AS days_late,
                           GREATEST(COALESCE(sum(part.due_amount), 0), 0) AS overdue_amount,
                           COALESCE(sum(part.collected_amount), 0) AS collected_amount
                      FROM (%(parts)s) part
                  GROUP BY part.partner_id
                   ) pay
            """,
            on_time_pct=self._get_percentage_sql(SQL("pay.on_time_count"), due_count),
            average_days_late=self._get_ratio_sql(SQL("pay.days_late"), due_count),
            parts=self._get_stacked_sql(
                [
                    (self._get_punctuality_sql(scope), ("on_time_count", "late_count", "days_late")),
                    (self._get_overdue_sql(scope), ("due_amount",)),
                    (self._get_collection_sql(scope), ("collected_amount",)),
                ],
                PART_COLUMNS,
            ),
        )

    def _get_punctuality_sql(self, scope):
        """Count per customer, as on time or late, the invoices with an instalment due in the period."""
        return SQL(
            """
            SELECT invoice.partner_id,
                   count(*) FILTER (WHERE NOT invoice.late) AS on_time_count,
                   count(*) FILTER (WHERE invoice.late) AS late_count,
                   sum(invoice.days_late) AS days_late
              FROM (%(invoices)s) invoice
          GROUP BY invoice.partner_id
            """,
            invoices=self._get_due_invoices_sql(scope),
        )

    def _get_due_invoices_sql(self, scope):
        """Combine the instalments of each invoice that fell due in the period.

        An invoice is late when one of its instalments is late; the days of each instalment are weighted by its share of
        the invoice.
        """
        return SQL(
            """
            SELECT instalment.partner_id,
                   bool_or(instalment.late) AS late,
                   round(sum(CASE WHEN instalment.late THEN instalment.amount
                       * (CASE WHEN instalment.settled THEN instalment.paid_on ELSE %(date_to)s END
                           - instalment.due_date) ELSE 0 END), %(precise)s) / instalment.total AS days_late
              FROM (%(instalments)s) instalment
          GROUP BY instalment.move_id, instalment.partner_id, instalment.total
            """,
            instalments=self._get_instalments_sql(scope),
            date_to=scope.date_to,
            precise=DIVISION_DECIMALS,
        )

    def _get_instalments_sql(self, scope):
        """Select instalments due in the period, with the amount paid by its end, in their currency.

        An invoice that credit notes had cancelled completely by then says nothing about how the customer pays.
        """
        return SQL(
            """
            SELECT customer.commercial_partner_id AS partner_id,
                   move.id AS move_id,
                   move.amount_total AS total,
                   line.amount_currency AS amount,
                   line.date_maturity AS due_date,
                   COALESCE(sum(part.debit_amount_currency), 0) >= line.amount_currency AS settled,
                   COALESCE(sum(part.debit_amount_currency)
                       FILTER (WHERE part.max_date <= line.date_maturity), 0) < line.amount_currency AS late,
                   max(part.max_date) FILTER (WHERE part.debit_amount_currency > 0) AS paid_on
              FROM account_move move
              JOIN account_move_line line ON line.move_id = move.id
                   %(customer)s
         LEFT JOIN account_partial_reconcile part ON part.debit_move_id = line.id AND part.max_date <= %(date_to)s
             WHERE move.company_id = %(company_id)s
               AND move.state = 'posted'
               AND move.move_type = 'out_invoice'
               AND move.invoice_date <= %(date_to)s
               AND move.amount_total > 0
               AND line.display_type = 'payment_term'
               AND line.date_maturity BETWEEN %(date_from)s AND %(date_to)s
               AND (move.payment_state IS DISTINCT FROM 'reversed' OR %(credited_later)s)
          GROUP BY customer.id, move.id, line.id
            """,
            customer=self._get_customer_join_sql(scope, SQL("move.commercial_partner_id")),
            credited_later=self._get_credited_later_sql(scope),
            company_id=scope.company.id,
            date_from=scope.date_from,
            date_to=scope.date_to,
        )

    def _get_credited_later_sql(self, scope):
        """Return the condition that an invoice was cancelled after the period: at its end it still counted.

        It only runs for cancelled invoices, by an index: PostgreSQL cannot plan scalar subqueries as other joins.
        """
        return SQL(
            """
            (
                SELECT max((
                           SELECT max(later.max_date)
                             FROM account_partial_reconcile later
                            WHERE later.debit_move_id = own.id
                       ))
                  FROM account_move_line own
                 WHERE own.move_id = move.id
            ) > %s
            """,
            scope.date_to,
        )

    def _get_overdue_sql(self, scope):
        """Select open amounts due by the period's end, less the customer's credits.

        This is the definition of ``key_account_exposure_overdue``, on that day.
        """
        exposure = self.env["key.account.exposure"]
        return SQL(
            """
            SELECT item.partner_id,
                   sum(item.amount) FILTER (WHERE item.amount < 0 OR item.due_date <= %(date_to)s) AS due_amount
              FROM (%(items)s) item
          GROUP BY item.partner_id
            """,
            date_to=scope.date_to,
            items=exposure._get_open_items_sql(
                scope.company, scope.date_to, exposure._get_narrowed_sql(scope.partner_ids)
            ),
        )

    def _get_collection_sql(self, scope):
        """Select payments less repayments per customer: the receivable side of money entries.

        Registered payments and directly matched bank statement lines both credit the receivable account in a bank,
        cash or card journal. A statement line that only confirms a registered payment does not, so that money counts
        once. Exchange differences and separate write-offs are in other journals.
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
        """Return ids as literals: PostgreSQL uses their statistics to choose between its indexes and a full scan."""
        return [row_id for (row_id,) in self.env.execute_query(query)]
