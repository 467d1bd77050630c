from odoo import api, models
from odoo.tools import SQL

from .key_account_metric import UNCOLLECTED_SOURCES


class KeyAccountCollector(models.AbstractModel):
    """What the user should know about the data before they are evaluated."""

    _inherit = "key.account.collector"

    @api.model
    def _get_notices(self, scope, metrics=()):
        """What the user should know about the data of the period, as translated sentences.

        :param metrics: ``key.account.metric`` records that rules look at: what their sources have to say counts too
        :rtype: list[str]
        """
        self._check_scope(scope)
        self.env.flush_all()
        sources = sorted({metric.source for metric in metrics}.difference(UNCOLLECTED_SOURCES))
        return self._get_rate_notices(scope) + [
            notice for source in sources for notice in self._get_source(source)._get_notices(scope)
        ]

    def _get_rate_notices(self, scope):
        with self._planned(scope):
            rows = self.env.execute_query(self._get_unrated_sql(scope))
        return [
            self.env._(
                "%(count)s invoices or credit notes of the period are in %(currency)s, for which %(company)s has no"
                " exchange rate on or before their date. Odoo converted them at a later rate, or one to one. Enter"
                " the rates, correct these documents and evaluate again.",
                count=number,
                currency=currency,
                company=scope.company.display_name,
            )
            for currency, number in rows
        ]

    def _get_unrated_sql(self, scope):
        """Currencies of documents of the period that had no rate on their day, with the number of documents."""
        return SQL(
            """
            SELECT currency.name, count(*)
              FROM account_move move
                   %(customer)s
              JOIN res_currency currency ON currency.id = move.currency_id
         LEFT JOIN (
                    SELECT currency_id, min(name) AS first_date
                      FROM res_currency_rate
                     WHERE company_id IS NULL OR company_id = %(root_company_id)s
                  GROUP BY currency_id
                   ) rate ON rate.currency_id = move.currency_id
             WHERE move.company_id = %(company_id)s
               AND move.state = 'posted'
               AND move.move_type IN ('out_invoice', 'out_refund')
               AND move.invoice_date BETWEEN %(date_from)s AND %(date_to)s
               AND move.currency_id <> %(currency_id)s
               AND (rate.first_date IS NULL OR rate.first_date > move.invoice_date)
          GROUP BY currency.name
          ORDER BY currency.name
            """,
            customer=self._get_source("invoice")._get_customer_join_sql(scope, SQL("move.commercial_partner_id")),
            company_id=scope.company.id,
            root_company_id=scope.company.root_id.id,
            currency_id=scope.company.currency_id.id,
            date_from=scope.date_from,
            date_to=scope.date_to,
        )
