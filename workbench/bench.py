"""`make bench`: databases with big books, made once and copied for each run, and the measurements on them."""

import os

from . import comparison, console, database, locks, odoo, paths, postgres, process, settings, setup, stamps, templates
from .problems import Problem

SCRIPTS = paths.ROOT / "benchmarks"
FILLER = SCRIPTS / "filler"
RESULTS = paths.BENCH / "bench"
# (b) needs no database; (c) compares the book with one of a tenth of its size.
TENTH = 10
PARTS = ("matching", "evaluation", "plans", "orders", "credit", "documents", "journeys")


def run():
    """measure speed and memory: BENCH_ONLY=orders (or matching, evaluation, plans, credit, documents,
    journeys); STRICT=1 fails on a missed bar"""
    chosen = chosen_parts()
    setup.all_parts()
    customers, invoices = _number("BENCH_CUSTOMERS", 100_000), _number("BENCH_INVOICES", 1_000_000)
    if "matching" in chosen:
        _measure_matching(customers)
    if "orders" in chosen:
        _measure_orders()
    if "credit" in chosen:
        _measure_credit()
    if "documents" in chosen:
        _measure_documents()
    if "journeys" in chosen:
        _measure_journeys()
    if "plans" in chosen:
        _measure_plans(customers)
    if "evaluation" in chosen:
        # The small book before and after the big one, so that a machine that gets busier does not look like growth.
        for name, divisor in (("before", TENTH), ("full", 1), ("after", TENTH)):
            _measure_evaluation(name, max(customers // divisor, 1), max(invoices // divisor, 1))
    return _report(chosen)


def chosen_parts():
    chosen = settings.text("BENCH_ONLY", ",".join(PARTS)).split(",")
    if unknown := sorted({*chosen} - {*PARTS}):
        raise Problem(f"BENCH_ONLY: there is no part {', '.join(unknown)}", f"some of: {', '.join(PARTS)}")
    return chosen


def _number(name, default):
    value = settings.text(name, str(default))
    if not value.isdigit() or not int(value):
        raise Problem(f"{name}={value!r} is no number of at least 1")
    return int(value)


def _measure_matching(customers):
    console.heading("Matching alone")
    _run_python("matching", _result("matching"), BENCH_CUSTOMERS=customers)


def _measure_evaluation(name, customers, invoices):
    console.heading(f"Evaluation of {customers:,} customers with {invoices:,} invoices")
    source = ensure_filled(customers, invoices)
    target = settings.own(f"bench_{name}")
    try:
        copy_filled(source, target)
        odoo.install(target, (paths.ADDON,))
        templates.switch_on_parts(target)
        _run_in_odoo(target, "evaluation", BENCH_OUT=_result(name), BENCH_ROUNDS=_number("BENCH_ROUNDS", 3))
    finally:
        database.drop(target)


def _measure_plans(customers):
    """With as many invoices as customers: how often a join is run through depends on these."""
    console.heading(f"The sources' statements for {customers:,} customers, by what PostgreSQL knows of the tables")
    source = ensure_filled(customers, customers)
    target = settings.own("bench_plans")
    try:
        copy_filled(source, target)
        # PostgreSQL must not look at the tables by itself meanwhile.
        database.leave_to_tests(target)
        odoo.install(target, (paths.ADDON,))
        templates.switch_on_parts(target)
        _run_in_odoo(target, "plans", BENCH_OUT=_result("plans"))
    finally:
        database.drop(target)


def _measure_orders():
    console.heading("Orders, with and without the addon")
    _measure_beside_plain("orders", _number("BENCH_ORDER_ROUNDS", 100))


def _measure_documents():
    console.heading("Invoices and payments, with and without the addon")
    _measure_beside_plain("documents", _number("BENCH_ORDER_ROUNDS", 40))


def _measure_journeys():
    console.heading("Files and functions on four journeys, and how often an order is judged")
    name = settings.own("bench_journeys")
    try:
        templates.switch_on_parts(templates.fresh_database_with_addon(name))
        _run_in_odoo(name, "journeys", BENCH_OUT=_result("journeys"))
    finally:
        database.drop(name)


def _measure_beside_plain(part, rounds):
    names = {side: settings.own(f"bench_{part}_{side}") for side in ("without", "with")}
    try:
        templates.fresh_database(names["without"])
        templates.switch_on_parts(templates.fresh_database_with_addon(names["with"]))
        values = {f"BENCH_{side.upper()}": name for side, name in names.items()}
        _run_in_odoo(names["with"], part, BENCH_OUT=_result(part), BENCH_ROUNDS=rounds, **values)
    finally:
        for name in names.values():
            database.drop(name)


def _measure_credit():
    console.heading("The credit check, by open documents, with others' beside it")
    names = {side: settings.own(f"bench_credit_{side}") for side in ("plain", "addon", "oca")}
    others = [comparison.addons_path()]
    try:
        templates.fresh_database(names["plain"])
        templates.switch_on_parts(templates.fresh_database_with_addon(names["addon"]))
        templates.fresh_database(names["oca"])
        odoo.install(names["oca"], comparison.ADDONS, more_addons=others)
        values = {f"BENCH_{side.upper()}": name for side, name in names.items()}
        rounds = _number("BENCH_ORDER_ROUNDS", 60)
        values |= {"BENCH_OUT": _result("credit"), "BENCH_ROUNDS": rounds}
        _run_in_odoo(names["oca"], "credit", more_addons=others, **values)
    finally:
        for name in names.values():
            database.drop(name)


def _result(name):
    return paths.folder(RESULTS) / f"{name}.json"


def _report(chosen):
    strict = settings.text("STRICT") not in ("", "0")
    whole = len(chosen) == len(PARTS)
    out = RESULTS / ("results.json" if whole else f"results-{'-'.join(chosen)}.json")
    return _run_python("report", out, *chosen, STRICT=int(strict), check=False)


def _run_python(name, out, *words, check=True, **values):
    """A script of the benchmarks that needs no Odoo."""
    values = {key: str(value) for key, value in values.items()}
    env = process.environment(PYTHONPATH=os.pathsep.join([str(paths.ROOT), str(paths.ROOT / paths.ADDON)]), **values)
    code = process.show([paths.VENV_PYTHON, "-m", f"benchmarks.{name}", out, *words], env=env, cwd=paths.ROOT)
    if code and check:
        raise Problem(f"benchmarks/{name}.py failed with exit code {code}")
    return code


def _run_in_odoo(name, module, more_addons=(), **values):
    """A module of the benchmarks in an Odoo shell on the database."""
    values = {"BENCH_MODULE": f"benchmarks.{module}"} | {key: str(value) for key, value in values.items()}
    env = odoo.environment(**values)
    env["PYTHONPATH"] = os.pathsep.join([str(paths.ROOT), env["PYTHONPATH"]])
    odoo.run_script(name, SCRIPTS / "odoo_script.py", env=env, more_addons=more_addons)


# Databases with a book, without our addon: they serve for as long as Odoo and the filler stay the same.


def ensure_filled(customers, invoices):
    """The name of the database with that book, made when missing."""
    name = f"bench_filled_{_fingerprint()}_{customers}_{invoices}"
    if not database.exists(name):
        with locks.exclusive(name):
            if not database.exists(name):
                _make_filled(name, customers, invoices)
    return name


def _fingerprint():
    return stamps.fingerprint(templates.ensure(), *sorted(FILLER.glob("*.py")))[:8]


def _make_filled(name, customers, invoices):
    """Under another name until it is whole, and instead of the one that an older filler made."""
    _drop_older(f"_{customers}_{invoices}")
    draft = f"{name}_draft"
    templates.fresh_database(draft)
    with console.step(f"{customers:,} customers with {invoices:,} invoices"):
        _run_in_odoo(draft, "fill", BENCH_CUSTOMERS=customers, BENCH_INVOICES=invoices)
    database.rename(draft, name)


def _drop_older(size):
    for name in postgres.query(rf"SELECT datname FROM pg_database WHERE datname ~ '^bench_filled_[0-9a-f]+{size}$'"):
        database.drop(name)


def copy_filled(source, target):
    with console.step(f"database {target} from {source}"):
        database.copy(source, target, by_file=True)
