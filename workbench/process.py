"""Running programs: an environment that stays inside the workbench, output in a log, one line on failure."""

import os
import re
import subprocess
import sys

from . import console, paths
from .problems import Problem

# Chromium puts a Unix socket below TMPDIR; its path may have about 107 characters in all.
LONGEST_TMPDIR = 60
# Odoo's: date, time, process, level, database, logger.
LOG_PREFIX = re.compile(r"^\S+ \S+ \d+ [A-Z]+ \S+ \S+: ")

# apt's, pip's and PostgreSQL's errors; Python's exceptions, as in Odoo's log.
ERROR = re.compile(r"(E|ERROR|error|Error|FATAL|\w+: error): ")
EXCEPTION = re.compile(r"[\w.]*(Error|Exception|Interrupt|Violation)(: |$)")


def environment(**more):
    """The caller's environment, with everything that programs write led into the workbench."""
    home = paths.folder(paths.HOME)
    values = {
        **os.environ,
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_DATA_HOME": str(home / ".local/share"),
        # Also keeps __pycache__ out of an Odoo checkout that is only borrowed.
        "PYTHONPYCACHEPREFIX": str(paths.BENCH / "pycache"),
        "RUFF_CACHE_DIR": str(paths.BENCH / "cache/ruff"),
        "HYPOTHESIS_STORAGE_DIRECTORY": str(paths.BENCH / "cache/hypothesis"),
        "PATH": os.pathsep.join([str(paths.VENV_BIN), str(paths.BIN), os.environ.get("PATH", os.defpath)]),
        **_temporary(),
        **more,
    }
    for name in ("PYTHONHOME", "VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
        values.pop(name, None)
    return values


def _temporary():
    tmp = str(paths.folder(paths.TMP))
    return {"TMPDIR": tmp} if len(tmp) <= LONGEST_TMPDIR else {}


def replace(command, env):
    """Become the program: it gets the terminal and its Ctrl-C for itself."""
    words = [str(word) for word in command]
    sys.stdout.flush()
    try:
        os.execvpe(words[0], words, env)
    except FileNotFoundError as error:
        raise Problem(f"{words[0]} is missing") from error


def run(command, log, what, env=None, **options):
    """Run it with all output in the log file; raise a Problem that carries the last telling line of it."""
    path = log_path(log)
    with path.open("wb") as handle:
        code = _call(command, env or environment(), stdout=handle, stderr=subprocess.STDOUT, **options)
    if code:
        raise Problem(f"{what} failed: {telling_line(path.read_text(errors='replace'))}", f"see {path}")


def show(command, env=None, **options):
    """Run it with its output shown; give back its exit code."""
    return _call(command, env or environment(), **options)


def _call(command, env, **options):
    options.setdefault("stdin", subprocess.DEVNULL)
    try:
        return subprocess.run([str(word) for word in command], env=env, check=False, **options).returncode
    except FileNotFoundError as error:
        raise Problem(f"{command[0]} is missing", "a tool of the base system that the workbench needs") from error


def log_path(name):
    return paths.folder(paths.LOGS) / f"{name}.log"


def last_line(name):
    """The last line of a log, for signs of life while it grows."""

    def detail():
        path = log_path(name)
        lines = path.read_bytes()[-2000:].decode(errors="replace").splitlines() if path.is_file() else []
        return LOG_PREFIX.sub("", lines[-1]).strip()[:100] if lines else ""

    return detail


def telling_line(output):
    """The line of a failed program's output that tells most: first error, else last exception, else last line."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if ERROR.match(line)]
    exceptions = [line for line in lines if EXCEPTION.match(line)]
    return (errors[:1] or exceptions[-1:] or lines[-1:] or ["no output"])[0][:300]


def step(title, command, log, **options):
    with console.step(title, last_line(log)):
        run(command, log, title, **options)


def capture(command, env=None):
    """What the program writes, as text."""
    done = subprocess.run(
        [str(word) for word in command],
        env=env or environment(),
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        raise Problem(f"{os.path.basename(command[0])} failed: {telling_line(done.stderr or done.stdout)}")
    return done.stdout


def succeeds(command, env=None):
    return _call(command, env or environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0


def show_and_keep(command, env, **options):
    """Run it with its output shown; give back exit code and output."""
    kept = []
    words = [str(word) for word in command]
    with subprocess.Popen(
        words, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options
    ) as running:
        for line in running.stdout:
            kept.append(line.decode(errors="replace"))
            sys.stdout.write(kept[-1])
            sys.stdout.flush()
    return running.returncode, "".join(kept)
