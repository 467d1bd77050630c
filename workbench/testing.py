"""`make test` and its parts. Each part gives back its tally."""

import time

from . import console, database, host, lifecycle, lint, odoo, paths, process, settings, setup, tally, templates

CORE_COVERAGE = 95
ODOO_COVERAGE = 90


def everything():
    """all checks: lint, test-core, test-odoo with browser tours, test-lifecycle, part of test-host; until one fails"""
    started, total = time.monotonic(), tally.Tally()
    parts = {
        "lint": lint.run,
        "test-core": core,
        "test-odoo": odoo_tests,
        "test-lifecycle": lifecycle.run,
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
    return _pytest("core", [*coverage, *_chosen("tests")], process.environment())


def odoo_tests():
    """the addon's tests in Odoo, browser tours included: DB=name, TESTS=path, ARGS="-k name\""""
    setup.all_parts()
    name = settings.database(settings.own("test"))
    templates.fresh_database_with_addon(name)
    database.leave_to_tests(name)
    # Odoo's own use of outdated parts of its libraries is not for us to mend.
    words = ["-p", "odoo", f"--odoo-database={name}", "--odoo-http", "-W", "ignore::DeprecationWarning"]
    words += [f"--odoo-extra={option.lstrip('-')}" for option in odoo.options(name)]
    coverage = [f"--cov={paths.ADDON}", "--cov-config=workbench/coverage-odoo.ini", *_coverage_floor(ODOO_COVERAGE)]
    return _pytest("odoo", [*words, *coverage, *_chosen(f"{paths.ADDON}/tests")], odoo.environment())


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
