"""Parts of the checks side by side, as many as the machine has cores."""

import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field

from . import console, paths, process
from .tally import Tally

PAUSE = 0.2
FOR_ONE = ("DB", "TESTS", "ARGS", "HOST", "MAKEFLAGS", "MAKELEVEL")
# As pytest tells with --durations.
DURATION = re.compile(r"^ *(\d+\.\d+)s (\w+ +\S+::\S.*)$", re.MULTILINE)
SLOWEST = 20
# As pytest sums failures up at its end.
FAILURE = re.compile(r"^(?:FAILED|ERROR|SUBFAILED\S*) .*$", re.MULTILINE)
RESULT = re.compile(r"^\S+: (\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", re.MULTILINE)


@dataclass(frozen=True)
class Part:
    """A command of the workbench, on `cores` cores; all of them unless it says so."""

    name: str
    cores: int = 0
    values: dict = field(default_factory=dict)

    @property
    def log(self):
        return process.log_path(f"part-{paths.ROOT.name}-{self.name}")


@dataclass
class Running:
    part: Part
    program: subprocess.Popen
    started: float

    def ended(self):
        """:return: None while it runs, else CPU seconds of its programs, the database server's apart"""
        pid, status, usage = os.wait4(self.program.pid, os.WNOHANG)
        if not pid:
            return None
        self.program.returncode = os.waitstatus_to_exitcode(status)
        return usage.ru_utime + usage.ru_stime


def run(parts, cores):
    """Start each part when there is room for it, in this order; after a failure start none any more.

    :return: the tallies of those that ran, added up
    """
    waiting, running, total, outputs = list(parts), [], Tally(), []
    told = time.monotonic()
    while running or (waiting and not total.failed):
        while not total.failed and (part := _next(waiting, running, cores)):
            waiting.remove(part)
            running.append(_start(part))
        for one in list(running):
            if (cpu := one.ended()) is not None:
                running.remove(one)
                result, output = _tell(one, cpu)
                total += result
                outputs.append(output)
        if time.monotonic() - told > console.TICK_SECONDS:
            told = time.monotonic()
            _tell_signs_of_life(running)
        time.sleep(PAUSE)
    console.heading("slowest")
    console.say("\n".join(slowest(outputs)))
    if failures := FAILURE.findall("\n".join(outputs)):
        console.heading("failed")
        console.say("\n".join(failures))
    if waiting:
        console.say(f"\nnot run after the failure: {', '.join(part.name for part in waiting)}")
    return total


def slowest(outputs):
    """The slowest tests and set-ups of all parts, as lines."""
    times = [(float(seconds), what) for output in outputs for seconds, what in DURATION.findall(output)]
    return [f"{seconds:8.2f} s  {what}" for seconds, what in sorted(times, reverse=True)[:SLOWEST]]


def _next(waiting, running, cores):
    """The first that fits into what is free."""
    free = cores - sum(needs(one.part, cores) for one in running)
    return next((part for part in waiting if needs(part, cores) <= free), None)


def needs(part, cores):
    return min(part.cores or cores, cores)


def _start(part):
    console.say(f"- {part.name} …")
    with part.log.open("wb") as log:
        program = subprocess.Popen(
            command(part),
            cwd=paths.ROOT,
            env=_environment(part),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    return Running(part, program, time.monotonic())


def command(part):
    return [sys.executable, "-m", "workbench", part.name]


def _environment(part):
    """The caller's, without what is meant for one part only: two with the same database would meet in it."""
    given = {name: value for name, value in os.environ.items() if name not in FOR_ONE}
    return {**given, "PYTHONUNBUFFERED": "1", **part.values}


def _tell_signs_of_life(running):
    for one in running:
        elapsed = console.duration(time.monotonic() - one.started)
        console.say(f"  … {one.part.name}, {elapsed}: {process.last_line(one.part.log.stem)()}")


def _tell(one, cpu):
    """The whole output of a part, in one piece.

    :return: its tally, and the output
    """
    output = one.part.log.read_text(errors="replace")
    console.heading(one.part.name)
    console.say(output.rstrip())
    result = tally_of(output, one.program.returncode)
    elapsed = console.duration(time.monotonic() - one.started)
    console.say(f"{one.part.name}: {result}, {elapsed}, CPU {console.duration(cpu)}")
    return result, output


def tally_of(output, exit_code):
    """From a part's closing line. One that ended without is a failure."""
    found = RESULT.findall(output)
    result = Tally(*(int(number or 0) for number in found[-1])) if found else Tally()
    return result if bool(exit_code) == bool(result.failed) and found else result + Tally(failed=1)
