from odoo import models


class KeyAccountCompanyMixin(models.AbstractModel):
    """Records of a company that users cannot move to a company without having access to it.

    Odoo checks access to a record only before writing it. So a user who may change a record could move it to a
    forbidden company, and change the rules or figures there. Odoo itself checks new records.
    """

    _name = "key.account.company.mixin"
    _description = "Records of a Company of the User"

    def write(self, vals):
        result = super().write(vals)
        if "company_id" in vals:
            self.check_access("write")
        return result
