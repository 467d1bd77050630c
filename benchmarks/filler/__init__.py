"""Fills the real tables with a big book of customers, by SQL: one statement per table, whatever the size.

    from benchmarks.filler import Book, fill
    fill(env, Book(customers=4_219, invoices=25_000))      # in an Odoo shell on an otherwise empty database

The same book and seed give the same rows. Amounts are Pareto-shaped; see ``Book`` for the rest.
"""

import json
from dataclasses import asdict, dataclass
from datetime import date

from . import patterns
from .columns import TABLES
from .write import write_book

PARAMETER = "key_account_mgmt.filled_book"
# From this many invoices on it is faster to build the indexes afterwards.
MANY = 50_000


@dataclass(frozen=True)
class Book:
    """What is filled. Every customer buys at least once in the last year; refunds are among the invoices."""

    customers: int = 4_219
    invoices: int = 25_000
    years: int = 2
    seed: int = 1
    last_day: date = date(2025, 12, 31)
    products: int = 40
    refund_share: float = 0.05
    paid_share: float = 0.8
    late_share: float = 0.25
    part_share: float = 0.03
    order_share: float = 0.3
    contact_share: float = 0.1
    thin_share: float = 0.03

    def __post_init__(self):
        if not 0 < self.customers <= self.invoices:
            raise ValueError(f"{self.customers} customers with {self.invoices} invoices: at least one each is needed")


class AnotherBook(Exception):
    """The database was filled already, with something else."""


def fill(env, book):
    """Fill the book into the company of ``env`` and commit. Does nothing when the same book is there already.

    :return: True when it was filled now
    :raise AnotherBook: when another book is there
    """
    wanted = json.dumps(asdict(book), default=str, sort_keys=True)
    present = env["ir.config_parameter"].sudo().get_param(PARAMETER)
    if present:
        if present != wanted:
            raise AnotherBook(f"this database holds {present}; use a fresh one for {wanted}")
        return False
    product = _make_products(env, book)[0]
    env.cr.flush()
    rows = patterns.take(env, product)
    write_book(env.cr, book, rows, env.company.id, drop_indexes=book.invoices >= MANY)
    env["ir.config_parameter"].sudo().set_param(PARAMETER, wanted)
    env.invalidate_all()
    env.cr.commit()
    _analyse(env.cr)
    return True


def _make_products(env, book):
    """From 5 to about 5,000 a piece, each with 30 % margin on its list price."""
    prices = [round(5 * 1000 ** (number / max(book.products - 1, 1)), 2) for number in range(book.products)]
    values = [
        {
            "name": f"Article {number:03}",
            "default_code": f"FILL-{number:03}",
            "type": "consu",
            "list_price": price,
            "standard_price": round(price * 0.7, 2),
            "taxes_id": [],
        }
        for number, price in enumerate(prices)
    ]
    return env["product.product"].create(values)


def _analyse(cr):
    # VACUUM sets the visibility map too, as autovacuum would; it cannot run inside a transaction.
    connection = cr._cnx
    connection.autocommit = True
    try:
        for table in TABLES:
            cr.execute(f'VACUUM ANALYZE "{table}"')
    finally:
        connection.autocommit = False
