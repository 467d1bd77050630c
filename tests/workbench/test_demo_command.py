"""What `make demo` says: which book it takes, and one clear line when it cannot."""

from datetime import date

import pytest

from workbench.demo import command, report
from workbench.problems import Problem

LAST_YEAR = date.today().year - 1
RESULT = {
    "evaluation": "Year 2011",
    "ruleset": "Default",
    "state": "Applied",
    "currency": "GBP",
    "seconds": 4.06,
    "tiers": [["A", 1, "1500.50"], ["B", 0, "0"], ["C", 3, "499.50"]],
    "vetoes": {"One-off purchase": 2},
    "movements": {"new": 3, "up": 1, "lost": 1200},
    "biggest": [
        {
            "customer": "Smith",
            "revenue": "1500.50",
            "score": "99.5",
            "rank": 1,
            "tier": "A",
            "reasons": ["Top.", "Big."],
        },
        {"customer": "Jones", "revenue": "499.50", "score": "7", "rank": 12, "tier": "C", "reasons": []},
    ],
    "comparison": {
        "rulesets": ["Default", "Score"],
        "customers": 1204,
        "agreed": 1000,
        "seconds": 3.16,
        "collecting": 1.14,
    },
    "methods": [
        {"name": "Revenue", "customers": 1204, "tiers": [["A", 1], ["C", 1203]]},
        {"name": "Pyramid", "customers": 1204, "tiers": [["VIP", 1204]]},
    ],
    "example": {"company": "Example", "lines": [["Lake", "75", "Good"]]},
    "rows": [["Smith", "1500.50", "99.5", 1, "A", ""], ['Jo "N" es', "499.50", "7", 12, "C", "One-off purchase;Thin"]],
}


@pytest.fixture
def choose(tmp_path):
    (tmp_path / "good.csv").write_text("invoice,date,customer,amount\n1,2010-12-01,Smith,1\n2,2011-02-01,Smith,1\n")
    (tmp_path / "broken.csv").write_text("invoice,date,customer,amount\n1,someday,Smith,1\n2,2011-02-01,,1\n")

    def choose_book(invoices="", year=""):
        return command.choose_book(str(tmp_path / invoices) if invoices else "", year)

    return choose_book


def test_by_default_the_generated_book_of_the_last_full_year(choose):
    book, year = choose()
    assert (year, book.years) == (LAST_YEAR, [LAST_YEAR - 1, LAST_YEAR])


def test_own_invoices_and_year(choose):
    book, year = choose("good.csv", "2011")
    assert (year, len(book.documents)) == (2011, 2)


@pytest.mark.parametrize(
    ("invoices", "year", "words"),
    [
        ("missing.csv", "2011", ["there is no file", "missing.csv", "invoice, date, customer, amount"]),
        ("good.csv", "2013", ["good.csv has no invoice in 2013", "2010, 2011", "YEAR=2011"]),
        ("good.csv", "", [f"good.csv has no invoice in {LAST_YEAR}"]),
        ("good.csv", "20x1", ["YEAR=20x1 is no year to evaluate"]),
        ("", "1776", ["YEAR=1776 is no year to evaluate"]),
        ("broken.csv", "2011", ["broken.csv has 2 broken rows; nothing was loaded"]),
    ],
)
def test_one_clear_line_when_it_cannot(choose, invoices, year, words):
    with pytest.raises(Problem) as caught:
        choose(invoices, year)
    text = str(caught.value)
    assert "\n" not in text
    assert all(word in text for word in words)


def test_broken_rows_are_shown_with_line_and_reason(choose, capsys):
    with pytest.raises(Problem):
        choose("broken.csv", "2011")
    assert capsys.readouterr().out.splitlines() == [
        "  line 2: the date 'someday' is not of the form 2011-12-31",
        "  line 3: the customer is empty",
    ]


@pytest.mark.parametrize(("first_day", "years"), [("2010-01-31", [2010, 2011]), ("2010-02-01", [2011])])
def test_the_year_before_is_evaluated_when_the_book_has_all_of_it(tmp_path, first_day, years):
    path = tmp_path / "invoices.csv"
    path.write_text(f"invoice,date,customer,amount\n1,{first_day},Smith,1\n2,2011-02-01,Smith,1\n")
    assert command.years_to_evaluate(command.read_book(path), 2011) == years


def test_report_shows_tiers_with_shares_vetoes_and_the_biggest_customers():
    assert list(report.describe(RESULT)) == [
        "Year 2011: 2 customers, applied",
        "Rule set: Default.  The evaluation took 4.1 s.",
        "",
        "  Tier  Customers   Share  Revenue GBP   Share",
        "  A             1  25.0 %     1,500.50  75.0 %",
        "  B             0   0.0 %         0.00   0.0 %",
        "  C             3  75.0 %       499.50  25.0 %",
        "  All           4             2,000.00",
        "",
        "Movements: new 3, up 1, lost 1,200",
        "Vetoes: One-off purchase 2",
        "",
        "Compared: Default, Score.  All agree on 1,000 of 1,204 customers.",
        "The comparison took 3.2 s, 1.1 s of it for collecting.",
        "",
        "Every method on the same customers",
        "  Revenue  A 1, C 1,203",
        "  Pyramid  VIP 1,204",
        "",
        "Company Example: Lake, 75 points, Good.",
        "",
        "The 2 biggest customers",
        "  Rank  Tier  Score  Revenue GBP  Customer",
        "     1  A      99.5     1,500.50  Smith",
        "        Top.",
        "        Big.",
        "    12  C         7       499.50  Jones",
    ]


def test_file_has_one_row_per_customer(tmp_path):
    path = tmp_path / "evaluation.csv"
    report.write_rows(path, RESULT["rows"])
    assert path.read_text().splitlines() == [
        "customer,revenue,score,rank,tier,vetoes",
        "Smith,1500.50,99.5,1,A,",
        '"Jo ""N"" es",499.50,7,12,C,One-off purchase;Thin',
    ]
