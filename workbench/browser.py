"""The browser for tours and screenshots: the machine's, else Debian's chromium, else what playwright downloads."""

import os
import re
import shutil

from . import console, paths, process, system
from .problems import Problem

# The names that Odoo looks for, in its order.
NAMES = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
DOWNLOADED = paths.BENCH / "browsers"


def ensure():
    if find():
        return
    if is_packaged(_policy()):
        system.install(["chromium"])
    if not find():
        _download()
    if not find():
        console.warn("no Chromium: browser tours are skipped; install chromium or google-chrome, then make setup")


def find():
    """One that runs: Ubuntu's chromium-browser is a stub that only names a snap."""
    search = process.environment()["PATH"]
    found = filter(None, (shutil.which(name, path=search) for name in NAMES))
    return next((program for program in found if process.succeeds([program, "--version"])), None)


def is_packaged(policy):
    """Whether apt has a real chromium, by what `apt-cache policy chromium` says."""
    match = re.search(r"Candidate: (\S+)", policy)
    return bool(match) and match[1] != "(none)" and "snap" not in match[1]


def _policy():
    return process.capture(["apt-cache", "policy", "chromium"]) if shutil.which("apt-cache") else ""


def _download():
    """Where apt has none, as on Ubuntu: playwright's, kept in the workbench; the libraries it needs come by apt."""
    command = [paths.VENV_PYTHON, "-m", "playwright", "install", "chromium"]
    try:
        process.step("Chromium", command, "browser", env=process.environment(PLAYWRIGHT_BROWSERS_PATH=str(DOWNLOADED)))
        _link()
        if not find() and os.geteuid() == 0:
            process.step("libraries for Chromium", [*command[:3], "install-deps", "chromium"], "browser-libraries")
    except Problem as problem:
        console.warn(str(problem))


def _link():
    program = max(DOWNLOADED.glob("chromium-*/chrome-linux*/chrome"), default=None)
    if program:
        link = paths.folder(paths.BIN) / "chromium"
        link.unlink(missing_ok=True)
        link.symlink_to(program)
