"""`make demo-check`: the demo on real invoices and on the generated book, and whether the known figures come out."""

import os
from pathlib import Path

from workbench import console, odoo, paths, process, setup
from workbench.problems import Problem

from . import command

SHARED = Path(os.environ.get("KAM_SHARED") or paths.ROOT.parent / "shared")
INVOICES = SHARED / "data" / "online_retail_invoices.csv"
YEAR = 2011


def run():
    """check the demo on real invoices (KAM_SHARED=folder, by default ../shared) and on the generated book"""
    if not INVOICES.is_file():
        raise Problem(
            f"there is no file {INVOICES}", "KAM_SHARED= names the folder that has data/ with the real invoices"
        )
    setup.core()
    command.make(str(INVOICES), str(YEAR), "demo_check")
    _check("check_retail.py", "the demo's figures are not those that are known of the real invoices")
    command.make("", "", "demo_check")
    _check("check_generated.py", "the demo's figures are not those that the generated book is made for")


def _check(name, complaint):
    console.heading("known figures")
    pytest = [paths.VENV_PYTHON, "-m", "pytest", "-q", "-o", f"cache_dir={paths.BENCH / 'cache/pytest'}"]
    if process.show([*pytest, f"tests/demo/{name}"], env=odoo.environment(), cwd=paths.ROOT):
        raise Problem(complaint)
