from contextlib import contextmanager

from odoo.tools import SQL


@contextmanager
def planned_for_many(cr):
    """Let PostgreSQL plan the statements within for any number of rows, however few it expects.

    PostgreSQL can only guess how many rows a comparison of two columns returns, or how many customers a grouped
    subquery returns; old or missing statistics turn every other estimate into a guess. If it expects a handful of rows,
    it scans the other side of a join once for each of them: with 100,000 rows that takes hours. Without nested loops
    every join reads both sides once, whatever the estimate. PostgreSQL still uses nested loops for joins that allow no
    other method, such as by a range.

    The setting applies to statements executed within; a cursor is planned when it is declared. Do not use it for
    statements about a few customers: these find their rows by indexes, which needs nested loops, and a few repetitions
    of a small scan cost little.
    """
    cr.execute("SELECT current_setting('enable_nestloop'), set_config('enable_nestloop', 'off', TRUE)")
    before = cr.fetchone()[0]
    # After an error there is nothing to restore: the rollback, or that of the savepoint, resets the setting.
    yield
    cr.execute(SQL("SELECT set_config('enable_nestloop', %s, TRUE)", before))


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
