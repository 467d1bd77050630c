from odoo import models
from odoo.tools import SQL


class KeyAccountExposureDocument(models.Model):
    _inherit = "key.account.exposure.document"

    def _get_parts_sql(self):
        return [*super()._get_parts_sql(), self._get_on_account_sql()]

    def _get_on_account_sql(self):
        return SQL(
            """
            SELECT sold.id::bigint * 4 + 3,
                   'draft',
                   sold.name,
                   sold.date_order::date,
                   NULL::date,
                   sold.partner_id,
                   sold.company_id,
                   sold.key_account_on_account,
                   NULL::integer,
                   NULL::integer
              FROM pos_order sold
             WHERE sold.key_account_on_account > 0
               AND sold.partner_id IS NOT NULL
            """
        )
