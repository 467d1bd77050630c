"""`make test` and its parts. Each part gives back its tally."""

import os
import time

from . import bridges, console, database, lanes, odoo, paths, postgres, process, settings, setup, tally, templates
from .demo import command as demo
from .demo import real
from .lanes import Part

CORE_COVERAGE = 95
ODOO_COVERAGE = 90
MODULE_TESTS = "tests/modules"
ODOO_TESTS = f"{paths.ADDON}/tests"
# What needs the real invoices: make test-data.
DATA_TESTS = ("tests/core/test_online_retail.py", f"{ODOO_TESTS}/*/test_retail_*.py")
# What tells most in the shortest time comes first, then the longest. Those without a number take all cores.
PARTS = (
    Part("lint", 1),
    Part("test-core", 1),
    Part("test-lifecycle", 1),
    Part("test-modules", 1),
    Part("test-upgrade", 1),
    Part("test-odoo"),
    Part("test-demo"),
    Part("test-host", values={"HOST": "subset"}),
)
SLOWEST = f"--durations={lanes.SLOWEST}"
# More would wait for the database server.
MOST_PROCESSES = 8


def everything():
    """all checks, side by side on all cores, until one fails: lint, test-core, test-odoo with browser tours,
    test-modules, test-lifecycle, test-upgrade, test-demo, part of test-host"""
    console.say("left out: the tests on real invoices, which are not part of this repository (make test-data)")
    return _side_by_side(PARTS)


def everything_with_data():
    """what make test does, and test-data"""
    real.invoices()
    return _side_by_side([*PARTS, Part("test-data", 1)])


def _side_by_side(parts):
    started = time.monotonic()
    setup.all_parts()
    total = lanes.run(parts, cores())
    console.say(f"\n{console.duration(time.monotonic() - started)} in all")
    return total


def cores():
    return len(os.sched_getaffinity(0))


def core():
    """the pure tests, which need no Odoo: TESTS=path, ARGS="-k name\""""
    setup.core()
    coverage = ["--cov=key_account_mgmt/rules", "--cov-branch", *_coverage_floor(CORE_COVERAGE)]
    # Those need Odoo: `make test-modules`.
    words = [*coverage, f"--ignore={MODULE_TESTS}", *_without_data(), *_chosen("tests")]
    return _pytest("core", words, process.environment())


def odoo_tests():
    """the addon's tests in Odoo, browser tours included: DB=name, TESTS=path, ARGS="-k name\""""
    setup.all_parts()
    name = settings.database(settings.own("test"))
    templates.fresh_database_for_tests(name)
    coverage = [f"--cov={paths.ADDON}", "--cov-config=workbench/coverage-odoo.ini", *_coverage_floor(ODOO_COVERAGE)]
    words = ["--odoo-http", *coverage, *_without_data(), *_spread(), *_chosen(ODOO_TESTS)]
    return _odoo_pytest("odoo", name, words)


def data_tests():
    """the tests on real invoices (KAM_SHARED=folder, by default ../shared): DB=name, ARGS="-k name\""""
    real.invoices()
    setup.all_parts()
    name = settings.database(settings.own("data"))
    templates.fresh_database_for_tests(name)
    core, *odoo_files = (file for pattern in DATA_TESTS for file in sorted(map(str, paths.ROOT.glob(pattern))))
    result = _pytest("data-core", [core, *settings.args()], process.environment())
    return result + _odoo_pytest("data", name, [*odoo_files, *settings.args()])


def _without_data():
    """Unless they are named."""
    return [] if settings.text("TESTS") else [f"--ignore-glob={pattern}" for pattern in DATA_TESTS]


def _spread():
    """One process per core, each with a copy of the database; who runs some tests only waits for no copies."""
    if settings.text("TESTS") or settings.text("ARGS"):
        return []
    spread = ["-p", "workbench.pytest_spread", "--no-loadscope-reorder", "--dist=loadfile"]
    return [f"--numprocesses={min(cores(), MOST_PROCESSES)}", *spread]


def module_tests():
    """the addon with modules of Odoo's that it does not depend on, and our bridges to them: DB=name, TESTS=path,
    ARGS="-k name\""""
    setup.all_parts()
    name = settings.database(settings.own("modules"))
    templates.fresh_database_with_addon(name, more=bridges.dependencies())
    return _odoo_pytest("modules", name, ["--odoo-http", *_chosen(" ".join([MODULE_TESTS, *bridges.tests()]))])


def demo_tests():
    """the demo on the generated book, and whether each method is at work in it"""
    name = settings.own("test_demo")
    demo.make("", "", name)
    database.drop(name)
    return _pytest("demo", ["-q", "tests/demo/check_generated.py"], odoo.environment())


def _odoo_pytest(purpose, name, words):
    database.leave_to_tests(name)
    for copy in database.names(f"{name}-gw"):
        # Of a run that was broken off; whatever is still at work in them ends.
        database.drop(copy)
    # Odoo's own use of outdated parts of its libraries is not for us to mend.
    options = ["-p", "odoo", f"--odoo-database={name}", "-W", "ignore::DeprecationWarning"]
    options += [f"--odoo-extra={option.lstrip('-')}" for option in odoo.options(name)]
    return _pytest(purpose, [*options, *words], _environment_with_tools())


def _environment_with_tools():
    """With createdb and dropdb, by which pytest-odoo gives each process its database."""
    env = odoo.environment()
    return {**env, "PATH": os.pathsep.join([str(postgres.tool("createdb").parent), env["PATH"]])}


def _chosen(default):
    return [*settings.text("TESTS", default).split(), *settings.args()]


def _coverage_floor(percent):
    """A developer who runs some of the tests wants no verdict on coverage."""
    some = settings.text("TESTS") or settings.text("ARGS")
    return ["--cov-report="] if some else ["--cov-report=term-missing:skip-covered", f"--cov-fail-under={percent}"]


def _pytest(name, words, env):
    env["COVERAGE_FILE"] = str(paths.folder(paths.BENCH / "coverage") / f"{paths.ROOT.name}-{name}")
    command = [paths.VENV_PYTHON, "-m", "pytest", "-o", f"cache_dir={paths.BENCH / 'cache/pytest'}", SLOWEST, *words]
    code, output = process.show_and_keep(command, env=env, cwd=paths.ROOT)
    return tally.of_pytest(output, code)
