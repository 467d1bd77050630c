"""Scripts in Odoo, their output in a log: one alone, or several side by side that share the work."""

import subprocess
import time
from pathlib import Path

from workbench import console, database, odoo, process
from workbench.problems import Problem

POLL_SECONDS = 0.2


def run_script(title, name, script, **values):
    """Run one script; raises a Problem with the last telling line of its log."""
    log = f"demo-{script.stem}"
    with script.open("rb") as source:
        process.step(title, _command(name), log, env=_environment(values), stdin=source)


def _command(name):
    return [str(word) for word in odoo.command(name, "--no-http", "--log-level=warn", program="shell")]


def _environment(values):
    return odoo.environment(**{name: str(value) for name, value in values.items()})


def run_workers(name, script, book, workers, total):
    """Run the script once per worker; the first one that fails stops all, and what is committed stays."""
    database.disconnect(name)
    progress = Path(f"{book}.progress")
    progress.unlink(missing_ok=True)
    running = [
        _start(name, script, worker, DEMO_BOOK=book, DEMO_WORKERS=workers, DEMO_PROGRESS=progress)
        for worker in range(workers)
    ]
    try:
        with console.step(f"loading {total:,} documents with {workers} workers", Progress(progress, total).line):
            _wait(running)
    finally:
        for child, _log in running:
            child.terminate()
    progress.unlink(missing_ok=True)


def _start(name, script, worker, **values):
    log = process.log_path(f"demo-{script.stem}-{worker}")
    env = _environment({**values, "DEMO_WORKER": worker})
    with script.open("rb") as source, log.open("wb") as output:
        return subprocess.Popen(_command(name), env=env, stdin=source, stdout=output, stderr=output), log


def _wait(running):
    while True:
        codes = [child.poll() for child, _log in running]
        for code, (_child, log) in zip(codes, running, strict=True):
            if code:
                reason = process.telling_line(log.read_text(errors="replace"))
                raise Problem(f"loading failed: {reason}", f"see {log}; the next run goes on from here")
        if None not in codes:
            return
        time.sleep(POLL_SECONDS)


class Progress:
    """Reads how many documents the workers wrote down as done."""

    def __init__(self, path, total):
        self.path, self.total, self.started = path, total, time.monotonic()

    def line(self):
        done = sum(map(int, self.path.read_text().split())) if self.path.exists() else 0
        if not done:
            return "starting"
        rate = done / (time.monotonic() - self.started)
        left = max(0, self.total - done) / rate
        return f"{done:,} of {self.total:,}, {rate:.0f}/s, about {console.duration(left)} left"
