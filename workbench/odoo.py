"""Running Odoo: installing modules, scripts in its shell, its server."""

from pathlib import Path

from . import console, odoo_source, paths, postgres, process
from .problems import Problem


def environment(**more):
    """For any program that imports Odoo."""
    return process.environment(
        **postgres.environment(),
        PYTHONPATH=str(odoo_source.python_path()),
        # A file of ours, so that the caller's ~/.odoorc and ODOO_RC do not count.
        ODOO_RC=str(paths.BENCH / "odoo.conf"),
        **more,
    )


def options(database, more_addons=()):
    """The options that every Odoo process of the workbench has.

    :param more_addons: folders of other addons
    """
    folders = [*odoo_source.addons_paths(), paths.ROOT, *more_addons]
    return [
        f"--database={database}",
        f"--data-dir={paths.folder(paths.DATA)}",
        f"--addons-path={','.join(map(str, folders))}",
        "--max-cron-threads=0",
    ]


def command(database, *words, program="server", more_addons=()):
    return [paths.VENV_PYTHON, "-m", "odoo", program, *options(database, more_addons), *words]


def install(database, modules, *words, log=None, more_addons=()):
    """Install modules; the whole log is in the file `log`."""
    _load(database, "--init", modules, words, log or f"install-{database}", more_addons)


def update(database, modules, *words, log=None):
    _load(database, "--update", modules, words, log or f"update-{database}")


def _load(database, option, modules, words, log, more_addons=()):
    title = f"{'install' if option == '--init' else 'update'} {', '.join(modules)} in {database}"
    words = (option, ",".join(modules), "--stop-after-init", "--no-http", *words)
    line = command(database, *words, more_addons=more_addons)
    process.step(title, line, log, env=environment())


def run_script(database, script, env=None, log_level="warn", more_addons=(), **values):
    """Run a Python file in an Odoo shell on the database (`env` is there, as in the shell) with its output shown.

    Keyword arguments reach it as environment variables. Raises a Problem when it fails.
    """
    words = ("--no-http", f"--log-level={log_level}")
    line = command(database, *words, program="shell", more_addons=more_addons)
    given = env or environment(**{name: str(value) for name, value in values.items()})
    with open(script, "rb") as handle:
        code = process.show(line, env=given, stdin=handle)
    if code:
        raise Problem(f"{script} failed with exit code {code} on database {database}")


def run_logged_script(database, script, log, **values):
    """The same with the whole log, from level info, in the file `log`."""
    line = command(database, "--no-http", program="shell")
    given = environment(**{name: str(value) for name, value in values.items()})
    with open(script, "rb") as handle:
        process.step(f"{Path(script).stem} in {database}", line, log, env=given, stdin=handle)


def shell(database):
    """Interactive, or a script from standard input."""
    process.replace(command(database, "--no-http", "--log-level=warn", program="shell"), environment())


def serve(database, port):
    words = ["--http-interface=127.0.0.1", f"--http-port={port}", f"--db-filter=^{database}$", "--log-level=warn"]
    # Big evaluations are worked off by the scheduler, so here it runs.
    line = command(database, *words, "--max-cron-threads=1")
    console.say(f"\nhttp://127.0.0.1:{port}   login: admin   password: admin   (database {database}; Ctrl-C stops)\n")
    process.replace(line, environment())
