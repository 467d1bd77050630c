from odoo import api, models
from odoo.tools import SQL

# Ratios are rounded half up to this many decimals. Dividends get far more digits before the division, so that
# rounding happens once.
RATIO_DECIMALS = 12
DIVISION_DECIMALS = 40


class KeyAccountSource(models.AbstractModel):
    """The interface and the shared SQL of all sources of metrics.

    Another addon adds a source in three steps: extend the selection ``source`` of ``key.account.metric``,
    define ``key.account.source.<source>`` that inherits this model and implements ``_get_metric_codes`` and
    ``_get_facts_sql``, and ship metric records with that source. ``docs/reference/metrics.md`` has a complete example.
    """

    _name = "key.account.source"
    _description = "Source of Key Account Metrics"

    # Whether the source implements ``_get_prospects_sql``: customers that may be evaluated without business.
    _offers_prospects = False

    @api.model
    def _get_metric_codes(self):
        """Return the codes of the metrics that this source fills: the columns of its statement.

        :rtype: list[str]
        """
        raise NotImplementedError

    @api.model
    def _get_zero_codes(self):
        """Return the codes whose value is zero, and not missing, for a customer that is absent from the statement.

        These are sums and counts of documents: no document means zero.

        :rtype: list[str]
        """
        return []

    @api.model
    def _get_facts_sql(self, scope):
        """Return the facts of every customer in this source, as one statement.

        For a whole company it runs without nested loops (``planned_for_many``), since PostgreSQL cannot know how many
        customers a part of it returns: join by equality, so that a hash join is possible.

        :param scope: ``CollectionScope`` (company, date_from, date_to, partner_ids or None for all customers)
        :return: ``odoo.tools.SQL`` of a SELECT that yields ``partner_id`` (commercial partner) once,
            and one column per metric code that this source fills: numeric or text, NULL when missing
        """
        raise NotImplementedError

    @api.model
    def _get_notices(self, scope):
        """Return notices for the user about what this source counts in the period, as translated sentences.

        :rtype: list[str]
        """
        return []

    @api.model
    def _get_prospects_sql(self, scope):
        """Return the customers that may be evaluated without business; for sources that offer prospects.

        :param scope: as for ``_get_facts_sql``
        :return: ``odoo.tools.SQL`` of a SELECT of ``partner_id`` (commercial partner); customers with business may be
            included
        """
        raise NotImplementedError

    # ------------------------------------------------------------------------------------------------------------
    # Pieces of statements
    # ------------------------------------------------------------------------------------------------------------

    @api.model
    def _get_customer_join_sql(self, scope, column):
        """Join ``customer``, the contact in ``column``; facts belong to ``customer.commercial_partner_id``.

        Documents keep the commercial partner of their day. If it has got a parent since, the whole history moves to the
        parent.
        """
        narrowed = SQL()
        if scope.partner_ids is not None:
            narrowed = SQL("AND customer.commercial_partner_id = ANY(%s)", list(scope.partner_ids))
        return SQL("JOIN res_partner customer ON customer.id = %s %s", column, narrowed)

    @api.model
    def _get_invoices_sql(self):
        """Return the facts of the invoice source as a table of the same query.

        For statements that need, for example, the ``revenue`` of the period: the collector puts that source before all
        others.
        """
        return self.env["key.account.collector"]._get_alias("invoice")

    @api.model
    def _get_stacked_sql(self, parts, columns):
        """Return the union of the statements, NULL where one lacks a column: callers add up the rows per customer.

        Not a join: PostgreSQL can only guess how many customers a grouped statement returns, and takes a nested loop
        where it guesses a small number.

        :param parts: ``[(statement, names of its columns)]``, each a SELECT of ``partner_id`` and these columns
        :param columns: ``{name: SQL type}`` of all columns
        """
        return SQL(" UNION ALL ").join(
            SQL(
                "SELECT part.partner_id, %s FROM (%s) part",
                SQL(", ").join(
                    SQL("part.%s", SQL.identifier(name))
                    if name in names
                    else SQL("NULL::%s AS %s", SQL(column_type), SQL.identifier(name))
                    for name, column_type in columns.items()
                ),
                statement,
            )
            for statement, names in parts
        )

    @api.model
    def _get_ratio_sql(self, dividend, divisor, factor=1):
        """Return ``dividend × factor ÷ divisor``, rounded half up; NULL when the divisor is not positive."""
        return SQL(
            "CASE WHEN %(divisor)s > 0"
            " THEN round(round(%(dividend)s * %(factor)s, %(precise)s) / %(divisor)s, %(decimals)s) END",
            dividend=dividend,
            divisor=divisor,
            factor=factor,
            precise=DIVISION_DECIMALS,
            decimals=RATIO_DECIMALS,
        )

    @api.model
    def _get_percentage_sql(self, dividend, divisor):
        """Return ``dividend × 100 ÷ divisor``, rounded half up; NULL when the divisor is not positive."""
        return self._get_ratio_sql(dividend, divisor, factor=100)
