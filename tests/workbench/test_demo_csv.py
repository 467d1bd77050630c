"""The user's own invoices: read exactly, or refused with every broken row and its line number."""

from datetime import date
from decimal import Decimal

import pytest

from workbench.demo.csv_problems import CsvError
from workbench.demo.csv_reader import read_book, read_rows

HEADER = "invoice,date,customer,amount_gbp\n"
BELOW = "it must be below 10,000,000,000,000"
GOOD = "1,2011-01-04,Smith,10.50\n"


@pytest.fixture
def write(tmp_path):
    def write_file(content):
        path = tmp_path / "invoices.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_file


@pytest.mark.parametrize(
    "content",
    [
        "invoice,date,customer,amount\n1,2011-01-04,Smith,10.50\n",
        "\ufeffinvoice,date,customer,amount\n1,2011-01-04,Smith,10.50\n",
        "invoice;date;customer;amount\r\n1;2011-01-04;Smith;10.50\r\n",
        'Customer Name,Invoice Date,Amount,Invoice No.\n"Smith",2011-01-04,"10.50",1',
        "amount,note,invoice_number,customer_id,invoice_date\n10.50,anything,1,Smith,2011-01-04\n\n",
        "\ninvoice,date,customer,amount\n\n1 , 2011-01-04 , Smith , 10.50\n",
        "InvoiceNo,InvoiceDate,CustomerID,Total\n1,2011-01-04,Smith,10.50\n",
    ],
)
def test_header_maps_columns_in_any_order_under_usual_names(write, content):
    rows, currency = read_rows(write(content))
    assert [(row.invoice, row.date, row.customer, row.amount) for row in rows] == [
        ("1", date(2011, 1, 4), "Smith", Decimal("10.50"))
    ]
    assert currency == ""


@pytest.mark.parametrize(
    ("column", "currency"), [("amount_gbp", "GBP"), ("Amount (EUR)", "EUR"), ("net_cny", "CNY"), ("amount_net", "")]
)
def test_amount_column_tells_the_currency(write, column, currency):
    assert read_rows(write(f"invoice,date,customer,{column}\n{GOOD}"))[1] == currency


@pytest.mark.parametrize("text", ["0", "0.01", "139.12", "9999999999999.99", "-8.5", "+7", ".5", "0.10"])
def test_amounts_are_exact(write, text):
    rows, _currency = read_rows(write(f"{HEADER}1,2011-01-04,Smith,{text}\n"))
    assert rows[0].amount == Decimal(text)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1,2011-01-04,Smith", "3 columns, the header has 4"),
        ("1,2011-01-04,Smith,10.50,extra", "5 columns, the header has 4"),
        ("1,04.01.2011,Smith,10.50", "the date '04.01.2011' is not of the form 2011-12-31"),
        ("1,2011-02-29,Smith,10.50", "the date '2011-02-29' does not exist"),
        ("1,0011-02-03,Smith,10.50", "the date '0011-02-03' is not between 1970 and 2099"),
        ("1,,Smith,10.50", "the date is empty"),
        ("1,2011-01-04,Smith,NaN", "the amount 'NaN' is not a number of the form 1234.56"),
        ("1,2011-01-04,Smith,inf", "the amount 'inf' is not a number of the form 1234.56"),
        ("1,2011-01-04,Smith,1e3", "the amount '1e3' is not a number of the form 1234.56"),
        ("1,2011-01-04,Smith,ten", "the amount 'ten' is not a number of the form 1234.56"),
        ('1,2011-01-04,Smith,"1,234.50"', "the amount '1,234.50' is not a number of the form 1234.56"),
        ("1,2011-01-04,Smith,", "the amount is empty"),
        ("1,2011-01-04,Smith,0.125", "the amount 0.125 has more than two decimals"),
        ("1,2011-01-04,Smith,1000000000000001", f"the amount 1000000000000001 is too big: {BELOW}"),
        ("1,2011-01-04,Smith,-10000000000000", f"the amount -10000000000000 is too big: {BELOW}"),
        ("1,2011-01-04,,10.50", "the customer is empty"),
        (" ,2011-01-04,Smith,10.50", "the invoice number is empty"),
        ("7,2011-01-05,Smith,1", "invoice 7 is on line 2 already (there for Smith on 2011-01-04)"),
        ("7,2011-01-04,Jones,1", "invoice 7 is on line 2 already (there for Smith on 2011-01-04)"),
        ("7,2011-01-04,Smith,1", "invoice 7 is on line 2 already (one row holds one whole invoice)"),
    ],
)
def test_broken_row_is_named_by_line_and_reason(write, row, reason):
    path = write(f"{HEADER}7,2011-01-04,Smith,10.50\n{row}\n8,2011-01-06,Jones,3\n")
    with pytest.raises(CsvError) as caught:
        read_book(path)
    assert [(problem.line, problem.reason) for problem in caught.value.problems] == [(3, reason)]


def test_every_broken_row_is_told_and_the_first_twenty_are_shown(write):
    path = write(HEADER + "".join(f"{number},someday,Smith,1\n" for number in range(23)))
    with pytest.raises(CsvError) as caught:
        read_rows(path)
    lines = str(caught.value).splitlines()
    assert len(caught.value.problems) == 23
    assert lines[0] == f"{path} has 23 broken rows; nothing was loaded"
    assert lines[1] == "  line 2: the date 'someday' is not of the form 2011-12-31"
    assert lines[-1] == "  and 3 more"


def test_line_numbers_count_lines_of_the_file_not_records(write):
    path = write(f'{HEADER}1,2011-01-04,"Smith\nand Sons",1\n\n2,someday,Jones,1\n')
    with pytest.raises(CsvError) as caught:
        read_rows(path)
    assert [problem.line for problem in caught.value.problems] == [5]


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        ("", 1, "the file is empty"),
        (HEADER, 1, "there is no invoice below the header"),
        ("invoice,date,amount\n1,2011-01-04,1\n", 1, "no column for the customer"),
        ("invoice,date,customer,net,total\n1,2011-01-04,a,1,2\n", 1, "columns 'net' and 'total' both hold the amount"),
        ("invoice,date,customer,amount_foo\n", 1, "no column for the amount"),
        (HEADER.encode() + b"1,2011-01-04,M\xfcller,1\n", 2, "byte 0xfc is not UTF-8"),
        (f'{HEADER}1,2011-01-04,"Smith,1\n', 2, "not readable as CSV"),
    ],
)
def test_file_that_cannot_be_read_at_all(write, content, line, reason):
    with pytest.raises(CsvError) as caught:
        read_rows(write(content))
    (problem,) = caught.value.problems
    assert problem.line == line
    assert problem.reason.startswith(reason)


def test_rows_become_documents_and_negative_amounts_refunds(write):
    book = read_book(write(f"{HEADER}1,2011-01-04,Smith,10.50\n2,2011-02-04,Smith,-4\n3,2010-02-04,Jones,0\n"))
    assert [customer.name for customer in book.customers] == ["Smith", "Jones"]
    assert book.currency == "GBP"
    assert book.years == [2010, 2011]
    assert [(document.amount, document.is_refund) for document in book.documents] == [
        (Decimal("10.50"), False),
        (Decimal("4"), True),
        (Decimal("0"), False),
    ]
