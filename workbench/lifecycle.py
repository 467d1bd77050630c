"""Install, use, uninstall, install again, install with demo data: nothing stays behind, and no log has a warning."""

import re

from . import console, database, odoo, paths, postgres, process, settings, setup, templates
from .problems import Problem
from .tally import Tally

BAD_LINE = re.compile(r"^\d{4}-\d\d-\d\d \S+ \d+ (WARNING|ERROR|CRITICAL) .*", re.MULTILINE)
# Odoo's own use of outdated parts of its libraries is not for us to mend.
ODOOS_OWN = re.compile(rf" py\.warnings: (?!\S*/{paths.ADDON})\S+: DeprecationWarning: ")
USE = paths.ROOT / "workbench/odoo_scripts/use.py"
UNINSTALL = paths.ROOT / "workbench/odoo_scripts/uninstall.py"
# What the addon must not leave behind; each query gives one line per thing.
LEFTOVERS = {
    "tables": "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'",
    "columns": "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'",
    "indexes": "SELECT indexname FROM pg_indexes WHERE schemaname = 'public'",
    "constraints": "SELECT conrelid::regclass || '.' || conname FROM pg_constraint",
    "triggers": "SELECT tgrelid::regclass || '.' || tgname FROM pg_trigger WHERE NOT tgisinternal",
    "functions": "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    "external ids": f"SELECT name FROM ir_model_data WHERE module = '{paths.ADDON}'",
    "models": "SELECT model FROM ir_model",
    "fields": "SELECT model || '.' || name FROM ir_model_fields",
    "cron jobs": "SELECT cron_name FROM ir_cron",
    "parameters": "SELECT key FROM ir_config_parameter",
    "company-dependent defaults": "SELECT field_id FROM ir_default",
    "saved filters": "SELECT name FROM ir_filters WHERE name != 'Of others'",
    "columns of export templates": "SELECT name FROM ir_exports_line WHERE name != 'name'",
}
# Of what use.py makes, that which the addon has nothing to do with.
KEPT = "SELECT name FROM ir_filters WHERE name = 'Of others' UNION ALL SELECT name FROM ir_exports_line"
KEPT_EXPECTED = ["Of others", "name"]
# The worked example of the yearly appraisal.
DEMO_SCORES = """
    SELECT partner_name || ' ' || round(score) FROM key_account_evaluation_line WHERE partner_name = 'Lakeside Trading'
"""
DEMO_EXPECTED = ["Lakeside Trading 75"]
# The company with a year of life after its evaluation, by the model's own states.
DEMO_LIFE = """
    SELECT 'awards: ' || string_agg(DISTINCT state, ', ' ORDER BY state) FROM key_account_award
     UNION ALL
    SELECT 'approvals: ' || string_agg(DISTINCT state, ', ' ORDER BY state) FROM key_account_approval
     UNION ALL
    SELECT 'grades to give: ' || count(*) FROM key_account_appraisal_line WHERE option_id IS NULL
     UNION ALL
    SELECT 'targets under way: ' || count(*) FROM key_account_target WHERE year = extract(year FROM current_date)
"""
DEMO_LIFE_EXPECTED = [
    "awards: delivered, posted, promised, proposed, refused",
    "approvals: approved, refused, requested",
    "grades to give: 10",
    "targets under way: 12",
]


def run():
    """install, use, uninstall and install again, then install with demo data; no warning in any log, nothing left
    behind"""
    setup.all_parts()
    tally = Tally()
    plain, demo = settings.database(settings.own("lifecycle")), f"{settings.own('lifecycle')[:44]}_demo"
    templates.fresh_database(plain)
    before = _inventory(plain)
    _check(tally, "install", lambda log: odoo.install(plain, (paths.ADDON,), log=log))
    _check(tally, "use", lambda log: odoo.run_logged_script(plain, USE, log))
    _check(tally, "uninstall", lambda log: odoo.run_logged_script(plain, UNINSTALL, log, MODULE=paths.ADDON))
    _compare(tally, before, _inventory(plain))
    _look_for(tally, plain, "kept by uninstalling", KEPT, KEPT_EXPECTED)
    _check(tally, "install-again", lambda log: odoo.install(plain, (paths.ADDON,), log=log))
    templates.fresh_database(demo, demo=True)
    _check(tally, "install-with-demo", lambda log: odoo.install(demo, (paths.ADDON,), "--with-demo", log=log))
    # Odoo goes on without demo data where they cannot be loaded.
    _look_for(tally, demo, "demo data", DEMO_SCORES, DEMO_EXPECTED)
    _look_for(tally, demo, "life of the demo", DEMO_LIFE, DEMO_LIFE_EXPECTED)
    database.drop(plain)
    database.drop(demo)
    return tally


def _look_for(tally, name, what, sql, expected):
    lines = postgres.query(sql, name)
    if lines != expected:
        console.say(f"  {what}: found {lines}, expected {expected}")
    tally.count(lines == expected)


def _check(tally, name, action):
    log = f"lifecycle-{name}"
    try:
        action(log)
    except Problem as problem:
        console.say(str(problem))
        tally.count(False)
        return
    found = bad_lines(process.log_path(log).read_text(errors="replace"))
    for line in found[:10]:
        console.say(f"  {name}: {line}")
    tally.count(not found)


def bad_lines(log):
    """The lines of a log that are warnings or worse."""
    return [match[0] for match in BAD_LINE.finditer(log) if not ODOOS_OWN.search(match[0])]


def _inventory(name):
    return {what: set(postgres.query(sql, name)) for what, sql in LEFTOVERS.items()}


def _compare(tally, before, after):
    for what in LEFTOVERS:
        left = sorted(after[what] - before[what])
        if left:
            console.say(f"  left behind after uninstall, {what}: {', '.join(left[:10])}")
        tally.count(not left)
