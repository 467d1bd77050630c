from odoo import api, models

from odoo.addons.key_account_mgmt.models.credit.key_account_exposure_entry import ExposureSource

POINT_OF_SALE = ExposureSource(
    "pos_order",
    ("partner_id", "company_id", "key_account_on_account"),
    (
        (
            "%(row)s.key_account_on_account > 0 AND %(row)s.partner_id IS NOT NULL",
            "SELECT 'draft' AS kind, %(row)s.partner_id, %(row)s.company_id, NULL::integer AS account_id,"
            " NULL::integer AS currency_id, NULL::date AS date, %(row)s.key_account_on_account AS amount",
        ),
    ),
)


class KeyAccountExposureEntry(models.Model):
    """Counts sales on account like draft invoices, from the sale until Odoo books them when the session is closed."""

    _inherit = "key.account.exposure.entry"

    @api.model
    def _get_sources(self):
        return [*super()._get_sources(), POINT_OF_SALE]

    @api.model
    def _leave_point_of_sale(self):
        self._drop_trigger(POINT_OF_SALE)
        self._rebuild([source for source in self._get_sources() if source != POINT_OF_SALE])
