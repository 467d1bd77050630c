from datetime import datetime, time, timedelta

import pytz

from odoo import models
from odoo.tools import SQL


class KeyAccountSourceOrder(models.AbstractModel):
    """Confirmed sales orders, by their order date in the company's time zone."""

    _name = "key.account.source.order"
    _inherit = ["key.account.source"]
    _description = "Key Account Metrics from Sales Orders"

    def _get_metric_codes(self):
        return ["order_count"]

    def _get_zero_codes(self):
        return ["order_count"]

    def _get_facts_sql(self, scope):
        return SQL(
            """
            SELECT customer.commercial_partner_id AS partner_id, count(*) AS order_count
              FROM sale_order sale
                   %(customer)s
             WHERE sale.company_id = %(company_id)s
               AND %(confirmed)s
               AND sale.date_order >= %(start)s
               AND sale.date_order < %(end)s
          GROUP BY customer.commercial_partner_id
            """,
            customer=self._get_customer_join_sql(scope, SQL("sale.partner_id")),
            company_id=scope.company.id,
            confirmed=self._get_confirmed_sql(scope),
            start=self._get_start_of_day(scope.company, scope.date_from),
            end=self._get_start_of_day(scope.company, scope.date_to + timedelta(days=1)),
        )

    def _get_confirmed_sql(self, scope):
        """Return the condition that ``sale`` was confirmed at the end of the period, even if cancelled later."""
        end = self._get_start_of_day(scope.company, scope.date_to + timedelta(days=1))
        return SQL("(sale.state = 'sale' OR (sale.state = 'cancel' AND sale.key_account_cancelled_on >= %s))", end)

    def _get_start_of_day(self, company, date):
        """Return the company's midnight in UTC, as orders are stored.

        The user's time zone would give users in different zones different counts.

        :rtype: datetime
        """
        zone = pytz.timezone(company.partner_id.tz or "UTC")
        return zone.localize(datetime.combine(date, time.min)).astimezone(pytz.utc).replace(tzinfo=None)
