"""Template databases: Odoo with the addons we build on, made once and copied for each run."""

import ast

from . import console, database, locks, odoo, odoo_source, paths, postgres, settings, stamps

PREPARE_TESTS = paths.ROOT / "workbench/odoo_scripts/prepare_tests.py"

PARTS_ON = f"""
    INSERT INTO res_groups_implied_rel (gid, hid)
         SELECT employees.res_id, part.res_id
           FROM ir_model_data employees, ir_model_data part
          WHERE (employees.module, employees.name) = ('base', 'group_user')
                AND part.module = '{paths.ADDON}' AND part.model = 'res.groups' AND part.name LIKE 'group\\_part\\_%'
    ON CONFLICT DO NOTHING
"""


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


def switch_on_parts(name):
    """Switch on all parts of the addon, most of which are off after the installation."""
    postgres.query(PARTS_ON, name)


def addon_files():
    """All that Odoo loads of the addon, names and contents, for a stamp."""
    files = sorted(path for path in paths.ADDON_DIR.rglob("*") if path.is_file() and _counts(path))
    return [part for path in files for part in (path.relative_to(paths.ROOT), path)]


def _counts(path):
    return not {"__pycache__", "tests"} & set(path.parts) and path.suffix != ".pyc"


def fresh_database_for_tests(name):
    """A copy of the database in which the addon's tests find it installed, and what all their classes need."""
    prepared = _prepared_for_tests()
    with console.step(f"database {name} from the prepared one"):
        database.copy(prepared, name)
    return name


def _prepared_for_tests():
    """Kept until the addon changes, tests apart."""
    family = f"{settings.own('prepared')[:46]}_"
    name = f"{family}{stamps.fingerprint(ensure(), *addon_files(), PREPARE_TESTS)}"
    with locks.exclusive(family):
        if not database.exists(name):
            draft = fresh_database_with_addon(f"{family}new")
            # Libraries that Odoo uses in an outdated way warn with a page of text each.
            odoo.run_script(draft, PREPARE_TESTS, log_level="error")
            database.leave_to_tests(draft)
            # Not those of a clone whose name goes on where this one's ends.
            for old in (old for old in database.names(family) if len(old) == len(name)):
                database.drop(old)
            database.rename(draft, name)
    return name
