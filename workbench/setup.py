"""Everything a command needs, ready: each part looks whether it is there. `again` looks once more at the machine."""

import os

from . import browser, locks, odoo_source, paths, postgres, python, stamps, system


def core(again=False):
    """Enough for lint and the pure tests: no Odoo, no database."""
    python.ensure("core")
    _machine("compiler", system.ensure_compiler, again)
    python.ensure_optional(again)


def all_parts(again=False):
    """Enough for anything that runs Odoo, tests in a browser too."""
    server(again)
    _machine("browser", browser.ensure, again)


def server(again=False):
    """Enough for a database and a server: users bring their own browsers."""
    core(again)
    python.ensure("odoo")
    _machine("pdf", system.ensure_pdf, again)
    with locks.exclusive("odoo-source"):
        odoo_source.ensure()
    odoo_source.link_fonts()
    postgres.ensure()


def _machine(name, look, again):
    """Looked at once only: what cannot be installed here would otherwise be tried by every command."""
    stamp, content = f"system-{name}", f"{os.geteuid()} {paths.PYTHON_VERSION}"
    if again or not stamps.is_fresh(stamp, content):
        with locks.exclusive("system"):
            look()
        stamps.write(stamp, content)
