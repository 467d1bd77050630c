from odoo import models
from odoo.tools import SQL

from .source_invoice_line import InvoiceLines

# A corrected invoice follows its reversal within this number of days.
DAYS_TO_REWRITE = 7
DOCUMENT_COLUMNS = {
    "document_count": "bigint",
    "revenue": "numeric",
    "revenue_previous": "numeric",
    "invoiced": "numeric",
    "invoice_count": "bigint",
    "largest_invoice": "numeric",
    "last_invoice_date": "date",
    "first_invoice_date": "date",
    "active_months": "bigint",
}
# Returned value, the part of it that invoices deducted themselves, and the cost of goods.
LINE_COLUMNS = {"returned": "numeric", "taken_off": "numeric", "cost": "numeric"}
PART_COLUMNS = {**DOCUMENT_COLUMNS, **LINE_COLUMNS, "incentive_cost": "numeric"}


class KeyAccountSourceInvoice(models.AbstractModel):
    """Posted customer invoices and credit notes, by their invoice date, in company currency at their own rate."""

    _name = "key.account.source.invoice"
    _inherit = ["key.account.source"]
    _description = "Key Account Metrics from Invoices"

    def _get_metric_codes(self):
        return [
            "revenue",
            "revenue_previous",
            "revenue_growth",
            "growth_pct",
            "average_month",
            "average_month_since_first",
            "average_day",
            "margin",
            "margin_pct",
            "invoice_count",
            "active_months",
            "largest_invoice_share_pct",
            "days_since_last_invoice",
            "return_rate_pct",
            "customer_years",
            "incentive_cost",
            "margin_after_incentives",
        ]

    def _get_zero_codes(self):
        return [
            "revenue",
            "revenue_previous",
            "average_month",
            "average_day",
            "margin",
            "invoice_count",
            "active_months",
            "incentive_cost",
            "margin_after_incentives",
        ]

    def _get_facts_sql(self, scope):
        """Return the facts; besides the metrics, ``document_count`` marks customers with business in the period."""
        growth = SQL("(total.revenue - total.revenue_previous)")
        return SQL(
            """
            SELECT total.partner_id,
                   total.document_count,
                   total.revenue,
                   total.revenue_previous,
                   CASE WHEN total.revenue_previous > 0 THEN %(growth)s END AS revenue_growth,
                   %(growth_pct)s AS growth_pct,
                   %(average_month)s AS average_month,
                   CASE WHEN total.first_invoice_date IS NOT NULL THEN %(average_month_since_first)s END
                       AS average_month_since_first,
                   %(average_day)s AS average_day,
                   total.margin,
                   %(margin_pct)s AS margin_pct,
                   total.invoice_count,
                   total.active_months,
                   %(largest_invoice_share_pct)s AS largest_invoice_share_pct,
                   %(date_to)s::date - total.last_invoice_date AS days_since_last_invoice,
                   %(return_rate_pct)s AS return_rate_pct,
                   -- The period ends with its last day, so that a full calendar year is a year.
                   extract(year FROM age(%(date_to)s::date + 1, total.first_invoice_date)) AS customer_years,
                   total.incentive_cost,
                   total.margin - total.incentive_cost AS margin_after_incentives
              FROM (%(totals)s) total
            """,
            totals=self._get_totals_sql(scope),
            date_to=scope.date_to,
            growth=growth,
            growth_pct=self._get_percentage_sql(growth, SQL("total.revenue_previous")),
            average_month=self._get_average_month_sql(scope, scope.date_from),
            average_month_since_first=self._get_average_month_sql(
                scope, SQL("GREATEST(total.first_invoice_date, %s::date)", scope.date_from)
            ),
            average_day=self._get_ratio_sql(SQL("total.revenue"), SQL("%s", scope.day_count)),
            margin_pct=self._get_percentage_sql(SQL("total.margin"), SQL("total.revenue")),
            largest_invoice_share_pct=self._get_percentage_sql(SQL("total.largest_invoice"), SQL("total.revenue")),
            return_rate_pct=self._get_percentage_sql(SQL("total.returned"), SQL("total.sold")),
        )

    def _get_average_month_sql(self, scope, since):
        """Return revenue ÷ months since a day.

        A period that is not made of whole months counts by its days, with 365 ÷ 12 days per month: otherwise two weeks
        across the turn of a month would count as two months.
        """
        if not scope.is_whole_months:
            days = SQL("12 * (%s::date - %s::date + 1)", scope.date_to, since)
            return self._get_ratio_sql(SQL("total.revenue"), SQL("(%s)", days), factor=365)
        last = 12 * scope.date_to.year + scope.date_to.month
        first = SQL("(12 * extract(year FROM %(since)s::date) + extract(month FROM %(since)s::date))", since=since)
        return self._get_ratio_sql(SQL("total.revenue"), SQL("(%s - %s + 1)", last, first))

    def _get_totals_sql(self, scope):
        """Return the sums of documents, lines and incentives per customer, for each customer with any of them."""
        return SQL(
            """
            SELECT part.partner_id,
                   COALESCE(sum(part.document_count), 0) AS document_count,
                   COALESCE(sum(part.revenue), 0) AS revenue,
                   COALESCE(sum(part.revenue_previous), 0) AS revenue_previous,
                   COALESCE(sum(part.invoiced), 0) + COALESCE(sum(part.taken_off), 0) AS sold,
                   COALESCE(sum(part.invoice_count), 0) AS invoice_count,
                   max(part.largest_invoice) AS largest_invoice,
                   max(part.last_invoice_date) AS last_invoice_date,
                   min(part.first_invoice_date) AS first_invoice_date,
                   COALESCE(sum(part.active_months), 0) AS active_months,
                   COALESCE(sum(part.returned), 0) AS returned,
                   round(COALESCE(sum(part.revenue), 0) - COALESCE(sum(part.cost), 0), %(decimals)s) AS margin,
                   COALESCE(sum(part.incentive_cost), 0) AS incentive_cost
              FROM (%(parts)s) part
          GROUP BY part.partner_id
            """,
            parts=self._get_stacked_sql(self._get_parts(scope), PART_COLUMNS),
            decimals=scope.company.currency_id.decimal_places,
        )

    def _get_parts(self, scope):
        """Return the parts that the totals are added up from; an extension adds its own.

        :return: ``[(statement, its columns)]``: each a SELECT of ``partner_id`` and some of ``PART_COLUMNS``, any
            number of rows per customer
        """
        invoice_ids, credit_note_ids = self._get_rewritten(scope)
        return [
            (self._get_documents_sql(scope, invoice_ids), DOCUMENT_COLUMNS),
            (InvoiceLines(self, scope).get_sums_sql(credit_note_ids), LINE_COLUMNS),
            *self._get_incentive_parts(scope),
        ]

    def _get_incentive_parts(self, scope):
        """Return what customers received beside the margin, as in ``_get_parts``. Hook of the room of awards: none."""
        return []

    def _get_documents_sql(self, scope, rewritten_ids):
        """Read the documents up to the period's end in one pass: the period, the one before, the first and the last.

        :param rewritten_ids: ids of invoices that were issued anew, and do not count as invoices
        """
        previous_from, previous_to = scope.previous_period
        return SQL(
            """
            SELECT customer.commercial_partner_id AS partner_id,
                   count(*) FILTER (WHERE move.invoice_date >= %(date_from)s) AS document_count,
                   sum(move.amount_untaxed_signed) FILTER (WHERE move.invoice_date >= %(date_from)s) AS revenue,
                   sum(move.amount_untaxed_signed) FILTER (
                       WHERE move.invoice_date BETWEEN %(previous_from)s AND %(previous_to)s
                   ) AS revenue_previous,
                   sum(move.amount_untaxed_signed) FILTER (WHERE %(invoice_of_period)s) AS invoiced,
                   count(*) FILTER (WHERE %(invoice_of_period)s) AS invoice_count,
                   max(move.amount_untaxed_signed) FILTER (WHERE %(invoice_of_period)s) AS largest_invoice,
                   max(move.invoice_date) FILTER (WHERE move.move_type = 'out_invoice') AS last_invoice_date,
                   min(move.invoice_date) FILTER (WHERE move.move_type = 'out_invoice') AS first_invoice_date,
                   count(DISTINCT date_trunc('month', move.invoice_date::timestamp))
                       FILTER (WHERE %(invoice_of_period)s) AS active_months
              FROM account_move move
                   %(customer)s
             WHERE move.company_id = %(company_id)s
               AND move.state = 'posted'
               AND move.move_type IN ('out_invoice', 'out_refund')
               AND move.invoice_date <= %(date_to)s
          GROUP BY customer.commercial_partner_id
            """,
            customer=self._get_customer_join_sql(scope, SQL("move.commercial_partner_id")),
            invoice_of_period=SQL(
                "move.invoice_date >= %s AND move.move_type = 'out_invoice' AND %s",
                scope.date_from,
                self._get_valid_sql(rewritten_ids),
            ),
            company_id=scope.company.id,
            date_from=scope.date_from,
            date_to=scope.date_to,
            previous_from=previous_from,
            previous_to=previous_to,
        )

    def _get_customers_sql(self, scope):
        """Return only the customers with an invoice or credit note in the period."""
        return SQL(
            """
            SELECT DISTINCT customer.commercial_partner_id AS partner_id
              FROM (
                    SELECT DISTINCT commercial_partner_id
                      FROM account_move
                     WHERE company_id = %(company_id)s
                       AND state = 'posted'
                       AND move_type IN ('out_invoice', 'out_refund')
                       AND invoice_date BETWEEN %(date_from)s AND %(date_to)s
                   ) move
                   %(customer)s
            """,
            customer=self._get_customer_join_sql(scope, SQL("move.commercial_partner_id")),
            company_id=scope.company.id,
            date_from=scope.date_from,
            date_to=scope.date_to,
        )

    # -------------------------------------------------------------------------
    # Invoices that were reversed and issued anew: the first one and its credit note correct a mistake. They are neither
    # a purchase nor a return.
    # -------------------------------------------------------------------------

    def _get_rewritten(self, scope):
        """Return the credit notes of the period that cancelled an invoice which was issued anew by the period's end.

        Odoo keeps no link from the new invoice to the old one. So the new one is recognized by its content: an invoice
        to the same customer with some of the same goods, entered after a credit note for all of the old one, and dated
        at most a week after that credit note.

        Each invoice is looked up by index, in a scalar subquery: no join whose size could be guessed wrong.

        :return: ids of the cancelled invoices, and of their credit notes
        :rtype: tuple[list[int], list[int]]
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT old.id, credit.id
                  FROM account_move credit
                       %(customer)s
                  JOIN account_move old ON old.id = credit.reversed_entry_id
                 WHERE credit.company_id = %(company_id)s
                   AND credit.state = 'posted'
                   AND credit.move_type = 'out_refund'
                   AND credit.invoice_date BETWEEN %(date_from)s AND %(date_to)s
                   AND old.state = 'posted'
                   AND old.move_type = 'out_invoice'
                   AND old.currency_id = credit.currency_id
                   AND old.amount_total = credit.amount_total
                   AND (%(anew)s) IS NOT NULL
                """,
                customer=self._get_customer_join_sql(scope, SQL("credit.commercial_partner_id")),
                anew=self._get_anew_sql(scope),
                company_id=scope.company.id,
                date_from=scope.date_from,
                date_to=scope.date_to,
            )
        )
        return [invoice_id for invoice_id, _credit_id in rows], [credit_id for _invoice_id, credit_id in rows]

    def _get_anew_sql(self, scope):
        """Return the invoice that replaced ``old`` after ``credit``."""
        return SQL(
            """
            SELECT anew.id
              FROM account_move anew
             WHERE anew.commercial_partner_id = credit.commercial_partner_id
               AND anew.company_id = credit.company_id
               AND anew.state = 'posted'
               AND anew.move_type = 'out_invoice'
               AND anew.invoice_date BETWEEN old.invoice_date
                   AND LEAST(credit.invoice_date + %(days)s, %(date_to)s::date)
               AND anew.id > credit.id
               AND (
                    SELECT first.id
                      FROM account_move_line first
                      JOIN account_move_line second
                        ON second.move_id = anew.id
                       AND second.display_type = 'product'
                       AND second.product_id IS NOT DISTINCT FROM first.product_id
                     WHERE first.move_id = old.id AND first.display_type = 'product'
                     LIMIT 1
                   ) IS NOT NULL
             LIMIT 1
            """,
            days=DAYS_TO_REWRITE,
            date_to=scope.date_to,
        )

    def _get_valid_sql(self, invoice_ids):
        """Return the condition that ``move`` is none of the invoices that were issued anew."""
        return SQL("NOT (move.id = ANY(%s::int[]))", list(invoice_ids)) if invoice_ids else SQL("TRUE")
