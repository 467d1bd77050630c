from datetime import timedelta

from odoo import models
from odoo.tools import SQL

from .award_states import COMMITTED_STATES


class KeyAccountSourceInvoice(models.AbstractModel):
    """The cost of a customer's incentives, beside the margin that it reduces."""

    _inherit = "key.account.source.invoice"

    def _get_incentive_parts(self, scope):
        """Return the queries of discounts on capped orders of the period, and of awards decided in it.

        Both count even before the first invoice. The margin is already net of the discount; the amount given away shows
        what the customer costs beside it.
        """
        return [
            (self._get_given_discounts_sql(scope), ("incentive_cost",)),
            (self._get_award_costs_sql(scope), ("incentive_cost",)),
        ]

    def _get_given_discounts_sql(self, scope):
        """Return discounts as in the report of discounts: in company currency, of confirmed orders with caps."""
        start, end = self._get_moments(scope)
        return SQL(
            """
            SELECT customer.commercial_partner_id AS partner_id, line.key_account_given_amount AS incentive_cost
              FROM sale_order sale
              JOIN sale_order_line line ON line.order_id = sale.id
                   %(customer)s
             WHERE sale.company_id = %(company_id)s
               AND %(confirmed)s
               AND sale.key_account_has_discount_cap
               AND sale.date_order >= %(start)s
               AND sale.date_order < %(end)s
               AND line.display_type IS NULL
               AND line.key_account_given_amount IS NOT NULL
            """,
            customer=self._get_customer_join_sql(scope, SQL("sale.partner_id")),
            company_id=scope.company.id,
            confirmed=self.env["key.account.source.order"]._get_confirmed_sql(scope),
            start=start,
            end=end,
        )

    def _get_award_costs_sql(self, scope):
        """Return the costs of awards in their state at the end of the period: later events do not count."""
        start, end = self._get_moments(scope)
        return SQL(
            """
            SELECT customer.commercial_partner_id AS partner_id,
                   CASE WHEN award.delivered_on < %(end)s THEN award.actual_cost ELSE award.estimated_cost
                   END AS incentive_cost
              FROM key_account_award award
                   %(customer)s
             WHERE award.company_id = %(company_id)s
               AND award.kind <> 'credit'
               AND (award.state = ANY(%(states)s) OR award.ended_on >= %(end)s)
               AND award.decided_on >= %(start)s
               AND award.decided_on < %(end)s
            """,
            customer=self._get_customer_join_sql(scope, SQL("award.partner_id")),
            company_id=scope.company.id,
            states=list(COMMITTED_STATES),
            start=start,
            end=end,
        )

    def _get_moments(self, scope):
        """Return start and end of the period in UTC, by the company's days, as for orders."""
        orders = self.env["key.account.source.order"]
        return (
            orders._get_start_of_day(scope.company, scope.date_from),
            orders._get_start_of_day(scope.company, scope.date_to + timedelta(days=1)),
        )
