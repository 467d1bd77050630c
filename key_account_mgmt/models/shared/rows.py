"""Rows of the database that two users may decide on at the same time."""

from odoo.tools import SQL


def touch(records):
    """Update the rows of records without changing them, so that the second of two concurrent transactions is retried.

    Odoo's transactions are REPEATABLE READ: each sees the database as it was when the transaction began. Of two
    concurrent decisions, neither would see the other. If both update the same row, PostgreSQL lets the second wait for
    the first and then fail to serialize; Odoo runs it again, and now it sees what the first one decided. A lock alone
    would not do: after waiting for it, the second transaction would go on with what it saw before.
    """
    ids = tuple(records.ids)
    if ids:
        table = SQL.identifier(records._table)
        records.env.cr.execute(SQL("UPDATE %s SET write_date = write_date WHERE id IN %s", table, ids))
