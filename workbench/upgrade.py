"""Small databases of released versions, kept in tests/upgrade, and whether today's code upgrades them."""

import ast
import dataclasses
import json
import lzma
import re

from . import console, database, odoo, paths, postgres, process, settings, setup
from .demo import command as demo
from .demo.generate import generate
from .lifecycle import bad_lines
from .problems import Problem
from .tally import Tally

FOLDER = paths.ROOT / "tests/upgrade"
FILL, STATE = FOLDER / "fill.py", FOLDER / "state.py"
YEAR, CUSTOMERS = 2025, 24
# Statements that only some versions of psql and PostgreSQL know.
PARTICULAR = re.compile(r"^(\\(un)?restrict |SET transaction_timeout)")


def keep():
    """fill a small database with the addon and keep it in tests/upgrade, for a release that later ones upgrade"""
    setup.all_parts()
    name = settings.database(settings.own("release"))
    demo.make_from(small_book(), [YEAR - 1, YEAR], name)
    odoo.run_script(name, FILL)
    version = _version()
    _write_state(name, FOLDER / f"{version}.json")
    _dump(name, FOLDER / f"{version}.sql.xz")
    database.drop(name)
    console.say(f"Kept: {FOLDER / version}.sql.xz")


def run():
    """upgrade the database of each released version, and compare what users rely on before and after"""
    setup.all_parts()
    dumps = sorted(FOLDER.glob("*.sql.xz"))
    if not dumps:
        raise Problem(f"no released version is kept in {FOLDER.relative_to(paths.ROOT)}", "make keep-release")
    tally = Tally()
    for dump in dumps:
        tally.count(_upgrades(dump))
    return tally


def small_book():
    """The first customers of the generated book, with their documents."""
    book = generate(YEAR)
    customers = book.customers[:CUSTOMERS]
    keys = {customer.key for customer in customers}
    documents = tuple(document for document in book.documents if document.customer in keys)
    return dataclasses.replace(book, title="book of a release", customers=customers, documents=documents)


def _version():
    return ast.literal_eval((paths.ADDON_DIR / "__manifest__.py").read_text())["version"]


def _upgrades(dump):
    """Whether nothing is different after the update, and its log has no warning."""
    version = dump.name.removesuffix(".sql.xz")
    name, log = settings.own("upgrade"), f"upgrade-{version}"
    _restore(dump, name)
    try:
        odoo.update(name, (paths.ADDON,), log=log)
        after = _write_state(name, process.log_path(log).with_suffix(".json"))
    except Problem as problem:
        console.say(str(problem))
        return False
    found = bad_lines(process.log_path(log).read_text(errors="replace"))
    found += differences(json.loads((FOLDER / f"{version}.json").read_text(encoding="utf-8")), after)
    for line in found[:20]:
        console.say(f"  {version}: {line}")
    database.drop(name)
    return not found


def differences(before, after, where="state"):
    """The leaves of two nested states that differ, a line each."""
    if isinstance(before, dict) and isinstance(after, dict):
        keys = [*before, *(key for key in after if key not in before)]
        return [line for key in keys for line in differences(before.get(key), after.get(key), f"{where} / {key}")]
    return [] if before == after else [f"{where}: {before} before, {after} after"]


def _write_state(name, path):
    odoo.run_script(name, STATE, UPGRADE_STATE=path)
    return json.loads(path.read_text(encoding="utf-8"))


def _dump(name, path):
    command = [postgres.tool("pg_dump"), "--no-owner", "--no-privileges", name]
    text = process.capture(command, process.environment(**postgres.environment()))
    lines = [line for line in text.splitlines() if not PARTICULAR.match(line)]
    path.write_bytes(lzma.compress("\n".join(lines).encode(), preset=9))


def _restore(dump, name):
    with console.step(f"database {name} from {dump.name}"):
        database.drop(name)
        database.create(name)
        path = paths.folder(paths.TMP) / f"{name}.sql"
        path.write_bytes(lzma.decompress(dump.read_bytes()))
        postgres.run_file(path, name)
        path.unlink()
