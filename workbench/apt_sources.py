"""Reads apt's source lists, to learn which Debian mirror this machine uses."""

import re
from pathlib import Path

ONE_LINE = re.compile(r"^\s*deb\s+(?:\[[^]]*\]\s+)?(\S+)\s+(\S+)\s+(.+?)\s*(?:#.*)?$")


def entries(text, deb822=False):
    """The binary repositories named in a source list, as (address, suite, components)."""
    return list(_deb822(text) if deb822 else _one_line(text))


def _one_line(text):
    for line in text.splitlines():
        match = ONE_LINE.match(line)
        if match:
            yield match[1], match[2], match[3].split()


def _deb822(text):
    for stanza in re.split(r"\n\s*\n", text):
        fields = _fields(stanza)
        if "deb" in fields.get("types", "").split() and fields.get("enabled", "yes").lower() not in ("no", "false"):
            for address in fields.get("uris", "").split():
                for suite in fields.get("suites", "").split():
                    yield address, suite, fields.get("components", "").split()


def _fields(stanza):
    fields, name = {}, None
    for line in stanza.splitlines():
        if line.startswith("#"):
            continue
        if line[:1].isspace() and name:
            fields[name] += " " + line.strip()
        elif ":" in line:
            name, value = line.split(":", 1)
            name = name.strip().lower()
            fields[name] = value.strip()
    return fields


def mirror(found):
    """The first main archive among the entries: not the security one, not somebody's own repository."""
    for address, suite, components in found:
        if "main" in components and "security" not in suite + address and suite not in ("nodistro", "/"):
            return address.rstrip("/")
    return None


def of_machine(etc=Path("/etc/apt")):
    """All entries of the machine, the main list first."""
    files = [etc / "sources.list", *sorted((etc / "sources.list.d").glob("*"))]
    debian_first = sorted(files, key=lambda path: path.name not in ("sources.list", "debian.sources", "debian.list"))
    found = []
    for path in debian_first:
        if path.suffix in (".list", ".sources") and path.is_file():
            found += entries(path.read_text(errors="replace"), deb822=path.suffix == ".sources")
    return found
