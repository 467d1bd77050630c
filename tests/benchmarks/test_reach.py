import importlib.util
import sys

import pytest

from benchmarks.reach import Reach

SOURCE = """
import functools


def plain():
    return [number for number in range(2)]


def decorator(function):
    @functools.wraps(function)
    def wrapper():
        return function()

    return wrapper


@decorator
def decorated():
    return sorted([2, 1], key=lambda number: number)


class Thing:
    @property
    def name(self):
        return "name"
"""


@pytest.fixture
def reach(tmp_path):
    """Two equal modules in a folder, and one beside it."""
    folder = tmp_path / "addon"
    modules = {}
    for path in (folder / "models/one.py", folder / "models/two.py", folder / "rules/one.py", tmp_path / "beside.py"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SOURCE)
        spec = importlib.util.spec_from_file_location("_".join(path.parts[-2:])[:-3], path)
        modules[spec.name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(modules[spec.name])
    return Reach(folder), modules


@pytest.mark.parametrize(
    ("module", "work", "files", "functions"),
    [
        ("models_one", lambda module: None, 0, 0),
        ("models_one", lambda module: [module.plain() for _time in range(3)], 1, 1),
        ("models_one", lambda module: module.decorated(), 1, 2),
        ("models_one", lambda module: module.Thing().name, 1, 1),
    ],
)
def test_functions_count_once_and_what_stands_in_them_does_not(reach, module, work, files, functions):
    reach, modules = reach
    with reach.watching():
        work(modules[module])
    assert reach.count() == {"files": files, "functions": functions}


def test_equal_functions_of_two_files_are_two_and_those_beside_the_folder_none(reach):
    reach, modules = reach
    with reach.watching():
        for module in modules.values():
            module.plain()
    assert reach.count() == {"files": 3, "functions": 3}
    assert reach.count("models") == {"files": 2, "functions": 2}
    assert reach.count("rules") == {"files": 1, "functions": 1}


def test_nothing_counts_afterwards(reach):
    reach, modules = reach
    earlier = sys.getprofile()
    with pytest.raises(ZeroDivisionError), reach.watching():
        modules["models_one"].plain()
        raise ZeroDivisionError
    assert sys.getprofile() is earlier
    modules["models_two"].plain()
    assert reach.count()["functions"] == 1
