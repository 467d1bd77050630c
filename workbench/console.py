"""What the reader sees: headings, steps with the time they took, and signs of life during long ones."""

import contextlib
import sys
import threading
import time

TICK_SECONDS = 10


def say(text=""):
    print(text, flush=True)


def warn(text):
    print(f"note: {text}", file=sys.stderr, flush=True)


def heading(text):
    say(f"\n== {text} ==")


def duration(seconds):
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60):02d} s"


@contextlib.contextmanager
def step(title, detail=None):
    """Say what is done, every few seconds how far it is (`detail()`), and the time at the end."""
    say(f"- {title} …")
    started, done = time.monotonic(), threading.Event()
    ticker = threading.Thread(target=_tick, args=(title, detail, started, done), daemon=True)
    ticker.start()
    try:
        yield
    finally:
        done.set()
        ticker.join()
    say(f"  {title}: {duration(time.monotonic() - started)}")


def _tick(title, detail, started, done):
    while not done.wait(TICK_SECONDS):
        elapsed = duration(time.monotonic() - started)
        more = detail() if detail else ""
        say(f"  … {title}, {elapsed}{': ' + more if more else ''}")
