"""Locks between processes, so that several runs can share one workbench."""

import contextlib
import fcntl

from . import console, paths


@contextlib.contextmanager
def exclusive(name):
    """Hold the lock `name`. It goes away with the process, so a crash leaves nothing to clean up."""
    with open(paths.folder(paths.LOCKS) / f"{name}.lock", "w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            console.say(f"  waiting for another run ({name})")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
