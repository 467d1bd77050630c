"""`make test-crash`: a process is killed (SIGKILL) at random moments of applying and posting awards."""

import os
import random
import selectors
import signal
import subprocess
import time

from . import console, database, odoo, paths, settings, setup, templates
from .problems import Problem
from .tally import Tally

SCRIPTS = paths.ROOT / "tests/crash"
AWARDS, KILLS = 2000, 10
# A killed process got so far, in seconds after it began to work; so that ten of them do not see the end.
LONGEST = 1.6
STARTING = 120


def run():
    """kill a process ten times while it applies and posts 2,000 awards: SEED=number for the same moments again"""
    setup.all_parts()
    seed = settings.text("SEED") or str(random.randrange(10**6))
    name = settings.database(settings.own("crash"))
    try:
        templates.fresh_database_with_addon(name)
        with console.step(f"an approved evaluation with {AWARDS:,} credit limits"):
            odoo.run_script(name, SCRIPTS / "prepare.py", CRASH_AWARDS=AWARDS)
        console.say(f"moments of SEED={seed}")
        kills = _kill(name, random.Random(seed))
        with console.step("the work goes on until it is done"):
            odoo.run_script(name, SCRIPTS / "work.py")
        odoo.run_script(name, SCRIPTS / "check.py", CRASH_AWARDS=AWARDS)
    finally:
        database.drop(name)
    return Tally(kills, 0)


def _kill(name, moments):
    """Start the work and kill it, again and again.

    :return: how often it was killed
    """
    for number in range(1, KILLS + 1):
        moment = moments.uniform(0, LONGEST)
        worker = _start(name)
        try:
            state = _wait_for(worker, "working")
            time.sleep(moment)
            if worker.poll() is not None:
                raise Problem(f"the work ended before kill {number}", "more awards, or earlier moments")
        finally:
            worker.send_signal(signal.SIGKILL)
            worker.wait()
            worker.stdout.close()
        console.say(f"kill {number} after {moment:.2f} s; before it: {state}")
    return KILLS


def _start(name):
    line = odoo.command(name, "--no-http", "--log-level=error", program="shell")
    with open(SCRIPTS / "work.py", "rb") as script:
        return subprocess.Popen(
            [str(word) for word in line], env=odoo.environment(), stdin=script, stdout=subprocess.PIPE
        )


def _wait_for(worker, word):
    """The line of the worker's output that starts with the word."""
    end, text = time.monotonic() + STARTING, b""
    with selectors.DefaultSelector() as selector:
        selector.register(worker.stdout, selectors.EVENT_READ)
        while time.monotonic() < end and selector.select(1) is not None:
            if not selector.select(0):
                continue
            chunk = os.read(worker.stdout.fileno(), 4096)
            text += chunk
            for line in text.decode(errors="replace").splitlines():
                if line.startswith(word) and text.endswith(b"\n"):
                    return line.removeprefix(word).strip()
            if not chunk:
                break
    raise Problem(f"the work did not begin: {text.decode(errors='replace')[-300:]}")
