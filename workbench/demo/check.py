"""`make demo-check`: the demo on real invoices and on the generated book, and whether the known figures come out."""

from workbench import console, odoo, paths, process, setup
from workbench.problems import Problem

from . import command, real


def run():
    """check the demo on real invoices (KAM_SHARED=folder, by default ../shared) and on the generated book"""
    invoices = real.invoices()
    setup.core()
    command.make(str(invoices), str(real.YEAR), "demo_check")
    _check("check_retail.py", "the demo's figures are not those that are known of the real invoices")
    command.make("", "", "demo_check")
    _check("check_generated.py", "the demo's figures are not those that the generated book is made for")


def _check(name, complaint):
    console.heading("known figures")
    pytest = [paths.VENV_PYTHON, "-m", "pytest", "-q", "-o", f"cache_dir={paths.BENCH / 'cache/pytest'}"]
    if process.show([*pytest, f"tests/demo/{name}"], env=odoo.environment(), cwd=paths.ROOT):
        raise Problem(complaint)
