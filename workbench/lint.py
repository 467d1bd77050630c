"""pre-commit's hooks, the same for make and for commits; .pre-commit-config.yaml names them and their versions."""

import re
import shutil
from contextlib import contextmanager

from . import console, paths, process, python, setup
from .tally import Tally

# Those that change files.
MENDING = ("ruff-check", "ruff-format", "prettier", "eslint")
# As pre-commit tells of each hook.
RESULT = re.compile(r"^.*\.(Passed|Failed|\(no files to check\)Skipped)$", re.MULTILINE)


def run():
    """pre-commit's hooks on all files that Git knows: ruff, prettier, eslint, pylint-odoo, OCA's checks"""
    setup.core()
    with _checkout() as folder:
        code, output = process.show_and_keep([*_pre_commit(), "--all-files"], env=_environment(), cwd=folder)
    return tally_of(output, code)


def tally_of(output, code):
    """Hooks by result; a failure without a failed hook, such as an unreachable server, counts as one."""
    results = RESULT.findall(output)
    failed = results.count("Failed")
    if failed:
        console.say("`make format` mends what ruff, prettier and eslint can")
    return Tally(results.count("Passed"), failed or int(code != 0))


def mend():
    """let ruff, prettier and eslint mend what they can"""
    setup.core()
    for hook in MENDING:
        process.show([*_pre_commit(), hook, "--all-files"], env=_environment(), cwd=paths.ROOT)


def _pre_commit():
    return [paths.VENV_BIN / "pre-commit", "run", "--color=never"]


def _environment():
    """Node.js is the virtual environment's; settings of pip and npm, such as their servers, are the user's own."""
    return python.with_user_settings(
        PRE_COMMIT_HOME=str(paths.BENCH / "cache/pre-commit"), npm_config_cache=str(paths.BENCH / "cache/npm")
    )


@contextmanager
def _checkout():
    """This folder; without a repository, as in a downloaded archive, a copy with one, which pre-commit needs."""
    if (paths.ROOT / ".git").exists():
        yield paths.ROOT
        return
    copy = paths.BENCH / "lint"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(paths.ROOT, copy, ignore=shutil.ignore_patterns(paths.BENCH.name, "__pycache__"))
    for words in (["init", "--quiet"], ["add", "--all"]):
        process.run(["git", "-C", copy, *words], "lint-git", "a repository for pre-commit")
    yield copy
    shutil.rmtree(copy)
