"""`make test-host`: Odoo's own tests without and with the addon; whatever ends differently is a fault of the addon."""

import json
import os
from concurrent.futures import ThreadPoolExecutor

from . import console, database, odoo, paths, postgres, process, settings, setup, templates
from .host_difference import TEST, Difference
from .problems import Problem
from .tally import Tally

SCRIPT = paths.ROOT / "workbench/odoo_scripts/host_tests.py"
MODULES = ("sale", "sale_management", "sale_margin", "loyalty", "sale_loyalty")
# What an addon that judges orders may change: confirming, prices, margins, payments, rewards, invoices. Without the
# taxes of many countries, which take most of the time of all tests, and without a browser.
SUBSET = {
    "sale": (
        "TestSaleFlow",
        "TestSaleOrder",
        "TestSaleOrderInvoicing",
        "TestSalePrices",
        "TestSaleToInvoice",
        "TestSaleRefund",
        "TestSalePayment",
        "TestSaleOrderCreditLimit",
        "TestSaleOnchanges",
    ),
    "sale_management": ("TestSaleOrder", "TestSaleOrderTemplate"),
    "sale_margin": ("TestSaleMargin",),
    "loyalty": ("TestLoyalty",),
    "sale_loyalty": (
        "TestLoyalty",
        "TestProgramRules",
        "TestPayWithGiftCard",
        "TestUnlinkReward",
        "TestSaleInvoicing",
        "TestSaleAutoInvoice",
    ),
}
SIDES = ("without", "with")


def run():
    """Odoo's own tests of sale and loyalty without and with the addon: HOST=subset, or tags as in HOST=/sale_margin"""
    setup.all_parts()
    names = {side: f"{settings.database(settings.own('host'))[:40]}_{side}" for side in SIDES}
    try:
        _make_databases(names)
        chosen = tags(settings.text("HOST"))
        difference = Difference(*_run_both(names, chosen))
        if unknown := empty_tags(chosen, difference.tests):
            raise Problem(f"no tests of Odoo are {', '.join(unknown)}", "HOST, or SUBSET in workbench/host.py")
        if difference.differing:
            difference = _confirm(names, difference)
    finally:
        for name in names.values():
            database.drop(name)
    console.say("\n".join(difference.lines()))
    return Tally(len(difference.same), len(difference.differing))


def subset():
    """The fast part, for `make test`."""
    os.environ["HOST"] = settings.text("HOST", "subset")
    return run()


def tags(chosen):
    """As Odoo understands them."""
    if chosen == "subset":
        return ",".join(f"/{module}:{case}" for module, cases in SUBSET.items() for case in cases)
    return chosen or ",".join(f"/{module}" for module in MODULES)


def empty_tags(chosen, tests):
    """Those that ran nothing: a class that Odoo renamed must not go unnoticed."""
    ran = [match.groupdict() for test in tests if (match := TEST.search(test))]
    return [tag for tag in chosen.split(",") if tag.startswith("/") and not any(_is_of(tag, test) for test in ran)]


def _is_of(tag, test):
    module, _colon, rest = tag[1:].partition(":")
    case, _dot, method = rest.partition(".")
    wanted = {"module": module, "case": case, "method": method}
    return all(test[part] == value for part, value in wanted.items() if value)


def _make_databases(names):
    more = tuple(module for module in MODULES if module not in templates.base_addons())
    templates.fresh_database(names["without"], more=more)
    templates.fresh_database_with_addon(names["with"], more=more)


def _run_both(names, tags, title="Odoo's tests, without and with the addon"):
    """:return: outcome by test, without and with"""
    with (
        console.step(title, lambda: " | ".join(process.last_line(name)() for name in names.values())),
        ThreadPoolExecutor(min(os.cpu_count() or 1, len(SIDES))) as pool,
    ):
        return list(pool.map(lambda side: _run(names[side], tags), SIDES))


def _run(name, tags):
    """:return: None for a test that passed, else what went wrong, by test"""
    results = paths.folder(paths.TMP) / f"{name}.json"
    results.unlink(missing_ok=True)
    words = [
        f"--test-tags={tags}",
        "--stop-after-init",
        "--http-interface=127.0.0.1",
        f"--http-port={postgres.free_port()}",
    ]
    command = [paths.VENV_PYTHON, SCRIPT, "server", *odoo.options(name), *words]
    # The same order of sets on both sides.
    env = odoo.environment(HOST_RESULTS=str(results), PYTHONHASHSEED="0")
    process.run(command, name, f"Odoo's tests on {name}", env)
    outcomes = json.loads(results.read_text())
    results.unlink()
    return outcomes


def _confirm(names, difference):
    """What ended differently runs once more alone: a tour that was too slow on a busy machine is no fault."""
    again = _run_both(names, ",".join(difference.tags()), "what differed, once more")
    return difference.confirmed_by(*again)
