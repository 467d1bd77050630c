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
    command = [paths.VENV_PYTHON, "-m", "pytest", "-p", "odoo", f"--odoo-database={name}", "--odoo-http",
               settings.text("TESTS", f"{paths.ADDON}/tests"), *settings.args()]
    if process.show(command, env=odoo.environment(), cwd=paths.ROOT):
        raise Problem("Odoo tests failed")
