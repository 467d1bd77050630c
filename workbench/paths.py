"""Where things lie. Everything the workbench makes is below one folder, which worktrees may share by a symlink."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ADDON = "key_account_mgmt"
ADDON_DIR = ROOT / ADDON
REQUIREMENTS = Path(__file__).resolve().parent

# Resolved, so that all worktrees that link to one workbench speak of the same paths, sockets and locks.
BENCH = Path(os.environ.get("WORKBENCH_DIR") or ROOT / ".workbench").resolve()

PYTHON_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
VENV = BENCH / f"venv-{PYTHON_VERSION}"
VENV_BIN = VENV / "bin"
VENV_PYTHON = VENV_BIN / "python"

DEBIAN = BENCH / "debian"
ODOO_DEBIAN = BENCH / "odoo"
# Programs that the workbench provides under the name others look for; first in PATH.
BIN = BENCH / "bin"
POSTGRES = BENCH / "postgres"
DATA = BENCH / "data"
FILESTORE = DATA / "filestore"
HOME = BENCH / "home"
TMP = BENCH / "tmp"
LOGS = BENCH / "log"
LOCKS = BENCH / "locks"
STAMPS = BENCH / "stamps"


def folder(path):
    """The path, made when missing."""
    path.mkdir(parents=True, exist_ok=True)
    return path
