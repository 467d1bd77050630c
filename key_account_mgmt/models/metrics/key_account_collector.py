from contextlib import nullcontext
from decimal import Decimal
from itertools import count

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.misc import split_every

from ...rules import FactBatch
from ..shared.statements import planned_for_many
from .key_account_metric import UNCOLLECTED_SOURCES

# Up to this number, customers are found one by one through indexes; above it, reading all customers at once is faster.
FEW_CUSTOMERS = 1000
_cursor_numbers = count(1)


def parse_facts(facts, choices=()):
    """Return collected or stored facts in the form that the decision core reads.

    :param dict facts: numbers as text by metric code, as returned by the collector
    :param choices: codes of the metrics of kind choice, whose values stay text
    :return: ``{code: Decimal | str}``; missing values and numbers that are not finite are left out
    """
    values = {}
    for code, value in facts.items():
        if value is None:
            continue
        if code in choices:
            values[code] = value
        elif (number := Decimal(value)).is_finite():
            values[code] = number
    return values


class KeyAccountCollector(models.AbstractModel):
    """Joins the facts of all sources about the customers of a company in a period.

    The statements read documents directly, whatever the reader's own rights: callers check that the user may
    evaluate customers.
    """

    _name = "key.account.collector"
    _description = "Collector of Key Account Facts"

    # Customers per batch: enough that the statements cost little, few enough that memory stays flat.
    _batch_size = 2000

    @api.model
    def _get_facts_query(self, scope):
        """Return all facts of the population as one statement, so that they need not pass through Python.

        Pending changes are written first: run the statement before changing documents. Execute it within ``_planned``.

        :param CollectionScope scope: company, period and population
        :return: ``odoo.tools.SQL`` of a SELECT of ``partner_id`` and ``facts`` (jsonb), one row per customer; numbers
            are exact text without trailing zeros; a missing value has no key
        """
        self._check_scope(scope)
        self.env.flush_all()
        metrics_by_source = self._get_metrics_by_source()
        return SQL(
            "WITH %(sources)s SELECT population.partner_id, %(facts)s AS facts"
            " FROM (%(population)s) population %(joins)s",
            sources=SQL(", ").join(
                SQL("%s AS (%s)", self._get_alias(source), self._get_source(source)._get_facts_sql(scope))
                for source in metrics_by_source
            ),
            facts=self._get_json_sql(metrics_by_source),
            population=self._get_population_sql(scope),
            joins=SQL(" ").join(
                SQL(
                    "LEFT JOIN %(alias)s ON %(alias)s.partner_id = population.partner_id", alias=self._get_alias(source)
                )
                for source in metrics_by_source
            ),
        )

    @api.model
    def _collect(self, scope):
        """Yield ``(partner_id, {code: Decimal | str})`` per customer, without holding all customers in memory."""
        choices = self._get_choice_codes()
        for rows in self._fetch_batches(scope, self._get_facts_query(scope)):
            for partner_id, facts in rows:
                yield partner_id, parse_facts(facts, choices)

    @api.model
    def _count(self, scope):
        """Return the number of customers in the population; fast enough to call while a user fills in a form."""
        customers = self._get_quick_sql(scope)
        with self._planned(scope):
            [[number]] = self.env.execute_query(SQL("SELECT count(*) FROM (%s) population", customers))
        return number

    @api.model
    def _get_customer_ids(self, scope):
        """Return the commercial partners of the population, without their facts.

        :rtype: list[int]
        """
        customers = self._get_quick_sql(scope)
        with self._planned(scope):
            rows = self.env.execute_query(SQL("SELECT partner_id FROM (%s) population ORDER BY partner_id", customers))
        return [partner_id for [partner_id] in rows]

    def _get_quick_sql(self, scope):
        """Return the population as a statement that does not need the facts."""
        self._check_scope(scope)
        self.env.flush_all()
        if not scope.with_business_only:
            return self._get_population_sql(scope)
        return self._add_prospects(scope, self._get_source("invoice")._get_customers_sql(scope))

    @api.model
    def _get_choice_codes(self):
        """Return the codes of the metrics whose values are options, for ``parse_facts``."""
        metrics = self.env["key.account.metric"].with_context(active_test=False)
        return frozenset(metrics.search([("kind", "=", "choice")]).mapped("code"))

    # ------------------------------------------------------------------------------------------------------------
    # Statements
    # ------------------------------------------------------------------------------------------------------------

    def _get_population_sql(self, scope):
        """Return the customers with an invoice or credit note in the period, or exactly the requested partners."""
        if scope.with_business_only:
            invoiced = SQL("SELECT partner_id FROM %s WHERE document_count > 0", self._get_alias("invoice"))
            return self._add_prospects(scope, invoiced)
        return SQL("SELECT id AS partner_id FROM res_partner WHERE id = ANY(%s)", list(scope.partner_ids or ()))

    def _add_prospects(self, scope, customers):
        """Return the statement ``customers``, with the prospects if the scope includes them."""
        if not scope.with_prospects:
            return customers
        sources = self._get_prospect_sources()
        if scope.prospect_sources is not None:
            sources &= scope.prospect_sources
        prospects = [self._get_source(source)._get_prospects_sql(scope) for source in sorted(sources)]
        return SQL(" UNION ").join([customers, *prospects])

    @api.model
    def _get_prospect_sources(self, metrics=None):
        """Return the sources that offer prospects: all, or those of the given metrics.

        :param metrics: ``key.account.metric`` records
        :rtype: set[str]
        """
        if metrics is None:
            metrics = self.env["key.account.metric"].union(*self._get_metrics_by_source().values())
        sources = set(metrics.filtered("is_available").mapped("source")) - set(UNCOLLECTED_SOURCES)
        return {source for source in sources if self._get_source(source)._offers_prospects}

    def _get_json_sql(self, metrics_by_source):
        """Build the JSON from two lists of texts.

        PostgreSQL takes nearly twice as long for an object of single keys and values.
        """
        values = {
            metric.code: self._get_value_sql(metric, metric.code in zero_codes)
            for source, metrics in metrics_by_source.items()
            for zero_codes in [self._get_source(source)._get_zero_codes()]
            for metric in metrics
        }
        return SQL(
            "jsonb_strip_nulls(jsonb_object(%s::text[], ARRAY[%s]::text[]))",
            list(values),
            SQL(", ").join(values.values()),
        )

    def _get_value_sql(self, metric, is_zero_without_documents):
        """Return the exact text of a number; "not a number", which a broken document can hold, counts as missing."""
        column = SQL("%s.%s", self._get_alias(metric.source), SQL.identifier(metric.code))
        if metric.kind == "choice":
            return SQL("%s::text", column)
        if is_zero_without_documents:
            column = SQL("COALESCE(%s, 0)", column)
        return SQL("trim_scale(NULLIF(%s::numeric, 'NaN'))::text", column)

    # ------------------------------------------------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------------------------------------------------

    @api.model
    def _planned(self, scope):
        """Return the context manager in which to execute statements about ``scope``: see ``planned_for_many``."""
        is_few = scope.partner_ids is not None and len(scope.partner_ids) <= FEW_CUSTOMERS
        return nullcontext() if is_few else planned_for_many(self.env.cr)

    def _check_scope(self, scope):
        if scope.date_from > scope.date_to:
            raise UserError(
                self.env._(
                    "The period from %(date_from)s to %(date_to)s ends before it begins. Correct its dates.",
                    date_from=scope.date_from,
                    date_to=scope.date_to,
                )
            )

    def _get_metrics_by_source(self):
        """Return the metrics to collect, archived ones too: an active rule set may still use them.

        Metrics of parts that are switched off are not collected, and have no values.

        :return: ``{source: key.account.metric records}``; the source of invoices first, since it determines the
            population
        """
        metrics = (
            self.env["key.account.metric"]
            .with_context(active_test=False)
            .search([("source", "not in", UNCOLLECTED_SOURCES), ("is_available", "=", True)])
        )
        return {"invoice": metrics.browse(), **metrics.grouped("source")}

    def _get_source(self, source):
        return self.env[f"key.account.source.{source}"]

    def _get_alias(self, source):
        return SQL.identifier(f"source_{source}")

    def _fetch_batches(self, scope, query):
        """Yield the rows of a statement in batches, through a database cursor that ends with the transaction."""
        name = SQL.identifier(f"key_account_facts_{next(_cursor_numbers)}")
        with self._planned(scope):
            self.env.cr.execute(SQL("DECLARE %s NO SCROLL CURSOR FOR %s", name, query))
        while rows := self.env.execute_query(SQL("FETCH FORWARD %s FROM %s", self._batch_size, name)):
            yield rows
        self.env.cr.execute(SQL("CLOSE %s", name))

    # -------------------------------------------------------------------------
    # Facts in the form that the decision core reads, for callers that decide without storing them
    # -------------------------------------------------------------------------

    @api.model
    def _collect_batches(self, scope, codes):
        """Return batches of only the metrics that the rules use, so that a big company fits into memory.

        :param codes: codes of the metrics
        :return: batches with customers as keys, and each customer's revenue in the same order
        """
        batches, revenues = [], {}
        for batch in split_every(self._batch_size, self._collect(scope)):
            revenues.update((partner_id, facts.get("revenue") or Decimal(0)) for partner_id, facts in batch)
            keys = [partner_id for partner_id, _facts in batch]
            batches.append(FactBatch(keys, {code: [facts.get(code) for _key, facts in batch] for code in codes}))
        return batches, revenues

    # -------------------------------------------------------------------------
    # Notices about the data, for the user to read before evaluating
    # -------------------------------------------------------------------------

    @api.model
    def _get_notices(self, scope, metrics=()):
        """Return notices about the data of the period for the user, as translated sentences.

        :param metrics: ``key.account.metric`` records that the rules use: the notices of their sources are included
        :rtype: list[str]
        """
        self._check_scope(scope)
        self.env.flush_all()
        sources = sorted({metric.source for metric in metrics if metric.is_available}.difference(UNCOLLECTED_SOURCES))
        return self._get_rate_notices(scope) + [
            notice for source in sources for notice in self._get_source(source)._get_notices(scope)
        ]

    def _get_rate_notices(self, scope):
        with self._planned(scope):
            rows = self.env.execute_query(self._get_unrated_sql(scope))
        return [
            self.env._(
                "%(count)s invoices or credit notes of the period are in %(currency)s, for which %(company)s has no"
                " exchange rate on or before their date. Odoo converted them at a later rate, or one to one. Enter"
                " the rates, correct these documents and evaluate again.",
                count=number,
                currency=currency,
                company=scope.company.display_name,
            )
            for currency, number in rows
        ]

    def _get_unrated_sql(self, scope):
        """Return the currencies without a rate on the day of a document of the period, with the number of documents."""
        return SQL(
            """
            SELECT currency.name, count(*)
              FROM account_move move
                   %(customer)s
              JOIN res_currency currency ON currency.id = move.currency_id
         LEFT JOIN (
                    SELECT currency_id, min(name) AS first_date
                      FROM res_currency_rate
                     WHERE company_id IS NULL OR company_id = %(root_company_id)s
                  GROUP BY currency_id
                   ) rate ON rate.currency_id = move.currency_id
             WHERE move.company_id = %(company_id)s
               AND move.state = 'posted'
               AND move.move_type IN ('out_invoice', 'out_refund')
               AND move.invoice_date BETWEEN %(date_from)s AND %(date_to)s
               AND move.currency_id <> %(currency_id)s
               AND (rate.first_date IS NULL OR rate.first_date > move.invoice_date)
          GROUP BY currency.name
          ORDER BY currency.name
            """,
            customer=self._get_source("invoice")._get_customer_join_sql(scope, SQL("move.commercial_partner_id")),
            company_id=scope.company.id,
            root_company_id=scope.company.root_id.id,
            currency_id=scope.company.currency_id.id,
            date_from=scope.date_from,
            date_to=scope.date_to,
        )
