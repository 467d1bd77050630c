"""The virtual environment, in two layers: what needs no Odoo (lint, pure tests), and Odoo's own requirements on top."""

import os
import sys

from . import console, locks, paths, process, stamps, system, uv
from .problems import Problem

LAYERS = ("core", "odoo")
OPTIONAL = "optional"
OLDEST = "3.10"


def ensure(layer):
    """The environment with the layers up to this one."""
    system.check_python()
    for name in LAYERS[: LAYERS.index(layer) + 1]:
        if not _is_fresh(name):
            with locks.exclusive("python"):
                _install_layer(name)


def ensure_optional(again=False):
    """durable-rules must be compiled here; where that fails the reference matcher serves. `again` tries once more."""
    failed = f"{_content(OPTIONAL)} failed"
    if _is_fresh(OPTIONAL) or (stamps.is_fresh(_stamp(OPTIONAL), failed) and not again):
        return
    with locks.exclusive("python"):
        try:
            _install(OPTIONAL, "durable-rules")
            stamps.write(_stamp(OPTIONAL), _content(OPTIONAL))
        except Problem as problem:
            console.warn(f"without durable-rules the reference matcher will serve: {problem}")
            stamps.write(_stamp(OPTIONAL), failed)


def _install_layer(name):
    if _is_fresh(name):
        return
    if not paths.VENV_PYTHON.exists() or not stamps.is_fresh(_stamp("venv"), sys.base_prefix):
        _make_venv()
    _install(name, f"Python packages ({name})")
    stamps.write(_stamp(name), _content(name))


def _make_venv():
    system.ensure_venv()
    for name in ("venv", *LAYERS, OPTIONAL):
        stamps.drop(_stamp(name))
    process.step(
        f"virtual environment for Python {paths.PYTHON_VERSION}",
        [sys.executable, "-m", "venv", "--clear", paths.VENV],
        "venv",
    )
    stamps.write(_stamp("venv"), sys.base_prefix)


def _install(name, title):
    """By uv, in a quarter of the time; by pip where the machine has settings that uv does not know."""
    words = ["-r", requirements(name), *_locked()]
    try:
        _uv_install(title, f"uv-{name}", *words)
    except Problem:
        _pip_install(title, f"pip-{name}", *words)


def _uv_install(title, log, *words):
    command = [_ensure_uv(), "pip", "install", "--python", paths.VENV_PYTHON, *words]
    process.step(title, command, log, env=_uv_environment(), cwd=paths.ROOT)


def _ensure_uv():
    program = paths.VENV_BIN / "uv"
    if not program.exists():
        _pip_install("uv", "pip-uv", uv.VERSION)
    return program


def _uv_environment():
    settings = process.capture([paths.VENV_PYTHON, "-m", "pip", "config", "list"], env=with_user_settings())
    return with_user_settings(UV_CACHE_DIR=str(paths.BENCH / "cache/uv"), **uv.settings_of_pip(settings))


def install_alone(name, title, folder):
    """Packages without what they depend on, into a folder that Python does not look into by itself."""
    _pip_install(title, f"pip-{name}", "-r", requirements(name), "--no-deps", "--upgrade", "--target", folder)


def _pip_install(title, log, *words):
    command = [paths.VENV_PYTHON, "-m", "pip", "install", "--no-input", *words]
    process.step(title, command, log, env=with_user_settings(), cwd=paths.ROOT)


def _locked():
    return ["-c", lock_file()]


def with_user_settings(**more):
    """The user's own pip configuration counts, so HOME stays; only the cache is led into the workbench."""
    settings = {"PIP_CACHE_DIR": str(paths.BENCH / "cache/pip"), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    env = process.environment(**settings, **more)
    for name in ("HOME", "XDG_CONFIG_HOME"):
        env.pop(name)
        if name in os.environ:
            env[name] = os.environ[name]
    return env


def requirements(name):
    return paths.REQUIREMENTS / f"requirements-{name}.txt"


def lock_file():
    return paths.REQUIREMENTS / "requirements-lock.txt"


def write_lock():
    """Resolve all requirements for each Python from the oldest on, keeping versions of the last lock that still fit."""
    layers = [requirements(name) for name in LAYERS]
    words = [
        "--universal",
        f"--python-version={OLDEST}",
        "--custom-compile-command=make lock",
        "--no-annotate",
        "--quiet",
    ]
    command = [_ensure_uv(), "pip", "compile", *words, *layers, "--output-file", lock_file()]
    process.step("versions for all Pythons", command, "lock", env=_uv_environment())


def _is_fresh(name):
    return paths.VENV_PYTHON.exists() and stamps.is_fresh(_stamp(name), _content(name))


def _content(name):
    return stamps.fingerprint(requirements(name), lock_file())


def _stamp(name):
    return f"python-{paths.PYTHON_VERSION}-{name}"
