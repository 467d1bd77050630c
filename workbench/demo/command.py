"""`make demo`: from a book of customers to an applied yearly evaluation."""

import json
import os
from datetime import date
from pathlib import Path

from workbench import console, database, locks, odoo, paths, settings, setup, stamps, templates
from workbench.problems import Problem

from .book import login
from .csv_problems import CsvError
from .csv_reader import read_book
from .generate import generate
from .loading import FOLDER, SCRIPTS, loaded_database
from .report import describe, write_rows
from .workers import run_script

DATABASE = "demo"
RESULT, ANSWER = FOLDER / "evaluation.csv", FOLDER / "result.json"
FIRST_YEAR = 2000
USERS, PORTAL_USER = ("admin", "key_manager", "key_approver", "key_finance"), "customer"


def run():
    """load customers, evaluate them, show what came out (INVOICES=path.csv YEAR=2011 for your own)"""
    make(settings.text("INVOICES"), settings.text("YEAR"), settings.database(DATABASE))


def make(invoices, year, name):
    """Make the demo database of that name, print the report and write the file of results."""
    book, year = choose_book(invoices, year)
    setup.server()
    result = make_from(book, years_to_evaluate(book, year), name, generated=not invoices)
    write_rows(RESULT, result["rows"])
    _show(result, name, book)


def make_from(book, years, name, generated=True):
    """Make the demo database of that name from a book, and return what came out."""
    with locks.exclusive("demo"):
        source = _database_with_addon(loaded_database(book))
        return _evaluate(source, name, years, generated)


def choose_book(invoices, year):
    """The book and the year that the caller asks for, as text; checked before anything is made."""
    year = _year(year)
    if not invoices:
        return generate(year), year
    book = _read(Path(invoices).expanduser())
    if year not in book.years:
        known = ", ".join(map(str, book.years))
        again = f"make demo INVOICES={invoices} YEAR={book.years[-1]}"
        raise Problem(f"{invoices} has no invoice in {year}", f"it has invoices in {known}: {again}")
    return book, year


def _year(text):
    """The given one; by default the last full one."""
    last = date.today().year - 1
    if text and not (text.isascii() and text.isdigit() and FIRST_YEAR <= int(text) <= last + 1):
        raise Problem(f"YEAR={text} is no year to evaluate", f"{FIRST_YEAR} to {last + 1}")
    return int(text) if text else last


def _read(path):
    if not path.is_file():
        raise Problem(f"there is no file {path}", "INVOICES= takes a CSV file: invoice, date, customer, amount")
    try:
        return read_book(path)
    except OSError as error:
        raise Problem(f"{path} cannot be read: {error.strerror}") from error
    except CsvError as error:
        for line in str(error).splitlines()[1:]:
            console.say(line)
        raise Problem(str(error).splitlines()[0]) from error


def years_to_evaluate(book, year):
    """The year, and the one before when the book has all of it, so that movements can be seen."""
    first_day = min(document.date for document in book.documents)
    return [year - 1, year] if first_day <= date(year - 1, 1, 31) else [year]


def _database_with_addon(loaded):
    """A copy of the loaded database with the addon as it is now; kept until the addon changes."""
    family = f"demo_ready_{stamps.fingerprint(loaded)}_"
    name = f"{family}{stamps.fingerprint(*templates.addon_files())}"
    if not database.exists(name):
        draft = f"{family}new"
        with console.step("copy of the loaded database"):
            database.copy(loaded, draft)
        odoo.install(draft, (paths.ADDON,), log="demo-install")
        for old in set(database.names(family)) - {draft}:
            database.drop(old)
        database.rename(draft, name)
    return name


def _evaluate(source, name, years, generated):
    """In a fresh copy, which takes the place of the last demo when it is finished."""
    draft = f"{name}_new"
    ANSWER.unlink(missing_ok=True)
    with console.step("copy for this run"):
        database.copy(source, draft)
    title = f"evaluation of {' and '.join(map(str, years))}"
    values = {
        "DEMO_YEARS": ",".join(map(str, years)),
        "DEMO_RESULT": ANSWER,
        # Of invented customers one can invent what people say of them, too.
        "DEMO_GENERATED": "yes" if generated else "",
    }
    run_script(title, draft, SCRIPTS / "evaluate.py", **values)
    database.drop(name)
    database.rename(draft, name)
    return json.loads(ANSWER.read_text(encoding="utf-8"))


def _show(result, name, book):
    console.heading(book.title)
    for line in describe(result):
        console.say(line)
    console.say(f"\nAll {len(result['rows']):,} customers: {os.path.relpath(RESULT)}")
    console.say(f"Look at it: make serve{'' if name == DATABASE else f' DB={name}'}")
    console.say(f"Users, each with the login as password: {', '.join([*USERS, *map(login, book.salespeople)])}")
    if result["life"]:
        console.say(f"A customer's login for the portal, /my: {PORTAL_USER}, with the same password")
