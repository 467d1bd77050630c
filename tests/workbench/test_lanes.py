"""Parts of the checks run side by side, and their results are one."""

import sys

import pytest

from workbench import lanes, paths, testing
from workbench.lanes import Part
from workbench.tally import Tally

GOOD, BAD = "x: 2 passed, 0 failed", "x: 3 passed, 1 failed, 2 skipped"


@pytest.mark.parametrize(
    ("output", "exit_code", "wanted"),
    [
        (f"more\n{GOOD}\n", 0, Tally(2)),
        (f"{BAD}\n", 1, Tally(3, 1, 2)),
        (f"a: 7 passed, 0 failed\n{GOOD}\n", 0, Tally(2)),  # the last line counts
        ("make x: no disk\n", 1, Tally(0, 1)),
        ("", 0, Tally(0, 1)),  # says nothing: no success
        (f"{GOOD}\n", -9, Tally(2, 1)),  # killed at the end
    ],
)
def test_the_result_of_a_part_is_its_closing_line(output, exit_code, wanted):
    assert lanes.tally_of(output, exit_code) == wanted


@pytest.mark.parametrize(
    ("waiting", "running", "cores", "wanted"),
    [
        ([2, 1], [], 2, 0),
        ([2, 1], [1], 2, 1),  # what fits goes first
        ([2, 2], [1], 2, None),
        ([0], [], 4, 0),  # no number is all cores
        ([0], [1], 4, None),
        ([2], [], 1, 0),  # no machine is too small
    ],
)
def test_which_part_is_next(waiting, running, cores, wanted):
    parts = [Part(str(number), size) for number, size in enumerate(waiting)]
    busy = [lanes.Running(Part("busy", size), None, 0) for size in running]
    assert lanes._next(parts, busy, cores) == (None if wanted is None else parts[wanted])


@pytest.fixture
def say(monkeypatch, tmp_path):
    """Parts that only say their name, as what it stands for."""
    monkeypatch.setattr(paths, "LOGS", tmp_path)
    monkeypatch.setattr(lanes, "command", lambda part: [sys.executable, "-c", part.values["DO"]])
    return lambda name, line, code=0: Part(name, 1, {"DO": f"import sys; print('{line}'); sys.exit({code})"})


def test_all_parts_are_added_up_and_shown_one_after_another(say, capsys):
    assert lanes.run([say("a", GOOD), say("b", GOOD)], 2) == Tally(4)
    output = capsys.readouterr().out
    assert output.count(GOOD) == 2
    assert "== a ==" in output and "== b ==" in output


def test_after_a_failure_no_part_starts(say, capsys):
    assert lanes.run([say("a", BAD, 1), say("b", GOOD)], 1) == Tally(3, 1, 2)
    assert "not run after the failure: b" in capsys.readouterr().out


def test_what_failed_is_told_again_at_the_end(say, capsys):
    failure = "FAILED a.py::A::x - AssertionError: 1 != 2"
    lanes.run([say("a", f"{failure}\\n{BAD}", 1)], 1)
    assert f"== failed ==\n{failure}" in capsys.readouterr().out


def test_the_slowest_of_all_parts():
    outputs = [
        "3.00s setup    a.py::A::x\n  12.50s call     a.py::A::x\n(3 durations < 0.005s hidden.)",
        "4.00s call     b.py::test_y[1 2]\n2 passed in 5.00s",
    ]
    assert lanes.slowest(outputs) == [
        "   12.50 s  call     a.py::A::x",
        "    4.00 s  call     b.py::test_y[1 2]",
        "    3.00 s  setup    a.py::A::x",
    ]


def test_a_database_chosen_for_one_part_is_not_for_all(monkeypatch):
    for name in ("DB", "TESTS", "ARGS", "HOST"):
        monkeypatch.setenv(name, "mine")
    environment = lanes._environment(Part("a", values={"HOST": "subset"}))
    assert [environment.get(name) for name in ("DB", "TESTS", "ARGS", "HOST")] == [None, None, None, "subset"]


def test_every_file_of_tests_is_in_a_part():
    """Pure ones in test-core or test-data, the addon's in test-odoo or test-data, the others by their folder."""
    folders = {"core", "workbench", "benchmarks", "modules", "demo", "crash", "upgrade"}
    assert {path.name for path in (paths.ROOT / "tests").iterdir() if path.is_dir()} - {"__pycache__"} == folders
    assert all(any(paths.ROOT.glob(pattern)) for pattern in testing.DATA_TESTS)


def test_odoo_finds_every_file_of_the_addons_tests():
    """Its own runner takes what the package imports, by names that begin with ``test_``; pytest takes every file.

    The rooms of the tests hand their modules on to the package, where two of one name would hide one another.
    """
    folder = paths.ADDON_DIR / "tests"
    rooms = [line.split()[1].strip(".") for line in (folder / "__init__.py").read_text().splitlines() if line]
    assert sorted(rooms) == sorted({path.parent.name for path in folder.glob("*/test_*.py")})
    assert not list(folder.glob("test_*.py"))
    for room in rooms:
        imported = {line.split()[-1] for line in (folder / room / "__init__.py").read_text().splitlines() if line}
        assert imported == {path.stem for path in (folder / room).glob("test_*.py")}
    names = [path.stem for path in folder.glob("*/test_*.py")]
    assert sorted(names) == sorted(set(names))
