"""The header of a file of invoices: which column holds what, under the names that exports usually give."""

import re

from .currencies import CODES

ALIASES = {
    "invoice": {"invoice", "invoice_no", "invoice_number", "invoice_id", "number", "document", "document_number"},
    "date": {"date", "invoice_date", "document_date"},
    "customer": {"customer", "customer_id", "customer_no", "customer_number", "customer_name", "client", "partner"},
    "amount": {
        "amount",
        "amount_net",
        "amount_untaxed",
        "net",
        "net_amount",
        "net_total",
        "untaxed",
        "untaxed_amount",
        "total",
    },
}
AMOUNT_IN_CURRENCY = re.compile(r"(?:amount|net|net_?amount|total|untaxed)_([a-z]{3})")


class HeaderError(Exception):
    """A reason that the header cannot be mapped."""


def map_header(cells):
    """Give back ({field: column number}, currency code or "")."""
    names = [_normalized(cell) for cell in cells]
    columns, currencies = {}, {}
    for number, name in enumerate(names):
        field, currency = _field_of(name)
        if field in columns:
            raise HeaderError(f"columns {cells[columns[field]]!r} and {cells[number]!r} both hold the {field}")
        if field:
            columns[field], currencies[field] = number, currency
    missing = [field for field in ALIASES if field not in columns]
    if missing:
        raise HeaderError(f"{_missing(missing)}; the header has: {', '.join(cells)}")
    return columns, currencies["amount"]


def _missing(fields):
    """Name the missing columns and what they may be called."""
    return "; ".join(f"no column for the {field} ({', '.join(sorted(ALIASES[field]))})" for field in fields)


def _normalized(cell):
    return re.sub(r"[\W_]+", "_", cell.lower()).strip("_")


def _field_of(name):
    """The field that a column holds and the currency its name tells: `amount_gbp` → ("amount", "GBP")."""
    for field, aliases in ALIASES.items():
        if name.replace("_", "") in {alias.replace("_", "") for alias in aliases}:
            return field, ""
    match = AMOUNT_IN_CURRENCY.fullmatch(name)
    if match and match[1].upper() in CODES:
        return "amount", match[1].upper()
    return None, ""
