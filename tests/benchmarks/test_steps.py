from benchmarks import steps as module
from benchmarks.steps import Steps


class _Work:
    """Every call takes one second of its own."""

    def __init__(self, clock):
        self.clock = clock

    def outer(self):
        self.clock.now += 1
        return sum(self.numbers()) + self.inner()

    def inner(self):
        self.clock.now += 1
        return 1

    def numbers(self):
        for number in (1, 2):
            self.clock.now += 1
            yield number


class _Clock:
    now = 0.0

    def perf_counter(self):
        return self.now


def test_each_step_has_its_own_time_without_that_of_the_steps_it_calls(monkeypatch):
    clock = _Clock()
    monkeypatch.setattr(module, "time", clock)
    watched = [(_Work, name, name) for name in ("outer", "inner", "numbers")]
    with Steps().watching(watched) as steps:
        assert _Work(clock).outer() == 4
    assert steps.seconds == {"outer": 1, "inner": 1, "numbers": 2}


def test_watching_leaves_everything_as_it_was():
    original = _Work.outer
    with Steps().watching([(_Work, "outer", "outer")]):
        assert _Work.outer is not original
    assert _Work.outer is original
