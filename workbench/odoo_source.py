"""The Odoo source: Debian's package, unpacked, or the checkout that ODOO_SRC names."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from . import apt, mirror, paths, stamps
from .problems import Problem

SERIES = "19.0"
SUITES = ("unstable", "bookworm")
# Odoo's files link to these; Debian 12's Font Awesome is still the 4.7 that Odoo uses.
PACKAGES = (
    "odoo-19/unstable",
    "fonts-font-awesome/bookworm",
    "fonts-glyphicons-halflings/unstable",
    "fonts-inconsolata/unstable",
    "fonts-montserrat/unstable",
    "fonts-ocr-b/unstable",
    "fonts-roboto-unhinted/unstable",
    "libjs-jquery/unstable",
    "libjs-jquery-form/unstable",
    "libjs-underscore/unstable",
    # For Chinese screenshots; programs find it through XDG_DATA_HOME.
    "fonts-wqy-microhei/unstable",
)
LIBRARY = "usr/lib/python3/dist-packages"
# Debian leaves this file out. Nothing calls it in tests, but without it every page's scripts fail to load.
LEFT_OUT = "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
# Copies of files that Python would find as modules named "addons", "doc" and "setup".
VERSION_FILE = "package"
STRAY = ("addons", "doc", "setup")


def ensure():
    if own_checkout():
        _check(own_checkout(), "ODOO_SRC")
        return
    content = stamps.fingerprint(PACKAGES, LEFT_OUT, STRAY, VERSION_FILE)
    if stamps.is_fresh("odoo", content) and python_path().is_dir():
        return
    address, keyring = mirror.find()
    private = apt.Private(paths.DEBIAN / "apt", address, keyring, SUITES)
    private.update()
    apt.swap_in(lambda root: _build(private, root), paths.ODOO_DEBIAN)
    stamps.write("odoo", content)


def _build(private, root):
    private.unpack(PACKAGES, root)
    library = root / LIBRARY
    for name in STRAY:
        shutil.rmtree(library / name, ignore_errors=True)
    (root / VERSION_FILE).write_text(apt.newest(private.archives, "odoo-19").name)
    left_out = library / LEFT_OUT
    paths.folder(left_out.parent)
    left_out.touch()
    _check(library, "Debian's package odoo-19")


def link_fonts():
    """Programs that run with the workbench's HOME find the unpacked fonts there."""
    link = paths.folder(paths.HOME / ".local/share") / "fonts"
    if not link.is_symlink():
        link.symlink_to(paths.ODOO_DEBIAN / "usr/share/fonts")


def own_checkout():
    source = os.environ.get("ODOO_SRC")
    return Path(source).expanduser().resolve() if source else None


def python_path():
    """The folder that holds the `odoo` package."""
    return own_checkout() or paths.ODOO_DEBIAN / LIBRARY


def addons_paths():
    """Beside the addons inside the package, a checkout has a folder of its own for most of them."""
    checkout = own_checkout()
    return [checkout / "addons"] if checkout else []


def _check(source, what):
    release = source / "odoo/release.py"
    text = release.read_text() if release.is_file() else ""
    match = re.search(r"^version_info = \((\d+), (\d+)", text, re.MULTILINE)
    found = f"{match[1]}.{match[2]}" if match else "no Odoo"
    if found != SERIES:
        raise Problem(f"{what} holds {found}, wanted Odoo {SERIES}", str(source))


def version():
    """What tells one Odoo from another: the commit of a checkout, the name of the Debian package."""
    checkout = own_checkout()
    if not checkout:
        return (paths.ODOO_DEBIAN / VERSION_FILE).read_text()
    command = ["git", "-C", str(checkout), "rev-parse", "HEAD"]
    commit = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return stamps.fingerprint(str(checkout), commit)
