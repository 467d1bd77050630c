"""The core is plain Python in sub-packages that ask downwards only, and one file alone knows durable-rules."""

import ast
import importlib
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
import rules

CORE = Path(rules.__file__).parent
FILES = sorted(CORE.rglob("*.py"))
# Below every sub-package: any file may import it, and it imports none of them.
FOUNDATION = "exact"


def name_of(path):
    return str(path.relative_to(CORE))


@cache
def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path):
    """Top-level packages that a file imports absolutely."""
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def asked(path):
    """Files of the core that a file imports, anywhere in it: for type checkers only and in functions, too."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
            inside = [file(base / alias.name) for alias in node.names]
            yield from filter(None, inside)
            if not all(inside):
                yield file(base)


def file(base):
    """The file of a module or of a package, or None."""
    return next((one for one in (base.with_suffix(".py"), base / "__init__.py") if one.exists()), None)


def package_of(path):
    """The sub-package of a file; of one beside the sub-packages its own name."""
    return path.relative_to(CORE).with_suffix("").parts[0]


# As written in ``rules/__init__``, the lowest first.
PACKAGES = [node.module for node in tree(CORE / "__init__.py").body if isinstance(node, ast.ImportFrom)]
PLACES = {name: place for place, name in enumerate([FOUNDATION, *PACKAGES])}
PARTS = [path for path in FILES if path.parent != CORE or path.stem == FOUNDATION]


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_the_core_knows_neither_odoo_nor_its_own_absolute_name(path):
    assert not imported(path) & {"odoo", "rules", "key_account_mgmt"}


def test_one_file_alone_imports_durable():
    users = {name_of(path) for path in FILES if imported(path) & {"durable", "durable_rules_engine"}}
    assert users == {"matching/engine_durable.py"}


def test_every_file_is_in_a_sub_package_that_is_written_down():
    assert {package_of(path) for path in FILES} == {"__init__", FOUNDATION, *PACKAGES}
    assert len(PACKAGES) == len(set(PACKAGES))


@pytest.mark.parametrize("path", PARTS, ids=name_of)
def test_a_sub_package_imports_from_those_above_it_only(path):
    own = PLACES[package_of(path)]
    assert not {name_of(found) for found in asked(path) if PLACES.get(package_of(found), len(PLACES)) > own}


@pytest.mark.parametrize("path", PARTS, ids=name_of)
def test_nothing_is_imported_late(path):
    """An import in a function, or for type checkers only, hides a circle."""
    early = [*tree(path).body, *(node for one in tree(path).body if isinstance(one, ast.Try) for node in one.body)]
    found = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert not [ast.unparse(node) for node in found if node not in early]


def test_imports_make_no_circle():
    graph = TopologicalSorter({name_of(path): set(map(name_of, asked(path))) for path in FILES})
    try:
        graph.prepare()
    except CycleError as error:
        pytest.fail(" → ".join(reversed(error.args[1])))


@pytest.mark.parametrize("package", PACKAGES)
def test_a_sub_package_says_what_it_is_for_and_lists_its_names(package):
    module = importlib.import_module(f"rules.{package}")
    assert 1 <= module.__doc__.count(".\n") <= 3
    assert all(hasattr(module, name) for name in module.__all__)


def test_the_public_names_are_there_and_listed_by_their_sub_package():
    for node in tree(CORE / "__init__.py").body:
        if isinstance(node, ast.ImportFrom):
            names = [alias.name for alias in node.names]
            assert all(hasattr(rules, name) for name in names)
            assert not set(names) - set(importlib.import_module(f"rules.{node.module}").__all__)


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_core_file_stays_small(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 150
