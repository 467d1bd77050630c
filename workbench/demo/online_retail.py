"""From the workbook "Online Retail" of the UCI Machine Learning Repository to the CSV of real invoices.

    python3 -m workbench run python -m workbench.demo.online_retail "Online Retail.xlsx" online_retail_invoices.csv

An invoice is the sum of its lines. Cancelled invoices (their number begins with C), lines without a customer, and lines
that return or give away goods are left out.
"""

import csv
import sys
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

COLUMNS = ("InvoiceNo", "InvoiceDate", "CustomerID", "Quantity", "UnitPrice")
HEADER = ("invoice", "date", "customer", "amount_gbp")
PENNY = Decimal("0.01")


def sum_invoices(lines):
    """``(invoice, date, customer, amount)`` by number; lines are values by the workbook's names of columns."""
    sums = {}
    for line in filter(_is_sale, lines):
        number = str(line["InvoiceNo"])
        date, customer, amount = sums.get(number, (f"{line['InvoiceDate']:%Y-%m-%d}", str(int(line["CustomerID"])), 0))
        sums[number] = date, customer, amount + Decimal(str(line["UnitPrice"])) * int(line["Quantity"])
    return [
        (number, date, customer, str(amount.quantize(PENNY, ROUND_HALF_UP)))
        for number, (date, customer, amount) in sorted(sums.items())
    ]


def _is_sale(line):
    cancelled = str(line["InvoiceNo"]).upper().startswith("C")
    return line["CustomerID"] and not cancelled and line["Quantity"] > 0 and line["UnitPrice"] > 0


def read_workbook(path):
    import openpyxl

    header, *rows = openpyxl.load_workbook(path, read_only=True).active.iter_rows(values_only=True)
    return (dict(zip(header, row, strict=True)) for row in rows)


def main(source, target):
    rows = sum_invoices(read_workbook(source))
    with Path(target).open("w", newline="", encoding="utf-8") as handle:
        csv.writer(handle).writerows([HEADER, *rows])
    print(f"{target}: {len(rows):,} invoices")


if __name__ == "__main__":
    main(*sys.argv[1:])
