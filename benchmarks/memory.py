"""Resident memory of this process, in MB of 1,048,576 bytes."""

import gc
import resource
from pathlib import Path

STATUS = Path("/proc/self/status")
CLEAR = Path("/proc/self/clear_refs")


def now():
    gc.collect()
    return _status("VmRSS")


def forget_peak():
    """Let the peak start again from what is resident now."""
    CLEAR.write_text("5")


def peak():
    try:
        return _status("VmHWM")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _status(name):
    for line in STATUS.read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise OSError(f"{STATUS} has no {name}")
