"""`make screenshots`: the pictures of README and documentation, from the demo database, in two languages."""

import shutil
import socket
import subprocess
import time

from workbench import console, database, odoo, paths, process, settings, setup
from workbench.problems import Problem

FOLDER = paths.ROOT / "docs" / "images"
DESCRIPTION = paths.ADDON_DIR / "static" / "description"
HERE = paths.ROOT / "workbench" / "screenshots"
LANGUAGES = ("en_US", "zh_CN")


def run():
    """make the pictures in docs/images again, from the demo database"""
    setup.all_parts()
    source = settings.database("demo")
    if not database.exists(source):
        raise Problem(f"there is no database {source}", "make one with: make demo")
    copy = settings.own("screenshots")
    database.copy(source, copy)
    try:
        odoo.update(copy, (paths.ADDON,))
        for language in LANGUAGES:
            _take(copy, language, "prepare.py", "browser.py")
        # The methods' pages are English; the screens are the same in both languages.
        _take(copy, "en_US", "prepare_methods.py", "browser_methods.py")
    finally:
        database.drop(copy)
    shutil.copy(FOLDER / "review_list.en.png", DESCRIPTION / "review_list.png")


def _take(name, language, prepare, browser):
    """Pictures in one language: choose the records, serve the database, let the browser walk."""
    plan = paths.folder(paths.TMP) / f"{name}.json"
    odoo.run_script(name, HERE / prepare, LANGUAGE=language, PLAN=plan)
    port = _free_port()
    words = ["--http-interface=127.0.0.1", f"--http-port={port}", f"--db-filter=^{name}$", "--log-level=warn"]
    server = subprocess.Popen(list(map(str, odoo.command(name, *words))), env=odoo.environment())
    try:
        _wait_for(port)
        walk = [paths.VENV_PYTHON, HERE / browser, f"http://127.0.0.1:{port}", plan, paths.folder(FOLDER)]
        if process.show(walk, env=odoo.environment()):
            raise Problem(f"the browser failed on the pictures in {language}")
    finally:
        server.terminate()
        server.wait(30)
    console.say(f"pictures in {language}: {FOLDER}")


def _wait_for(port, seconds=90):
    for _attempt in range(seconds * 2):
        with socket.socket() as probe:
            if not probe.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.5)
    raise Problem(f"the server at port {port} did not start in {seconds} s")


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
