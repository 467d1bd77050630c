from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .access import strip_caller_context


class KeyAccountFrozenMixin(models.AbstractModel):
    """Records that tell what was decided and done: nobody makes, edits, deletes or copies them.

    Not the superuser, not an import, not a context key. ``_record`` and ``_set_values`` are the only doors; they are
    private, hence out of reach of remote calls, and what they are given is checked by those who call them.
    """

    _name = "key.account.frozen.mixin"
    _description = "Frozen Key Account Record"

    @api.model
    def _get_frozen_message(self, action):
        """Why ``action`` (create, write, unlink, copy) is refused, and what to do instead."""
        raise NotImplementedError

    @api.model
    def _get_unfrozen_fields(self):
        """Messages and activities about a record are not part of it."""
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
        """Make records; every stored field is given, so that no default of a context gets in."""
        # sudo: nobody has the right to create them, so that this is the only way
        door = super(KeyAccountFrozenMixin, strip_caller_context(self).sudo())
        return door.create(vals_list).with_env(self.env)  # pylint: disable=super-method-mismatch

    def _set_values(self, vals):
        """Write what only the workflow may."""
        # sudo: nobody has the right to write them, so that this is the only way
        return super(KeyAccountFrozenMixin, strip_caller_context(self).sudo()).write(vals)  # pylint: disable=super-method-mismatch

    def _lock(self):
        """Touch the rows, so that of two people who decide at once the second fails, is tried again, and is told."""
        if self:
            table = SQL.identifier(self._table)
            self.env.cr.execute(SQL("UPDATE %s SET write_date = write_date WHERE id IN %s", table, tuple(self.ids)))
            self.invalidate_recordset()
