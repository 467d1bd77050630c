"""Where the time goes: each step's own time, without that of the steps that it calls."""

import contextlib
import inspect
import time
from collections import Counter


class Steps:
    """Wraps functions so that their own time adds up under the names of steps."""

    def __init__(self):
        self.seconds = Counter()
        self._stack = []
        self._since = 0.0

    @contextlib.contextmanager
    def watching(self, watched):
        """Watch ``(owner, attribute, step)`` while the context lasts."""
        originals = [(owner, name, inspect.getattr_static(owner, name)) for owner, name, _step in watched]
        for (owner, name, step), (_owner, _name, original) in zip(watched, originals, strict=True):
            setattr(owner, name, self._timed(original, step))
        try:
            yield self
        finally:
            for owner, name, original in originals:
                setattr(owner, name, original)

    def _timed(self, function, step):
        def timed(*args, **kwargs):
            with self._step(step):
                result = function(*args, **kwargs)
            return self._timed_iterator(result, step) if inspect.isgenerator(result) else result

        return timed

    def _timed_iterator(self, iterator, step):
        """A generator works when it is asked for the next value."""
        while True:
            with self._step(step):
                try:
                    value = next(iterator)
                except StopIteration:
                    return
            yield value

    @contextlib.contextmanager
    def _step(self, step):
        self._turn(step)
        try:
            yield
        finally:
            self._turn(None)

    def _turn(self, step):
        """From here on the time is that step's; None: that of the step before."""
        now = time.perf_counter()
        if self._stack:
            self.seconds[self._stack[-1]] += now - self._since
        self._since = now
        if step is None:
            self._stack.pop()
        else:
            self._stack.append(step)
