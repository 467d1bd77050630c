"""Runs in an Odoo shell: write the addon's terms to its .pot and merge them into every .po beside it."""

import io
import os
from pathlib import Path

import polib

from odoo.tools.translate import trans_export

env = globals()["env"]  # given by the shell
addon = Path(os.environ["ADDON_DIR"])
folder = addon / "i18n"
folder.mkdir(exist_ok=True)


def exported_terms():
    with io.BytesIO() as buffer:
        trans_export(False, [addon.name], buffer, "po", env)
        terms = polib.pofile(buffer.getvalue().decode())
    # Dates and build numbers would change the file at every run.
    terms.metadata = {"Content-Type": "text/plain; charset=UTF-8", "Content-Transfer-Encoding": "8bit"}
    terms.header = f"Translation of {addon.name}"
    return terms


def save(terms, path):
    terms.wrapwidth = 120
    terms.save(path)


def merge(path, terms):
    translated = polib.pofile(path)
    translated.merge(terms)
    for entry in translated.obsolete_entries():
        translated.remove(entry)
    save(translated, path)
    missing = [entry.msgid for entry in translated if not entry.msgstr]
    print(f"{path.name}: {len(translated)} terms, {len(missing)} without translation")


terms = exported_terms()
save(terms, folder / f"{addon.name}.pot")
if not (folder / "zh_CN.po").exists():
    terms.metadata["Language"] = "zh_CN"
    save(terms, folder / "zh_CN.po")
    del terms.metadata["Language"]
for path in sorted(folder.glob("*.po")):
    merge(path, terms)
