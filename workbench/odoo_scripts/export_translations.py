"""Runs in an Odoo shell: write the addon's terms to its .pot and merge them into every .po beside it.

The files only change when a term does: terms are in alphabetical order, and dates and build numbers are left out.
Translations of terms that are gone go too; new terms come without a translation, never with a guessed one.
"""

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
        return polib.pofile(buffer.getvalue().decode())


def header_fields(language):
    return {
        "Project-Id-Version": f"Odoo 19.0, {addon.name}",
        **({"Language": language} if language else {}),
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        **({"Plural-Forms": "nplurals=1; plural=0;"} if language and language.startswith("zh") else {}),
    }


def save(terms, path, language=""):
    terms.header = f"Translation of {addon.name}"
    terms.metadata = header_fields(language)
    terms.wrapwidth = 120
    terms.save(path)


def merge(path, template):
    """The template's terms, in its order, with the translations that the language's file has for them."""
    language = polib.pofile(path)
    known = {entry.msgid: entry for entry in language if not entry.obsolete}
    terms = polib.POFile()
    for entry in template:
        old = known.get(entry.msgid, entry)
        terms.append(
            polib.POEntry(
                msgid=entry.msgid,
                msgstr=old.msgstr,
                comment=entry.comment,
                tcomment=old.tcomment,
                occurrences=entry.occurrences,
                flags=old.flags,
            )
        )
    save(terms, path, language.metadata.get("Language", path.stem))
    missing = [entry.msgid for entry in terms if not entry.msgstr]
    print(f"{path.name}: {len(terms)} terms, {len(missing)} without translation")
    for msgid in missing:
        print(f"  {msgid!r}")


template = exported_terms()
save(template, folder / f"{addon.name}.pot")
for path in sorted(folder.glob("*.po")):
    merge(path, template)
