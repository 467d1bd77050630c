"""Where the real invoices lie, which the repository does not contain (docs/reference/workbench.md: how to get them)."""

import os
from pathlib import Path

from workbench import paths
from workbench.problems import Problem

FILE = "data/online_retail_invoices.csv"
YEAR = 2011


def invoices():
    """The file, by KAM_SHARED or beside the repository. Raise a Problem when it is not there."""
    file = Path(os.environ.get("KAM_SHARED") or paths.ROOT.parent / "shared") / FILE
    if not file.is_file():
        raise Problem(
            f"there is no file {file}",
            f"KAM_SHARED= names the folder that has {FILE}; docs/reference/workbench.md says where from",
        )
    return file
