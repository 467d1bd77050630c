from odoo import models


class KeyAccountCompanyMixin(models.AbstractModel):
    """Records of a company that stay out of companies of others.

    Odoo asks for the right on a record before it is written only. So who may change a record could move it to a company
    that he has no access to, and change the rules or figures there. A new record is checked by Odoo itself.
    """

    _name = "key.account.company.mixin"
    _description = "Records of a Company of the User"

    def write(self, vals):
        result = super().write(vals)
        if "company_id" in vals:
            self.check_access("write")
        return result
