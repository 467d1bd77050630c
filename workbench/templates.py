"""Template databases: Odoo with the addons we build on, made once and copied for each run."""

import ast

from . import console, database, locks, odoo, odoo_source, paths, stamps


def base_addons():
    """What the addon depends on, from its manifest."""
    return tuple(ast.literal_eval((paths.ADDON_DIR / "__manifest__.py").read_text())["depends"])


def ensure(demo=False):
    """The name of the template for this Odoo and these addons, made when missing."""
    name = _name(demo)
    if not database.exists(name):
        with locks.exclusive(name):
            if not database.exists(name):
                _make(name, demo)
    return name


def _name(demo):
    return f"template_{stamps.fingerprint(odoo_source.version(), base_addons())}{'_demo' if demo else ''}"


def _make(name, demo):
    """Under another name until it is whole."""
    draft = f"{name}_draft"
    database.drop(draft)
    database.create(draft)
    odoo.install(draft, ("base", *base_addons()), *(["--with-demo"] if demo else []), log=name)
    database.rename(draft, name)


def fresh_database(name, demo=False):
    """A new database from the template, without our addon."""
    template = ensure(demo)
    with console.step(f"database {name} from the template"):
        database.copy(template, name)
    return name


def fresh_database_with_addon(name, demo=False):
    fresh_database(name, demo)
    odoo.install(name, (paths.ADDON,))
    return name
