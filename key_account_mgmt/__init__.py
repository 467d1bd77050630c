from odoo.tools import SQL

from . import models
from . import wizard
from . import report


def post_init_hook(env):
    env["sale.order.line"]._fill_key_account_open_amounts()


def uninstall_hook(env):
    env["key.account.exposure.entry"]._stop_entries()
    _release_records(env)


def _release_records(env):
    """Let nothing hold what goes away.

    Odoo deletes the records that the addon brought along first, and the tables afterwards. Rule sets that people made
    refer to metrics and tiers of the addon: each of them would be an error in the log.
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
