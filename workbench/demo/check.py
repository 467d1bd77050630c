"""`make demo-check`: the demo on real invoices, and whether the figures known of them come out."""

import os
from pathlib import Path

from workbench import console, odoo, paths, process, setup
from workbench.problems import Problem

from . import command

SHARED = Path(os.environ.get("KAM_SHARED") or paths.ROOT.parent / "shared")
INVOICES = SHARED / "data" / "online_retail_invoices.csv"
YEAR = 2011


def run():
    """load the real invoices (KAM_SHARED=folder, by default ../shared), evaluate 2011 and check the known figures"""
    if not INVOICES.is_file():
        raise Problem(
            f"there is no file {INVOICES}", "KAM_SHARED= names the folder that has data/ with the real invoices"
        )
    setup.core()
    command.make(str(INVOICES), str(YEAR), "demo_check")
    console.heading("known figures")
    pytest = [paths.VENV_PYTHON, "-m", "pytest", "-q", "-o", f"cache_dir={paths.BENCH / 'cache/pytest'}"]
    if process.show([*pytest, "tests/demo/check_retail.py"], env=odoo.environment(), cwd=paths.ROOT):
        raise Problem("the demo's figures are not those that are known of the real invoices")
