from odoo import models
from odoo.tools import SQL


class KeyAccountSourceTarget(models.AbstractModel):
    """Targets wholly within the period, and the percentage of them that the revenue of the period attains."""

    _name = "key.account.source.target"
    _inherit = ["key.account.source"]
    _description = "Key Account Metrics from Targets"

    def _get_metric_codes(self):
        return ["target", "target_attainment_pct"]

    def _get_facts_sql(self, scope):
        """Return the facts.

        Rows of one customer never overlap, so they add up; rows of a former customer that became a contact count too.
        """
        return SQL(
            """
            SELECT planned.partner_id,
                   planned.target,
                   %(attainment_pct)s AS target_attainment_pct
              FROM (
                    SELECT customer.commercial_partner_id AS partner_id, sum(entry.amount) AS target
                      FROM key_account_target entry
                           %(customer)s
                     WHERE entry.company_id = %(company_id)s
                       AND entry.date_from >= %(date_from)s
                       AND entry.date_to <= %(date_to)s
                  GROUP BY customer.commercial_partner_id
                   ) planned
         LEFT JOIN %(invoices)s invoiced ON invoiced.partner_id = planned.partner_id
            """,
            attainment_pct=self._get_percentage_sql(SQL("COALESCE(invoiced.revenue, 0)"), SQL("planned.target")),
            customer=self._get_customer_join_sql(scope, SQL("entry.partner_id")),
            invoices=self._get_invoices_sql(),
            company_id=scope.company.id,
            date_from=scope.date_from,
            date_to=scope.date_to,
        )
