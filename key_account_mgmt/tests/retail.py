"""Real invoices, copied row by row from one that Odoo posted: 17,000 posts would take ten minutes.

They are not part of this repository, so tests with them are tagged `-standard`: `make test-data` runs them.
"""

import csv
import json
import os
from collections import namedtuple
from decimal import Decimal
from pathlib import Path

from odoo.tools import SQL

DATA = Path("data") / "online_retail_invoices.csv"
REPOSITORY = Path(__file__).resolve().parents[2]
RetailInvoice = namedtuple("RetailInvoice", "number date customer amount")


def read_retail(year):
    """The invoices of the year. The file lies beside the repository, or in the folder that KAM_SHARED names."""
    path = Path(os.environ.get("KAM_SHARED") or REPOSITORY.parent / "shared") / DATA
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is missing. This test needs the real invoices: set KAM_SHARED to the folder that has {DATA}."
        )
    with path.open(newline="", encoding="utf-8") as handle:
        rows = [
            RetailInvoice(row["invoice"], row["date"], row["customer"], Decimal(row["amount_gbp"]))
            for row in csv.DictReader(handle)
        ]
    return [row for row in rows if row.date.startswith(f"{year}-")]


def _insert_copies(env, table, pattern_id, overrides, rows, columns):
    """Insert a copy of one row for each of ``rows``, with some columns taken from them. Gives back the new ids."""
    env.cr.execute(SQL("SELECT nextval(%s::regclass) FROM generate_series(1, %s)", f"{table}_id_seq", len(rows)))
    ids = [new_id for (new_id,) in env.cr.fetchall()]
    names = ["id", *(column.split()[0] for column in columns)]
    records = [dict(zip(names, (new_id, *row), strict=True)) for new_id, row in zip(ids, rows, strict=True)]
    overrides = {"id": SQL("source.id"), **overrides}
    copied = [name for name in _get_columns(env, table) if name not in overrides]
    env.cr.execute(
        SQL(
            """
            INSERT INTO %(table)s (%(targets)s)
                 SELECT %(values)s
                   FROM jsonb_to_recordset(%(records)s::jsonb) AS source(%(columns)s)
                   JOIN %(table)s pattern ON pattern.id = %(pattern_id)s
            """,
            table=SQL.identifier(table),
            targets=SQL(", ").join(map(SQL.identifier, [*overrides, *copied])),
            values=SQL(", ").join([*overrides.values(), *(SQL.identifier("pattern", name) for name in copied)]),
            records=json.dumps(records, default=str),
            columns=SQL(", ").join(map(SQL, ["id int", *columns])),
            pattern_id=pattern_id,
        )
    )
    return ids


def _get_columns(env, table):
    env.cr.execute(SQL("SELECT column_name FROM information_schema.columns WHERE table_name = %s", table))
    return [name for (name,) in env.cr.fetchall()]


def copy_customers(env, pattern, names):
    """Customers like the given one, under these names. {name: id}"""
    overrides = {
        "name": SQL("source.name"),
        "complete_name": SQL("source.name"),
        "commercial_partner_id": SQL("source.id"),
    }
    ids = _insert_copies(env, "res_partner", pattern.id, overrides, [(name,) for name in names], ["name text"])
    return dict(zip(names, ids, strict=True))


def copy_invoices(env, pattern, invoices, customers):
    """Invoices like the given posted one, with its lines, for these customers. Totals of customers stay as they are."""
    env.flush_all()
    rows = [(row.number, row.date, customers[row.customer], row.amount) for row in invoices]
    columns = ["name text", "date date", "partner int", "amount numeric"]
    moves = _insert_copies(env, "account_move", pattern.id, _get_move_overrides(pattern), rows, columns)
    lines = [(move, *row[1:]) for move, row in zip(moves, rows, strict=True)]
    columns = ["move int", "date date", "partner int", "amount numeric"]
    for line in pattern.line_ids:
        _insert_copies(env, "account_move_line", line.id, _get_line_overrides(line), lines, columns)
    # As the database does by itself some time after so many rows came in; until then it plans for an empty table.
    env.cr.execute("ANALYZE res_partner, account_move, account_move_line")
    env.invalidate_all()
    return env["account.move"].browse(moves)


def _get_move_overrides(move):
    dates = ("date", "invoice_date", "invoice_date_due")
    partners = ("partner_id", "commercial_partner_id", "partner_shipping_id")
    amounts = [name for name in move._fields if name.startswith("amount_") and move[name] == move.amount_total]
    return {
        "name": SQL("source.name"),
        "sequence_number": SQL("source.id"),
        **dict.fromkeys(dates, SQL("source.date")),
        **dict.fromkeys(partners, SQL("source.partner")),
        **dict.fromkeys(amounts, SQL("source.amount")),
    }


def _get_line_overrides(line):
    sign = SQL("-1") if line.balance < 0 else SQL("1")
    overrides = {
        "move_id": SQL("source.move"),
        "partner_id": SQL("source.partner"),
        "date": SQL("source.date"),
        "invoice_date": SQL("source.date"),
        **dict.fromkeys(("balance", "amount_currency"), SQL("%s * source.amount", sign)),
        **dict.fromkeys(("price_unit", "price_subtotal", "price_total"), SQL("source.amount")),
        ("debit" if line.balance > 0 else "credit"): SQL("source.amount"),
    }
    if line.display_type == "payment_term":
        overrides |= {
            "date_maturity": SQL("source.date"),
            **dict.fromkeys(("amount_residual", "amount_residual_currency"), SQL("source.amount")),
        }
    return overrides


def make_retail_book(tests, year):
    """Customers in the company of the tests with their real invoices of the year."""
    invoices = read_retail(year)
    names = list(dict.fromkeys(invoice.customer for invoice in invoices))
    pattern = tests.make_invoice(tests.make_customer(), 100, f"{year - 10}-06-01")
    copy_invoices(tests.env, pattern, invoices, copy_customers(tests.env, tests.make_customer(), names))
