"""Template databases: Odoo with the addons we build on, made once and copied for each run."""

import ast

from . import console, database, locks, odoo, odoo_source, paths, stamps


def base_addons():
    """What the addon depends on, from its manifest."""
    return tuple(ast.literal_eval((paths.ADDON_DIR / "__manifest__.py").read_text())["depends"])


def ensure(demo=False, more=()):
    """The name of the template for this Odoo and these addons, and `more` of Odoo's, made when missing."""
    name = _name(demo, more)
    if not database.exists(name):
        with locks.exclusive(name):
            if not database.exists(name):
                _make(name, demo, more)
    return name


def _name(demo, more):
    content = (odoo_source.version(), base_addons(), *([tuple(more)] if more else []))
    return f"template_{stamps.fingerprint(*content)}{'_demo' if demo else ''}"


def _make(name, demo, more):
    """Under another name until it is whole; one with more is made from the one without."""
    draft = f"{name}_draft"
    database.drop(draft)
    if more:
        database.copy(ensure(demo), draft)
    else:
        database.create(draft)
    odoo.install(draft, more or ("base", *base_addons()), *(["--with-demo"] if demo else []), log=name)
    database.rename(draft, name)


def fresh_database(name, demo=False, more=()):
    """A new database from the template, without our addon."""
    template = ensure(demo, more)
    with console.step(f"database {name} from the template"):
        database.copy(template, name)
    return name


def fresh_database_with_addon(name, demo=False, more=()):
    fresh_database(name, demo, more)
    odoo.install(name, (paths.ADDON,))
    return name
