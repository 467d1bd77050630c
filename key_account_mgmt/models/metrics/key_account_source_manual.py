from odoo import models
from odoo.tools import SQL


class KeyAccountSourceManual(models.AbstractModel):
    """Values that users enter per customer and period.

    A value counts when its period lies within the evaluation's. Of several, the one that ends last counts; among these
    the one that begins last, since it is closest to the end of the period.
    """

    _name = "key.account.source.manual"
    _inherit = ["key.account.source"]
    _description = "Key Account Metrics Entered by People"

    def _get_metric_codes(self):
        return self._get_metrics().mapped("code")

    def _get_metrics(self):
        return self.env["key.account.metric"].with_context(active_test=False).search([("source", "=", "manual")])

    def _get_facts_sql(self, scope):
        columns = [
            SQL(
                ", max(%s) FILTER (WHERE value.metric_id = %s) AS %s",
                SQL("value.option_code") if metric.kind == "choice" else SQL("value.value"),
                metric.id,
                SQL.identifier(metric.code),
            )
            for metric in self._get_metrics()
        ]
        return SQL(
            "SELECT value.partner_id %(columns)s FROM (%(values)s) value GROUP BY value.partner_id",
            columns=SQL(" ").join(columns),
            values=self._get_values_sql(scope),
        )

    def _get_values_sql(self, scope):
        """Return the value that counts, per customer and metric."""
        return SQL(
            """
            SELECT DISTINCT ON (customer.commercial_partner_id, entry.metric_id)
                   customer.commercial_partner_id AS partner_id,
                   entry.metric_id,
                   entry.value,
                   option.code AS option_code
              FROM key_account_metric_value entry
                   %(customer)s
         LEFT JOIN key_account_metric_option option ON option.id = entry.option_id
             WHERE entry.company_id = %(company_id)s
               AND entry.date_from >= %(date_from)s
               AND entry.date_to <= %(date_to)s
          ORDER BY customer.commercial_partner_id, entry.metric_id,
                   entry.date_to DESC, entry.date_from DESC, entry.id DESC
            """,
            customer=self._get_customer_join_sql(scope, SQL("entry.partner_id")),
            company_id=scope.company.id,
            date_from=scope.date_from,
            date_to=scope.date_to,
        )
