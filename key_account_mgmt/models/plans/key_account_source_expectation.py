from odoo import models
from odoo.tools import SQL


class KeyAccountSourceExpectation(models.AbstractModel):
    """The expected value of customers in the period: prospects by their potential, others by their business."""

    _name = "key.account.source.expectation"
    _inherit = ["key.account.source"]
    _description = "Key Account Metrics from Expectations"

    _offers_prospects = True

    def _get_metric_codes(self):
        return ["expected_value"]

    def _get_facts_sql(self, scope):
        """Return the expected values.

        Customers invoiced in the period are not prospects. Without additional volume, their expected value is their
        revenue.
        """
        return SQL(
            """
            SELECT COALESCE(invoiced.partner_id, expected.partner_id) AS partner_id,
                   CASE WHEN invoiced.document_count > 0
                        THEN invoiced.revenue + COALESCE(expected.added_value, 0)
                        ELSE expected.prospect_value
                    END AS expected_value
              FROM %(invoices)s invoiced
         FULL JOIN (%(expectations)s) expected ON expected.partner_id = invoiced.partner_id
            """,
            invoices=self._get_invoices_sql(),
            expectations=self._get_expectations_sql(scope),
        )

    def _get_expectations_sql(self, scope):
        """Return the sums of the expectations wholly within the period; a prospect needs a market potential."""
        return SQL(
            """
            SELECT customer.commercial_partner_id AS partner_id,
                   sum(entry.prospect_value) FILTER (WHERE entry.market_potential > 0) AS prospect_value,
                   sum(entry.added_value) AS added_value
              FROM key_account_expectation entry
                   %(customer)s
             WHERE entry.company_id = %(company_id)s
               AND entry.date_from >= %(date_from)s
               AND entry.date_to <= %(date_to)s
          GROUP BY customer.commercial_partner_id
            """,
            customer=self._get_customer_join_sql(scope, SQL("entry.partner_id")),
            company_id=scope.company.id,
            date_from=scope.date_from,
            date_to=scope.date_to,
        )

    def _get_prospects_sql(self, scope):
        """Return the active contacts with a known market potential: they may be evaluated without business."""
        return SQL(
            """
            SELECT expected.partner_id
              FROM (%(expectations)s) expected
              JOIN res_partner partner ON partner.id = expected.partner_id AND partner.active
             WHERE expected.prospect_value IS NOT NULL
            """,
            expectations=self._get_expectations_sql(scope),
        )
