from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import ormcache
from odoo.tools.sql import column_exists, create_column

PREFIX = "key_account_"


class KeyAccountProtectedColumnsMixin(models.AbstractModel):
    """Columns of other documents that only the addon fills: figures and states of progress.

    Odoo lets users who may write a document also write its computed and readonly columns, over RPC, and takes context
    defaults for them. No order passes a check that way, but screens and reports would show wrong figures.
    """

    _name = "key.account.protected.columns.mixin"
    _description = "Fields that only Key Accounts Writes"

    @api.model
    @ormcache("self._name", cache="stable")
    def _get_key_account_protected_columns(self):
        return frozenset(
            name for name, field in self._fields.items() if name.startswith(PREFIX) and field.store and field.readonly
        )

    @api.model
    @ormcache("self._name", cache="stable")
    def _get_key_account_computed_fields(self):
        return frozenset(
            name for name, field in self._fields.items() if field.compute and field.store and field.readonly
        )

    @api.model
    def default_get(self, fields_list):
        """Drop context defaults of computed fields, such as totals and the customer who owes them."""
        computed = self._get_key_account_computed_fields()
        values = super().default_get(fields_list)
        return {name: value for name, value in values.items() if name not in computed}

    def _auto_init(self):
        self._create_key_account_columns()
        return super()._auto_init()

    def _create_key_account_columns(self):
        """Create the columns of computed figures empty; otherwise the ORM computes them for each existing document.

        A company that has sold for years would wait for hours: each line costs some queries. Nothing is lost: when the
        addon is installed, no rule covers any document yet, and ``sale_order_line_open_fill`` fills in later what the
        credit needs.
        """
        for name in sorted(self._get_key_account_protected_columns()):
            field = self._fields[name]
            if field.compute and not column_exists(self.env.cr, self._table, name):
                create_column(self.env.cr, self._table, name, field.column_type[1], field.string)

    def _prepare_create_values(self, vals_list):
        """Drop values supplied by callers, whatever their rights: these columns are computed, or written later."""
        own = self._get_key_account_protected_columns()
        prepared = super()._prepare_create_values(vals_list)
        return [{name: value for name, value in vals.items() if name not in own} for vals in prepared]

    def write(self, vals):
        refused = [] if self.env.su else sorted(self._get_key_account_protected_columns().intersection(vals))
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
