from odoo import models
from odoo.tools import SQL

from odoo.addons.key_account_mgmt.models.shared.numbers import exact_text


class KeyAccountSourceService(models.AbstractModel):
    """Counts hours of timesheets."""

    _inherit = "key.account.source.service"

    def _get_work_statements(self, scope):
        return [*super()._get_work_statements(scope), self._get_timesheets_sql(scope)]

    def _get_timesheets_sql(self, scope):
        """Select timesheets, without sold time.

        Time sold by an order is no cost to serve: the customer pays for it, and the margin already deducts its cost as
        the cost of the order line.
        """
        return SQL(
            """
            SELECT customer.commercial_partner_id AS partner_id,
                   line.unit_amount::numeric * 3600 * COALESCE(unit.factor::numeric / %(hour)s, 1) AS seconds
              FROM account_analytic_line line
         LEFT JOIN project_task task ON task.id = line.task_id
         LEFT JOIN project_project project ON project.id = line.project_id
         LEFT JOIN uom_uom unit ON unit.id = line.product_uom_id
                   %(customer)s
             WHERE line.project_id IS NOT NULL
               AND line.so_line IS NULL
               AND line.company_id = %(company_id)s
               AND line.date BETWEEN %(date_from)s AND %(date_to)s
            """,
            hour=SQL("%s::numeric", exact_text(self.env.ref("uom.product_uom_hour").factor)),
            customer=self._get_customer_join_sql(
                scope, SQL("COALESCE(line.partner_id, task.partner_id, project.partner_id)")
            ),
            company_id=scope.company.id,
            date_from=scope.date_from,
            date_to=scope.date_to,
        )
