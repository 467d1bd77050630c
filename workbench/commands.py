"""The commands, as `python3 -m workbench <command>` and `make <command>`."""

import shutil

from . import (
    bench,
    console,
    crash,
    database,
    host,
    lifecycle,
    lint,
    odoo,
    paths,
    postgres,
    process,
    python,
    readme,
    serve,
    settings,
    setup,
    templates,
    testing,
    translations,
    upgrade,
)
from .demo import check as demo_check
from .demo import command as demo
from .problems import Problem
from .screenshots import command as screenshots


def setup_all():
    """get everything ready: system packages, Odoo, Python packages, PostgreSQL, the template database"""
    setup.all_parts(again=True)
    templates.ensure()
    console.say(f"Ready: {paths.BENCH}")


def dev_db():
    """a database with the addon, for development: make dev-db DB=name"""
    setup.all_parts()
    name = settings.database(settings.own("dev"))
    templates.fresh_database_with_addon(name)
    console.say(f"Ready: database {name}")


def update():
    """update the addon in a database: make update DB=name"""
    setup.all_parts()
    odoo.update(_existing(settings.own("dev")), (paths.ADDON,))


def shell():
    """an Odoo shell on the demo database (DB=name for another); reads a script from standard input"""
    setup.all_parts()
    odoo.shell(_existing("demo"))


def serve_demo():
    """the demo database at 127.0.0.1:8069 (PORT=, DB=)"""
    return serve.run(_existing)


def _existing(default):
    name = settings.database(default)
    if not database.exists(name):
        how = "make demo" if name == "demo" else f"make dev-db DB={name}"
        raise Problem(f"there is no database {name}", f"make one with: {how}")
    return name


def run_in_environment(*command):
    """(not by make) a program in the workbench's environment: python3 -m workbench run python x.py"""
    setup.all_parts()
    process.replace(command, odoo.environment())


def stop():
    """stop the PostgreSQL server"""
    postgres.stop()


def clean():
    """remove what the workbench made"""
    if paths.VENV.exists():
        postgres.stop()
    if (paths.ROOT / ".workbench").is_symlink():
        raise Problem(f"{paths.BENCH} is shared by a symlink", "run make clean where it lies, or remove the link")
    shutil.rmtree(paths.BENCH, ignore_errors=True)


def lock():
    """pin the Python packages of workbench/requirements-*.txt for all interpreters"""
    python.ensure("core")
    python.write_lock()


COMMANDS = {
    "setup": setup_all,
    "test": testing.everything,
    "test-all": testing.everything_with_data,
    "test-core": testing.core,
    "test-odoo": testing.odoo_tests,
    "test-modules": testing.module_tests,
    "test-lifecycle": lifecycle.run,
    "test-demo": testing.demo_tests,
    "test-data": testing.data_tests,
    "test-host": host.run,
    "test-crash": crash.run,
    "test-upgrade": upgrade.run,
    "keep-release": upgrade.keep,
    "lint": lint.run,
    "format": lint.mend,
    "dev-db": dev_db,
    "update": update,
    "shell": shell,
    "demo": demo.run,
    "demo-check": demo_check.run,
    "serve": serve_demo,
    "run": run_in_environment,
    "bench": bench.run,
    "translations": translations.export,
    "screenshots": screenshots.run,
    "readme": readme.run,
    "stop": stop,
    "clean": clean,
    "lock": lock,
}
