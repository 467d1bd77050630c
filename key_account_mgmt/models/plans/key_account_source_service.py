from odoo import models
from odoo.tools import SQL

from ..metrics.key_account_source import DIVISION_DECIMALS
from ..shared.numbers import exact_text

SECONDS_PER_HOUR = 3600


class KeyAccountSourceService(models.AbstractModel):
    """The cost of serving a customer beside the goods, and the margin that remains after it.

    Work is measured in seconds until the last step, so that hours and money are rounded once.
    """

    _name = "key.account.source.service"
    _inherit = ["key.account.source"]
    _description = "Key Account Metrics from the Cost to Serve"

    def _get_metric_codes(self):
        return ["service_hours", "cost_to_serve", "cost_to_serve_pct", "contribution", "contribution_rate_pct"]

    def _get_zero_codes(self):
        return ["service_hours", "cost_to_serve", "contribution"]

    def _get_facts_sql(self, scope):
        """Return the facts of invoiced or served customers; without work and costs, the whole margin remains."""
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
        """Return hours per customer, and the cost of these hours plus the entered costs in company currency."""
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
        """Return ``partner_id`` (commercial partner) and ``seconds`` of all work for customers."""
        return SQL(" UNION ALL ").join(self._get_work_statements(scope))

    def _get_work_statements(self, scope):
        """Return one statement for each kind of work: here activities by their documents. Extend it to add others.

        :return: list of ``odoo.tools.SQL``, each a SELECT of ``partner_id`` and ``seconds`` (numeric), any number of
            rows per customer
        """
        return [
            self._get_activities_sql(scope, model, customer, condition)
            for model, (customer, condition) in self._get_activity_documents().items()
        ]

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
        """Return a notice that hours cost nothing, while the company has no cost of an hour."""
        notices = super()._get_notices(scope)
        if not scope.company.key_account_hour_cost and self._has_work(scope):
            notices.append(
                self.env._(
                    "Users worked for customers in the period, but %(company)s has no cost per hour: these hours"
                    " cost nothing. Enter it under Settings / Sales / Key Accounts.",
                    company=scope.company.display_name,
                )
            )
        return notices

    def _has_work(self, scope):
        works = SQL("SELECT EXISTS (SELECT 1 FROM (%s) work WHERE work.seconds <> 0)", self._get_works_sql(scope))
        [[has_work]] = self.env.execute_query(works)
        return has_work

    # -------------------------------------------------------------------------
    # Done activities, by their type: Odoo archives them with the day on which they were done
    # -------------------------------------------------------------------------

    def _get_activity_documents(self):
        """Return the documents on which activities serve a customer. Extend it with models that have a ``company_id``.

        :return: ``{model: (column of the customer, condition on the documents)}`` as SQL, the document's table being
            ``document``
        """
        return {
            "res.partner": (SQL("document.id"), SQL("TRUE")),
            "sale.order": (SQL("document.partner_id"), SQL("TRUE")),
            "account.move": (
                SQL("document.commercial_partner_id"),
                SQL("document.move_type IN ('out_invoice', 'out_refund')"),
            ),
        }

    def _get_activities_sql(self, scope, model, customer, condition):
        """Return the work in activities on one model.

        An activity belongs to the company of its document. If the document has no company, it belongs to the company of
        the assigned user.
        """
        return SQL(
            """
            SELECT customer.commercial_partner_id AS partner_id, activity_type.key_account_hours * 3600 AS seconds
              FROM mail_activity activity
              JOIN mail_activity_type activity_type ON activity_type.id = activity.activity_type_id
              JOIN %(table)s document ON document.id = activity.res_id
                   %(customer)s
         LEFT JOIN res_users worker ON worker.id = COALESCE(activity.user_id, activity.create_uid)
             WHERE activity.res_model = %(model)s
               AND activity.active IS NOT TRUE
               AND activity.date_done BETWEEN %(date_from)s AND %(date_to)s
               AND activity_type.key_account_hours > 0
               AND COALESCE(document.company_id, worker.company_id) = %(company_id)s
               AND %(condition)s
               AND %(more_conditions)s
            """,
            table=SQL.identifier(self.env[model]._table),
            customer=self._get_customer_join_sql(scope, customer),
            model=model,
            date_from=scope.date_from,
            date_to=scope.date_to,
            company_id=scope.company.id,
            condition=condition,
            more_conditions=SQL(" AND ").join([SQL("TRUE"), *self._get_activity_conditions()]),
        )

    def _get_activity_conditions(self):
        """Return the conditions for activities that count, as SQL; the table is ``activity``.

        Extend it where another record holds the time of some activities.
        """
        return []
