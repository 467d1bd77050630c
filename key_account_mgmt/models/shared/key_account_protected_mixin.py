from odoo import api, models
from odoo.exceptions import UserError

from .access import strip_caller_context
from .statements import touch


class KeyAccountProtectedMixin(models.AbstractModel):
    """Records, or fields of records, that no user writes: only their own workflow does.

    Neither the superuser nor an import nor a context key bypasses this. ``_create_protected``, ``_write_protected`` and
    ``_unlink_protected`` do: they are private, hence out of reach of remote calls, and their callers validate values.
    """

    _name = "key.account.protected.mixin"
    _description = "Protected Key Account Record"

    # ``{name: default}`` of the fields that only the workflow writes; records are created with these defaults.
    # None: records of what was decided and done, which users cannot create, edit, delete or copy at all.
    _protected_defaults = None

    @api.model
    def _get_protected_message(self, action, names=()):
        """Return why an action is refused, and what the user can do instead. Not called if ``write`` drops the values.

        :param action: ``write``, or one of ``create``, ``unlink`` and ``copy``, which are refused for whole records
        :param names: the protected fields, in the order in which the caller wrote them
        """
        raise NotImplementedError

    @api.model
    def _prepare_protected_values(self):
        """Return the values of the protected fields of one new record, whatever a form, file or remote call sends."""
        return self._protected_defaults

    @api.model
    def _get_chatter_fields(self):
        """Return the fields for messages and activities: they are not part of the record."""
        mixins = ("mail.thread", "mail.activity.mixin")
        return {name for mixin in mixins for name in self.env[mixin]._fields if name in self._fields} - {"id"}

    @api.model
    def _get_protected_labels(self, names):
        """Return the labels of fields in the user's language; the names if the user sees none of the fields."""
        described = self.fields_get(names, ["string"])
        return ", ".join(described[name]["string"] for name in names if name in described) or ", ".join(names)

    def _is_protected_record(self):
        return self._protected_defaults is None

    def _check_protected(self, vals):
        """Refuse values of protected fields."""
        if self._is_protected_record():
            names = vals.keys() - self._get_chatter_fields()
        else:
            names = vals.keys() & self._protected_defaults.keys()
        if names:
            raise UserError(self._get_protected_message("write", [name for name in vals if name in names]))

    @api.model_create_multi
    def create(self, vals_list):
        if not self._is_protected_record():
            # Set explicitly, so that neither the context of a remote call nor a user's default decides.
            return super().create([{**vals, **self._prepare_protected_values()} for vals in vals_list])
        if vals_list:
            raise UserError(self._get_protected_message("create"))
        return super().create(vals_list)

    def write(self, vals):
        self._check_protected(vals)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if self and self._is_protected_record():
            raise UserError(self._get_protected_message("unlink"))

    def copy_data(self, default=None):
        if self._is_protected_record():
            raise UserError(self._get_protected_message("copy"))
        return super().copy_data(default)

    @api.model
    def _create_protected(self, vals_list):
        """Create records with values of protected fields.

        Whole records: with values of every stored field, so that no context default is applied.
        """
        return _past_checks(self._open_protected()).create(vals_list).with_env(self.env)

    def _write_protected(self, vals):
        """Write values that only the workflow may change."""
        return _past_checks(self._open_protected()).write(vals)

    def _unlink_protected(self):
        """Delete records that the model's own ``unlink`` refuses to delete; whole protected records are still kept."""
        return _past_checks(self._open_protected()).unlink()

    def _open_protected(self):
        """Return the records for the workflow's own writes."""
        # sudo: no user has the right to create or write whole protected records; the workflow is the only way
        return strip_caller_context(self).sudo() if self._is_protected_record() else self

    def _lock(self):
        """Make the second of two concurrent decisions be retried, and report the new state."""
        touch(self)
        self.invalidate_recordset()


def _past_checks(records):
    """Return the methods of records without those of their own class and of the mixin, which refuse protected values.

    Only the doors above call it.
    """
    return super(KeyAccountProtectedMixin, records)
