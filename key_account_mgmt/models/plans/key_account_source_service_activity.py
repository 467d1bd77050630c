from odoo import models
from odoo.tools import SQL


class KeyAccountSourceService(models.AbstractModel):
    """Hours of done activities, by their type. Odoo keeps these archived, with the day on which they were done."""

    _inherit = "key.account.source.service"

    def _get_work_statements(self, scope):
        return super()._get_work_statements(scope) + [
            self._get_activities_sql(scope, model, customer, condition)
            for model, (customer, condition) in self._get_activity_documents().items()
        ]

    def _get_activity_documents(self):
        """On which documents activities serve a customer. Extend it to add others that have a ``company_id``.

        :return: ``{model: (column of the customer, condition on the documents)}`` as SQL, the document's table being
            ``document``
        """
        documents = {
            "res.partner": (SQL("document.id"), SQL("TRUE")),
            "sale.order": (SQL("document.partner_id"), SQL("TRUE")),
            "account.move": (
                SQL("document.commercial_partner_id"),
                SQL("document.move_type IN ('out_invoice', 'out_refund')"),
            ),
        }
        if "crm.lead" in self.env:
            documents["crm.lead"] = (SQL("document.partner_id"), SQL("TRUE"))
        return documents

    def _get_activities_sql(self, scope, model, customer, condition):
        """An activity is of the company of its document; on one of all companies, of the company of who had it to do.
        One with a meeting is not counted: the meeting is."""
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
               AND %(without_meeting)s
            """,
            table=SQL.identifier(self.env[model]._table),
            customer=self._get_customer_join_sql(scope, customer),
            model=model,
            date_from=scope.date_from,
            date_to=scope.date_to,
            company_id=scope.company.id,
            condition=condition,
            without_meeting=self._get_without_meeting_sql(),
        )

    def _get_without_meeting_sql(self):
        if "calendar_event_id" in self.env["mail.activity"]._fields:
            return SQL("activity.calendar_event_id IS NULL")
        return SQL("TRUE")
