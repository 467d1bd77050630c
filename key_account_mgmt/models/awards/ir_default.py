from contextlib import contextmanager

from odoo import api, models

from ..credit.res_partner import LIMIT_FIELDS


class IrDefault(models.Model):
    """The default credit limit of a company applies to all customers without a limit of their own."""

    _inherit = "ir.default"

    @api.model_create_multi
    def create(self, vals_list):
        with self._follow_key_account_default({vals.get("field_id") for vals in vals_list}):
            return super().create(vals_list)

    def write(self, vals):
        with self._follow_key_account_default({*self._get_field_ids(), vals.get("field_id")}):
            return super().write(vals)

    def unlink(self):
        with self._follow_key_account_default(self._get_field_ids()):
            return super().unlink()

    def _get_field_ids(self):
        # sudo: the field of a default does not depend on the user's rights
        return set(self.sudo().field_id.ids)

    @contextmanager
    def _follow_key_account_default(self, field_ids):
        """Record changes of default limits in the ledger, if any of these fields is a limit."""
        fields = self.env["ir.model.fields"]
        if field_ids.isdisjoint(fields._get("res.partner", name).id for name in LIMIT_FIELDS):
            yield
            return
        partners = self.env["res.partner"]
        before = partners._get_key_account_default_limits()
        yield
        partners._note_key_account_defaults(before)
