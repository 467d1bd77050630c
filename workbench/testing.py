"""`make test` and its parts. Each part gives back its tally."""

import time

from . import console, database, host, lifecycle, lint, odoo, paths, process, settings, setup, tally, templates
from .demo import command as demo

CORE_COVERAGE = 95
ODOO_COVERAGE = 90
# Odoo's, which the addon does not need and gets on with: calendar (which crm brings along), leads, timesheets.
MORE_MODULES = ("crm", "hr_timesheet")
MODULE_TESTS = "tests/modules"


def everything():
    """all checks until one fails: lint, test-core, test-odoo with browser tours, test-modules, test-lifecycle,
    test-demo, part of test-host"""
    started, total = time.monotonic(), tally.Tally()
    parts = {
        "lint": lint.run,
        "test-core": core,
        "test-odoo": odoo_tests,
        "test-modules": module_tests,
        "test-lifecycle": lifecycle.run,
        "test-demo": demo_tests,
        "test-host": host.subset,
    }
    for name, part in parts.items():
        total += _timed(name, part)
        if total.failed:
            console.say(f"\nstopped at {name}")
            break
    console.say(f"\n{console.duration(time.monotonic() - started)} in all")
    return total


def _timed(name, part):
    started = time.monotonic()
    console.heading(name)
    result = part()
    console.say(f"{name}: {result}, {console.duration(time.monotonic() - started)}")
    return result


def core():
    """the pure tests, which need no Odoo: TESTS=path, ARGS="-k name\""""
    setup.core()
    coverage = ["--cov=key_account_mgmt/rules", "--cov-branch", *_coverage_floor(CORE_COVERAGE)]
    # Those need Odoo: `make test-modules`.
    words = [*coverage, f"--ignore={MODULE_TESTS}", *_chosen("tests")]
    return _pytest("core", words, process.environment())


def odoo_tests():
    """the addon's tests in Odoo, browser tours included: DB=name, TESTS=path, ARGS="-k name\""""
    setup.all_parts()
    name = settings.database(settings.own("test"))
    templates.fresh_database_with_addon(name)
    coverage = [f"--cov={paths.ADDON}", "--cov-config=workbench/coverage-odoo.ini", *_coverage_floor(ODOO_COVERAGE)]
    return _odoo_pytest("odoo", name, ["--odoo-http", *coverage, *_chosen(f"{paths.ADDON}/tests")])


def module_tests():
    """the addon with modules of Odoo's that it does not depend on: DB=name, TESTS=path, ARGS="-k name\""""
    setup.all_parts()
    name = settings.database(settings.own("modules"))
    templates.fresh_database_with_addon(name, more=MORE_MODULES)
    return _odoo_pytest("modules", name, _chosen(MODULE_TESTS))


def demo_tests():
    """the demo on the generated book, and whether each method is at work in it"""
    name = settings.own("test_demo")
    demo.make("", "", name)
    database.drop(name)
    return _pytest("demo", ["-q", "tests/demo/check_generated.py"], odoo.environment())


def _odoo_pytest(purpose, name, words):
    database.leave_to_tests(name)
    # Odoo's own use of outdated parts of its libraries is not for us to mend.
    options = ["-p", "odoo", f"--odoo-database={name}", "-W", "ignore::DeprecationWarning"]
    options += [f"--odoo-extra={option.lstrip('-')}" for option in odoo.options(name)]
    return _pytest(purpose, [*options, *words], odoo.environment())


def _chosen(default):
    return [*settings.text("TESTS", default).split(), *settings.args()]


def _coverage_floor(percent):
    """A developer who runs some of the tests wants no verdict on coverage."""
    some = settings.text("TESTS") or settings.text("ARGS")
    return ["--cov-report="] if some else ["--cov-report=term-missing:skip-covered", f"--cov-fail-under={percent}"]


def _pytest(name, words, env):
    env["COVERAGE_FILE"] = str(paths.folder(paths.BENCH / "coverage") / f"{paths.ROOT.name}-{name}")
    command = [paths.VENV_PYTHON, "-m", "pytest", "-o", f"cache_dir={paths.BENCH / 'cache/pytest'}", *words]
    code, output = process.show_and_keep(command, env=env, cwd=paths.ROOT)
    return tally.of_pytest(output, code)
