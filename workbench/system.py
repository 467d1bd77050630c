"""Packages of the machine itself: installed with apt as root, otherwise named in one line."""

import importlib.util
import os
import shutil
import sys
import sysconfig
from pathlib import Path

from . import console, paths, process
from .problems import Problem

SUPPORTED = ((3, 10), (3, 13))
WAIT_FOR_DPKG = ("-o", "DPkg::Lock::Timeout=300")


def check_python():
    if not SUPPORTED[0] <= sys.version_info[:2] <= SUPPORTED[1]:
        raise Problem(f"Python {paths.PYTHON_VERSION} will not do", "3.10 to 3.13 will: make PYTHON=python3.12 …")


def has_venv():
    return bool(importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"))


def has_compiler():
    return any(shutil.which(name) for name in ("gcc", "cc", "clang"))


def has_headers():
    return Path(sysconfig.get_path("include"), "Python.h").is_file()


def is_system_python():
    return sys.base_prefix == "/usr"


def ensure_venv():
    """Without it nothing can be installed, so this one is not optional."""
    if has_venv():
        return
    package = f"python{paths.PYTHON_VERSION}-venv"
    install([package])
    importlib.invalidate_caches()
    if not has_venv():
        raise Problem("Python's venv module is missing", f"install {package}")


def ensure_compiler():
    """For durable-rules only, which is optional: say what is missing and carry on."""
    wanted = [] if has_compiler() else ["gcc", "libc6-dev"]
    if not has_headers() and is_system_python():
        wanted.append(f"python{paths.PYTHON_VERSION}-dev")
    install(wanted)
    if not (has_compiler() and has_headers()):
        console.warn("no C compiler or no Python headers: without durable-rules the reference matcher will serve")


def ensure_pdf():
    """For PDF reports; newer Debian has no wkhtmltopdf any more."""
    if not shutil.which("wkhtmltopdf"):
        install(["wkhtmltopdf"])
    if not shutil.which("wkhtmltopdf"):
        console.warn("no wkhtmltopdf: reports come as HTML instead of PDF")


def install(packages):
    """Try; the callers check what came of it and say what is still missing."""
    if not packages or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    env = process.environment(DEBIAN_FRONTEND="noninteractive", TMPDIR="/tmp")
    command = ["apt-get", "install", "-y", "--no-install-recommends", *WAIT_FOR_DPKG, *packages]
    try:
        process.run(["apt-get", "update", *WAIT_FOR_DPKG], "apt-update", "apt-get update", env=env)
        process.step(f"system packages {' '.join(packages)}", command, "apt-install", env=env)
    except Problem as problem:
        console.warn(str(problem))
