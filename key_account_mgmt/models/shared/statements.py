from contextlib import contextmanager

from odoo.tools import SQL


@contextmanager
def planned_for_many(cr):
    """Let PostgreSQL plan the statements within for any number of rows, however few it takes them for.

    How many rows come out of a comparison of two columns, or how many customers a grouped subquery names, PostgreSQL
    can only guess, and old or missing statistics make it guess everything else. Where it expects a handful it runs
    through the other side of a join once for each of them: with 100,000 that takes hours. Without nested loops every
    join reads both sides once, whatever was guessed. Where a join cannot be done otherwise, such as by a range,
    PostgreSQL still takes them.

    Only what is executed within is planned so; a cursor is planned when it is declared. Statements about a few
    customers are left alone: they find them by indexes, which needs nested loops, and few times few is little.
    """
    cr.execute("SELECT current_setting('enable_nestloop'), set_config('enable_nestloop', 'off', TRUE)")
    before = cr.fetchone()[0]
    # After an error there is nothing to put back: the rollback, or that of the savepoint, takes the setting along.
    yield
    cr.execute(SQL("SELECT set_config('enable_nestloop', %s, TRUE)", before))
