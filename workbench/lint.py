"""ruff and pylint-odoo, the same for make and pre-commit."""

from . import bridges, console, paths, process, setup
from .tally import Tally

CHECKS = {
    "ruff check": ["ruff", "check", "."],
    "ruff format": ["ruff", "format", "--check", "."],
    # One concern per file: a model may be extended in several. (In pyproject.toml, enabling odoolint would win.)
    "pylint-odoo": ["pylint", "--disable=consider-merging-classes-inherited", paths.ADDON, *bridges.names()],
}


def run():
    """ruff and pylint-odoo"""
    setup.core()
    tally = Tally()
    for name, command in CHECKS.items():
        if not tally.count(_passes(name, command)):
            console.say(f"{name} found something; `make format` mends what ruff can")
    return tally


def _passes(name, command):
    with console.step(name):
        return process.show([paths.VENV_BIN / command[0], *command[1:]], cwd=paths.ROOT) == 0


def mend():
    """let ruff mend what it can"""
    setup.core()
    process.show([paths.VENV_BIN / "ruff", "check", "--fix", "."], cwd=paths.ROOT)
    process.show([paths.VENV_BIN / "ruff", "format", "."], cwd=paths.ROOT)
