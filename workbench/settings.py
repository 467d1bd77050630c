"""What the caller may choose, as in `make test-odoo DB=x`: make hands its variables on in the environment."""

import os
import re
import shlex

from . import paths
from .problems import Problem

DATABASE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,48}")


def text(name, default=""):
    return os.environ.get(name) or default


def database(default):
    name = text("DB", default)
    if not DATABASE_NAME.fullmatch(name):
        raise Problem(f"DB={name!r} is no database name", "letters, digits, _ and -, at most 49")
    return name


def own(purpose):
    """A database name of this clone, so that worktrees sharing one server do not meet."""
    return f"{purpose}_{re.sub('[^a-z0-9]+', '_', paths.ROOT.name.lower())}"[:49]


def args():
    return shlex.split(text("ARGS"))


def port(default=8069):
    value = text("PORT", str(default))
    if not value.isdigit() or not 0 < int(value) < 65536:
        raise Problem(f"PORT={value!r} is no port", "1 to 65535")
    return int(value)
