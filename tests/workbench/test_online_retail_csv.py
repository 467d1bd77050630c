"""The public workbook's lines become the CSV that `make test-data` reads."""

from datetime import datetime

import pytest

from workbench import process
from workbench.demo import real
from workbench.demo.online_retail import sum_invoices
from workbench.problems import Problem

DAY = datetime(2011, 1, 4, 8, 26)


def line(number, quantity, price, customer=17850.0):
    return {"InvoiceNo": number, "InvoiceDate": DAY, "CustomerID": customer, "Quantity": quantity, "UnitPrice": price}


@pytest.mark.parametrize(
    ("lines", "amounts"),
    [
        ([line(2, 6, 2.55), line(1, 1, 0.1), line(2, 8, 2.75)], ["0.10", "37.30"]),
        ([line("C2", -1, 5), line(3, -1, 5), line(4, 1, 0), line(5, 1, 5, customer=None)], []),
        ([line(6, 5, 0.001)], ["0.01"]),
    ],
)
def test_an_invoice_is_the_sum_of_its_sales(lines, amounts):
    assert [row[1:] for row in sum_invoices(lines)] == [("2011-01-04", "17850", amount) for amount in amounts]


def test_without_the_file_it_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("KAM_SHARED", str(tmp_path))
    with pytest.raises(Problem, match=r"KAM_SHARED= names the folder .* docs/reference/workbench\.md"):
        real.invoices()


def test_the_file_is_where_kam_shared_says(monkeypatch, tmp_path):
    monkeypatch.setenv("KAM_SHARED", str(tmp_path))
    file = process.paths.folder(tmp_path / "data") / "online_retail_invoices.csv"
    file.touch()
    assert real.invoices() == file
