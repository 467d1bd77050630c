"""The tests."""

from . import lint, odoo, paths, process, settings, setup, templates
from .problems import Problem


def everything():
    """everything"""
    lint.run()


def core():
    """the pure tests, without Odoo"""
    setup.core()


def odoo_tests():
    """the addon's tests in Odoo, browser tours included: DB=name, TESTS=path, ARGS="-k name" """
    setup.all_parts()
    name = settings.database(settings.own("test"))
    templates.fresh_database_with_addon(name)
    extra = [f"--odoo-extra={option.lstrip('-')}" for option in odoo.options(name)]
    command = [
        paths.VENV_PYTHON,
        "-m",
        "pytest",
        f"--odoo-database={name}",
        "--odoo-http",
        "-W",
        "ignore::DeprecationWarning",
        *extra,
        settings.text("TESTS", f"{paths.ADDON}/tests"),
        *settings.args(),
    ]
    if process.show(command, env=odoo.environment(), cwd=paths.ROOT):
        raise Problem("Odoo tests failed")
