from odoo import models
from odoo.tools import SQL


class KeyAccountSourceService(models.AbstractModel):
    """Counts hours of activities on leads and opportunities."""

    _inherit = "key.account.source.service"

    def _get_activity_documents(self):
        return {**super()._get_activity_documents(), "crm.lead": (SQL("document.partner_id"), SQL("TRUE"))}
