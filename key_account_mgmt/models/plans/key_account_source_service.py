from odoo import fields, models
from odoo.tools import SQL

from ..metrics.key_account_source import DIVISION_DECIMALS
from ..shared.numbers import exact_text

SECONDS_PER_HOUR = 3600


class KeyAccountMetric(models.Model):
    _inherit = "key.account.metric"  # pylint: disable=consider-merging-classes-inherited

    source = fields.Selection(selection_add=[("service", "Cost to Serve")], ondelete={"service": "cascade"})


class KeyAccountSourceService(models.AbstractModel):
    """What it costs to serve a customer beside the goods, and what is left of the margin after that.

    Work is measured in seconds up to the end, so that hours and money are rounded once.
    """

    _name = "key.account.source.service"
    _inherit = ["key.account.source"]
    _description = "Key Account Metrics from the Cost to Serve"

    def _get_metric_codes(self):
        return ["service_hours", "cost_to_serve", "cost_to_serve_pct", "contribution", "contribution_rate_pct"]

    def _get_zero_codes(self):
        return ["service_hours", "cost_to_serve", "contribution"]

    def _get_facts_sql(self, scope):
        """Whoever was invoiced or served: without work and costs, all of the margin is left."""
        return SQL(
            """
            SELECT served.partner_id,
                   served.service_hours,
                   served.cost_to_serve,
                   %(cost_pct)s AS cost_to_serve_pct,
                   served.margin - served.cost_to_serve AS contribution,
                   %(contribution_pct)s AS contribution_rate_pct
              FROM (
                    SELECT COALESCE(invoiced.partner_id, service.partner_id) AS partner_id,
                           COALESCE(invoiced.revenue, 0) AS revenue,
                           COALESCE(invoiced.margin, 0) AS margin,
                           COALESCE(service.hours, 0) AS service_hours,
                           COALESCE(service.cost, 0) AS cost_to_serve
                      FROM %(invoices)s invoiced
                 FULL JOIN (%(services)s) service ON service.partner_id = invoiced.partner_id
                   ) served
            """,
            cost_pct=self._get_percentage_sql(SQL("served.cost_to_serve"), SQL("served.margin")),
            contribution_pct=self._get_percentage_sql(
                SQL("(served.margin - served.cost_to_serve)"), SQL("served.revenue")
            ),
            invoices=self._get_invoices_sql(),
            services=self._get_services_sql(scope),
        )

    def _get_services_sql(self, scope):
        """Hours, and what they and the entered costs come to in company currency, per customer."""
        return SQL(
            """
            SELECT service.partner_id,
                   %(hours)s AS hours,
                   round(
                       round(sum(service.seconds) * %(rate)s, %(precise)s) / %(hour)s + sum(service.cost), %(decimals)s
                   ) AS cost
              FROM (
                    SELECT work.partner_id, work.seconds, 0 AS cost FROM (%(works)s) work
                 UNION ALL
                    SELECT entered.partner_id, 0 AS seconds, entered.cost FROM (%(costs)s) entered
                   ) service
          GROUP BY service.partner_id
            """,
            hours=self._get_ratio_sql(SQL("sum(service.seconds)"), SQL("%s", SECONDS_PER_HOUR)),
            rate=SQL("%s::numeric", exact_text(scope.company.key_account_hour_cost)),
            precise=DIVISION_DECIMALS,
            hour=SECONDS_PER_HOUR,
            decimals=scope.company.currency_id.decimal_places,
            works=self._get_works_sql(scope),
            costs=self._get_entered_costs_sql(scope),
        )

    def _get_works_sql(self, scope):
        """``partner_id`` (commercial partner) and ``seconds`` of everything that was done for customers."""
        return SQL(" UNION ALL ").join(self._get_work_statements(scope))

    def _get_work_statements(self, scope):
        """One statement for each kind of work that the installed modules know. Extend it to add others.

        :return: list of ``odoo.tools.SQL``, each a SELECT of ``partner_id`` and ``seconds`` (numeric), any number of
            rows per customer
        """
        return []

    def _get_entered_costs_sql(self, scope):
        return SQL(
            """
            SELECT customer.commercial_partner_id AS partner_id, entry.amount AS cost
              FROM key_account_service_cost entry
                   %(customer)s
             WHERE entry.company_id = %(company_id)s
               AND entry.date BETWEEN %(date_from)s AND %(date_to)s
            """,
            customer=self._get_customer_join_sql(scope, SQL("entry.partner_id")),
            company_id=scope.company.id,
            date_from=scope.date_from,
            date_to=scope.date_to,
        )

    def _get_notices(self, scope):
        """That hours cost nothing, as long as nobody has said what an hour costs."""
        notices = super()._get_notices(scope)
        if not scope.company.key_account_hour_cost and self._has_work(scope):
            notices.append(
                self.env._(
                    "People worked for customers in the period, but %(company)s has no cost of an hour: these hours"
                    " cost nothing. Enter it under Settings / Sales / Key Accounts.",
                    company=scope.company.display_name,
                )
            )
        return notices

    def _has_work(self, scope):
        works = SQL("SELECT EXISTS (SELECT 1 FROM (%s) work WHERE work.seconds <> 0)", self._get_works_sql(scope))
        [[has_work]] = self.env.execute_query(works)
        return has_work
