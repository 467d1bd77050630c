from odoo import api, models


class KeyAccountExposure(models.AbstractModel):
    _inherit = "key.account.exposure"

    @api.model
    def _get_read_fields(self):
        return {**super()._get_read_fields(), "pos.order": ["partner_id", "company_id", "key_account_on_account"]}
