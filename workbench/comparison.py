"""Other people's addons that the benchmark compares ours with; nothing else ever sees them."""

from . import locks, paths, python, stamps

ADDONS = ("sale_financial_risk",)
NAME = "comparison"


def addons_path():
    """The folder of these addons, filled when missing."""
    folder = paths.BENCH / NAME
    requirements = python.requirements(NAME)
    content = stamps.fingerprint(requirements)
    if not stamps.is_fresh(NAME, content):
        with locks.exclusive(NAME):
            python.install_alone(NAME, "addons to compare with", folder)
            stamps.write(NAME, content)
    return folder / "odoo/addons"
