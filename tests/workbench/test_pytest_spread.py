"""Files of tests for several processes: the order in which they are given out, and whether one was forgotten."""

import pytest

from workbench import paths, pytest_spread
from workbench.pytest_spread import filestore_of, in_order, left_out, unit


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    unit.cache_clear()
    for name, text in (("a", ""), ("b", ""), ("c", "TourMixin"), ("d", "TourMixin")):
        (tmp_path / f"test_{name}.py").write_text(text)


def ids(file, *tests):
    return [f"test_{file}.py::{test}" for test in tests]


def test_the_browser_comes_first_then_the_longest_file_and_no_file_is_torn_apart(files):
    first, second = ids("a", "One::x"), ids("b", "One::x", "Two::y", "Two::z")
    browser, more = ids("c", "One::x"), ids("d", "One::x")
    assert in_order([*first, *browser, *second, *more]) == [*browser, *more, *second, *first]


def test_set_ups_of_classes_count(files):
    many_classes, many_tests = ids("a", "One::x", "Two::x"), ids("b", "One::x", "One::y", "One::z")
    assert in_order([*many_tests, *many_classes]) == [*many_classes, *many_tests]


def test_all_browser_tests_are_one_piece(files):
    assert unit("test_c.py") == unit("test_d.py") == pytest_spread.BROWSER
    assert unit("test_a.py") == "test_a.py"


@pytest.mark.parametrize(
    ("ran", "files", "wanted"),
    [
        (["a.py::x", "b.py::y"], ["a.py", "b.py"], []),
        (["a.py::x"], ["a.py", "b.py"], ["b.py::y"]),
        (["a.py::x", "b.py::y"], ["a.py", "b.py", "c.py"], ["c.py"]),
        ([], [], ["a.py::x", "b.py::y"]),
    ],
)
def test_what_was_left_out_is_named(ran, files, wanted):
    assert left_out(["a.py::x", "b.py::y"], ran, files) == wanted


def test_files_that_one_process_deletes_stay_with_the_others(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "FILESTORE", tmp_path)
    shared = tmp_path / "tests"
    (shared / "ab").mkdir(parents=True)
    (shared / "ab" / "abc").write_text("Thanks")
    with filestore_of("tests-gw0", shared), filestore_of("tests-gw1", shared):
        (tmp_path / "tests-gw0" / "ab" / "abc").unlink()
        (tmp_path / "tests-gw0" / "ab" / "abd").write_text("new")
        assert (tmp_path / "tests-gw1" / "ab" / "abc").read_text() == "Thanks"
        assert [file.name for file in (shared / "ab").iterdir()] == ["abc"]
    assert [folder.name for folder in tmp_path.iterdir()] == ["tests"]
