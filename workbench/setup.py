"""Everything a command needs, ready: each part looks whether it is there already."""

import os

from . import locks, odoo_source, paths, postgres, python, stamps, system


def core():
    """Enough for lint and the pure tests: no Odoo, no database."""
    python.ensure("core")
    machine()
    python.ensure_optional()


def all_parts():
    """Enough for anything that runs Odoo."""
    core()
    python.ensure("odoo")
    with locks.exclusive("odoo-source"):
        odoo_source.ensure()
    odoo_source.link_fonts()
    postgres.ensure()


def machine(again=False):
    """System packages; looked at once, and again by `make setup`."""
    content = f"{os.geteuid()} {paths.PYTHON_VERSION}"
    if again or not stamps.is_fresh("system", content):
        with locks.exclusive("system"):
            system.ensure_compiler()
            system.ensure_browser_and_pdf()
        stamps.write("system", content)
