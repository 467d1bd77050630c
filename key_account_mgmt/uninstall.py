"""Remove what users created that refers to the addon, and would break their screens after the uninstallation."""

import re

from lxml import etree

from odoo.tools import SQL

MODULE = "key_account_mgmt"
WORD = re.compile(r"\w+")


def uninstall_hook(env):
    env["key.account.exposure.entry"]._stop_entries()
    _remove_references(env)
    _release_records(env)


def _remove_references(env):
    """Remove saved filters, rows of export templates and tiles of dashboards that name a field or model of the addon.

    Odoo stores the references as text, so they would remain and raise an error when a user opens the screen.
    """
    names = _get_field_names(env)
    _remove_filters(env, names)
    _remove_exports(env, names)
    _remove_tiles(env, names)


def _get_field_names(env):
    """Return the fields that the addon adds to other models; every path to its data leads through one of them."""
    hosts = (env[model] for model in env.registry if not _is_own(env, model))
    return {
        name for model in hosts for name, field in model._fields.items() if set(field.base_field._modules) == {MODULE}
    }


def _is_own(env, model):
    return model in env and env[model]._original_module == MODULE


def _mentions(names, *texts):
    return any(not names.isdisjoint(WORD.findall(text or "")) for text in texts)


def _remove_filters(env, names):
    filters = env["ir.filters"].with_context(active_test=False).search([])
    filters.filtered(
        lambda one: _is_own(env, one.model_id) or _mentions(names, one.domain, one.context, one.sort)
    ).unlink()


def _remove_exports(env, names):
    exports = env["ir.exports"].search([])
    lines = exports.export_fields.filtered(lambda line: _mentions(names, line.name))
    shortened = lines.export_id
    lines.unlink()
    own = exports.filtered(lambda one: _is_own(env, one.resource))
    (own | shortened.filtered(lambda one: not one.export_fields)).unlink()


def _remove_tiles(env, names):
    actions = env["ir.model.data"].search([("module", "=", MODULE), ("model", "=", "ir.actions.act_window")])
    own = {str(action) for action in actions.mapped("res_id")}
    for board in env["ir.ui.view.custom"].search([("arch", "like", "<action")]):
        arch = etree.fromstring(board.arch)
        broken = [
            tile
            for tile in arch.iter("action")
            if tile.get("name") in own or _mentions(names, tile.get("domain"), tile.get("context"))
        ]
        for tile in broken:
            tile.getparent().remove(tile)
        if broken:
            board.arch = etree.tostring(arch, encoding="unicode")


def _release_records(env):
    """Drop the foreign keys that prevent the removal of the addon's records and tables.

    Odoo first deletes the addon's data records, and then its tables. Rule sets of users refer to metrics and tiers of
    the addon: each reference would log an error.
    """
    tables = tuple({model._table for name, model in env.items() if name.startswith("key.account.")})
    held = SQL(
        """
        SELECT holder.relname, hold.conname
          FROM pg_constraint hold
          JOIN pg_class holder ON holder.oid = hold.conrelid
          JOIN pg_class held ON held.oid = hold.confrelid
         WHERE hold.contype = 'f' AND held.relname IN %s AND held.relnamespace = current_schema::regnamespace
        """,
        tables,
    )
    for table, constraint in env.execute_query(held):
        env.cr.execute(SQL("ALTER TABLE %s DROP CONSTRAINT %s", SQL.identifier(table), SQL.identifier(constraint)))
