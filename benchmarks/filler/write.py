"""Writes the planned book into the real tables, each row a copy of a pattern."""

import contextlib
import logging
import time

from .columns import COPIES, LINKS, TABLES
from .plan import DRAW, PLAN

_logger = logging.getLogger(__name__)

WITH_IDS = [table for table in TABLES if table not in ("sale_order_line_invoice_rel", "account_move__account_payment")]


def write_book(cr, book, patterns, company_id, drop_indexes=False):
    """Everything in the transaction of ``cr``."""
    values = {**vars(book), "company": company_id, **_reserve_ids(cr, book)}
    cr.execute(DRAW % {"seed": int(book.seed)})
    for statement in PLAN:
        _run(cr, statement, values)
    _make_pattern_tables(cr, patterns)
    _skip_reference_checks(cr)
    with _without_indexes(cr) if drop_indexes else contextlib.nullcontext():
        for table, pattern, rows, columns in COPIES:
            _copy(cr, table, f"pattern_{pattern}", rows, columns)
        for statement in LINKS:
            _run(cr, statement)
    _tidy(cr)


def _reserve_ids(cr, book):
    """The id before the first of ours, for every table that has ids."""
    rows = {
        "res_partner": 2 * book.customers,
        "account_move": 2 * book.invoices,
        "account_move_line": 4 * book.invoices,
    }
    reserved = {}
    for table in WITH_IDS:
        cr.execute("SELECT nextval(%s)", [f"{table}_id_seq"])
        reserved[table] = cr.fetchone()[0]
        cr.execute("SELECT setval(%s, %s)", [f"{table}_id_seq", reserved[table] + rows.get(table, book.invoices)])
    return reserved


def _make_pattern_tables(cr, patterns):
    for name, (table, row) in patterns.items():
        source = f'jsonb_populate_record(NULL::"{table}", %s::jsonb)'
        cr.execute(f'CREATE TEMP TABLE "pattern_{name}" AS SELECT * FROM {source}', [row])


def _skip_reference_checks(cr):
    """What we write refers to what we write; checking 20 references a row would take most of the time."""
    cr.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    if cr.fetchone()[0]:
        cr.execute("SET LOCAL session_replication_role = replica")


@contextlib.contextmanager
def _without_indexes(cr):
    """Plain indexes go, and come back when the rows are in."""
    cr.execute(
        """SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
            WHERE indrelid = ANY (%s::regclass[])
              AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)""",
        [TABLES],
    )
    indexes = cr.fetchall()
    for name, _definition in indexes:
        cr.execute(f"DROP INDEX {name}")
    yield
    cr.execute("SET LOCAL maintenance_work_mem = '512MB'")
    start = time.monotonic()
    for _name, definition in indexes:
        cr.execute(definition)
    _logger.info("%5.1f s for %s indexes", time.monotonic() - start, len(indexes))


def _copy(cr, table, pattern, rows, columns):
    """Copy the pattern once for each of the plan's rows, with these columns' expressions instead of its own values."""
    cr.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped", [table]
    )
    names = [name for (name,) in cr.fetchall()]
    if unknown := columns.keys() - set(names):
        raise LookupError(f"table {table} has no {', '.join(sorted(unknown))}")
    values = [columns.get(name, f'pattern."{name}"') for name in names]
    source, _where, condition = rows.partition(" WHERE ")
    _run(
        cr,
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)}"
        f" FROM {pattern} pattern CROSS JOIN {source} WHERE {condition or 'true'} ORDER BY n",
    )


def _tidy(cr):
    """The plan would stay as long as the session."""
    cr.execute(
        """SELECT string_agg(oid::regclass::text, ', ') FROM pg_class
            WHERE relnamespace = pg_my_temp_schema() AND relkind = 'r' AND relname ~ '^(plan|pattern)'"""
    )
    cr.execute(f"DROP TABLE {cr.fetchone()[0]}")
    cr.execute("DROP FUNCTION pg_temp.draw")


def _run(cr, statement, values=None):
    start = time.monotonic()
    cr.execute(statement, values)
    _logger.info("%5.1f s %9s rows  %s", time.monotonic() - start, cr.rowcount, " ".join(statement.split())[:90])
