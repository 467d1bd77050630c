from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .access import strip_caller_context


class KeyAccountFrozenMixin(models.AbstractModel):
    """Records of decisions and actions: no user may create, edit, delete or copy them.

    Neither the superuser nor an import nor a context key bypasses this. ``_record`` and ``_set_values`` are the only
    ways in; they are private, hence out of reach of remote calls, and their callers validate the values.
    """

    _name = "key.account.frozen.mixin"
    _description = "Frozen Key Account Record"

    @api.model
    def _get_frozen_message(self, action):
        """Return why ``action`` (create, write, unlink, copy) is refused, and what the user can do instead."""
        raise NotImplementedError

    @api.model
    def _get_unfrozen_fields(self):
        """Return the fields for messages and activities: they are not part of the record."""
        mixins = ("mail.thread", "mail.activity.mixin")
        return {name for mixin in mixins for name in self.env[mixin]._fields if name in self._fields} - {"id"}

    @api.model_create_multi
    def create(self, vals_list):
        if vals_list:
            raise UserError(self._get_frozen_message("create"))
        return super().create(vals_list)

    def write(self, vals):
        if not vals.keys() <= self._get_unfrozen_fields():
            raise UserError(self._get_frozen_message("write"))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if self:
            raise UserError(self._get_frozen_message("unlink"))

    def copy_data(self, default=None):
        raise UserError(self._get_frozen_message("copy"))

    @api.model
    def _record(self, vals_list):
        """Create records from values of every stored field, so that no context default is applied."""
        # sudo: no user has the right to create them, so that this is the only way
        door = super(KeyAccountFrozenMixin, strip_caller_context(self).sudo())
        return door.create(vals_list).with_env(self.env)  # pylint: disable=super-method-mismatch

    def _set_values(self, vals):
        """Write values that only the workflow may change."""
        # sudo: no user has the right to write them, so that this is the only way
        return super(KeyAccountFrozenMixin, strip_caller_context(self).sudo()).write(vals)  # pylint: disable=super-method-mismatch

    def _lock(self):
        """Touch the rows.

        The second of two concurrent decisions then fails to serialize, is retried, and reports the new state.
        """
        if self:
            table = SQL.identifier(self._table)
            self.env.cr.execute(SQL("UPDATE %s SET write_date = write_date WHERE id IN %s", table, tuple(self.ids)))
            self.invalidate_recordset()
