"""The user's own invoices: a CSV file with a header, one row per invoice, read wholly or not at all."""

import csv
import io
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from .book import Book, Customer, Document, Product
from .csv_header import HeaderError, map_header
from .csv_problems import CsvError, RowProblem
from .csv_values import ValueProblem, parse_amount, parse_date, required

GOODS = Product("goods", "Goods as invoiced", "Goods")


@dataclass(frozen=True)
class Row:
    line: int
    invoice: str
    date: date
    customer: str
    amount: Decimal


def read_book(path):
    """The file as a book; a negative amount is a refund. Raises CsvError with every broken row."""
    path = Path(path)
    rows, currency = read_rows(path)
    names = dict.fromkeys(row.customer for row in rows)
    return Book(
        title=path.name,
        currency=currency,
        customers=tuple(Customer(name, name) for name in names),
        products=(GOODS,),
        documents=tuple(_document(row) for row in rows),
        salespeople=("Sales Person",),
    )


def _document(row):
    return Document(
        number=row.invoice,
        date=row.date,
        due=row.date,
        customer=row.customer,
        product=GOODS.key,
        quantity=1,
        price=abs(row.amount),
        is_refund=row.amount < 0,
    )


def read_rows(path):
    """The rows and the currency (empty when the header names none)."""
    path = Path(path)
    lines = _lines(_text(path), path)
    if not lines:
        raise CsvError(path, [RowProblem(1, "the file is empty")])
    columns, currency = _columns(lines[0], path)
    rows = _rows(lines[1:], len(lines[0][1]), columns, path)
    if not rows:
        raise CsvError(path, [RowProblem(lines[0][0], "there is no invoice below the header")])
    return rows, currency


def _text(path):
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        reason = f"byte {data[error.start]:#04x} is not UTF-8; save the file as UTF-8"
        raise CsvError(path, [RowProblem(line, reason)]) from None


def _lines(text, path):
    """[(line number, cells)] without blank lines."""
    header = text.lstrip().split("\n", 1)[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines, start = [], 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                lines.append((start, cells))
            start = reader.line_num + 1
    except csv.Error as error:
        raise CsvError(path, [RowProblem(start, f"not readable as CSV: {error}")]) from None
    return lines


def _columns(header, path):
    line, cells = header
    try:
        return map_header(cells)
    except HeaderError as error:
        raise CsvError(path, [RowProblem(line, str(error))]) from None


def _rows(lines, width, columns, path):
    rows, problems, seen = [], [], {}
    for line, cells in lines:
        try:
            row = _row(line, cells, width, columns)
            _check_new(row, seen)
        except ValueProblem as problem:
            problems.append(RowProblem(line, str(problem)))
        else:
            rows.append(row)
    if problems:
        raise CsvError(path, problems)
    return rows


def _row(line, cells, width, columns):
    if len(cells) != width:
        raise ValueProblem(f"{len(cells)} columns, the header has {width}")
    text = {field: cells[number] for field, number in columns.items()}
    return Row(
        line,
        required(text["invoice"], "invoice number"),
        parse_date(text["date"]),
        " ".join(required(text["customer"], "customer").split()),
        parse_amount(text["amount"]),
    )


def _check_new(row, seen):
    """One row is one whole invoice; a second one of the same number would be counted twice or lost."""
    first = seen.setdefault(row.invoice, row)
    if first is row:
        return
    same = (first.date, first.customer) == (row.date, row.customer)
    what = "one row holds one whole invoice" if same else f"there for {first.customer} on {first.date}"
    raise ValueProblem(f"invoice {row.invoice} is on line {first.line} already ({what})")
