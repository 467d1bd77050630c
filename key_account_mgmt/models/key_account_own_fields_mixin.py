from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import ormcache

PREFIX = "key_account_"


class KeyAccountOwnFieldsMixin(models.AbstractModel):
    """Columns of other documents that only the addon fills: figures, and how far something is.

    Odoo lets whoever may write a document write its computed and readonly columns too, over RPC, and takes defaults
    for them from the context. No order gets further by that, but what people see and report would be wrong.
    """

    _name = "key.account.own.fields.mixin"
    _description = "Fields that only Key Accounts Writes"

    @api.model
    @ormcache("self._name", cache="stable")
    def _get_key_account_own_fields(self):
        return frozenset(
            name for name, field in self._fields.items() if name.startswith(PREFIX) and field.store and field.readonly
        )

    def _prepare_create_values(self, vals_list):
        """Nobody brings them along, whatever his rights: they are computed, or come later."""
        own = self._get_key_account_own_fields()
        prepared = super()._prepare_create_values(vals_list)
        return [{name: value for name, value in vals.items() if name not in own} for vals in prepared]

    def write(self, vals):
        refused = [] if self.env.su else sorted(self._get_key_account_own_fields().intersection(vals))
        if refused:
            labels = self.fields_get(refused, ["string"])
            raise AccessError(
                self.env._(
                    "%(fields)s of %(documents)s cannot be written: Key Accounts computes and records it.",
                    fields=self.env["key.account.formatter"]._format_list(
                        labels[name]["string"] if name in labels else name for name in refused
                    ),
                    documents=", ".join(self.mapped("display_name")),
                )
            )
        return super().write(vals)
