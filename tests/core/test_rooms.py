"""Rooms of the addon: each asks only rooms written above it, and what loads in which order is as written."""

import ast
from functools import cache
from pathlib import Path

import pytest
import rules

MODELS = Path(rules.__file__).parents[1] / "models"
ADDON = "odoo.addons.key_account_mgmt"
ROOT = ("key_account_mgmt", "models")


@cache
def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def written_order(init):
    """Names that an ``__init__`` imports, in its order."""
    return [alias.name for node in tree(init).body if isinstance(node, ast.ImportFrom) for alias in node.names]


ROOMS = written_order(MODELS / "__init__.py")
PLACES = {room: place for place, room in enumerate(ROOMS)}
FILES = [path for room in ROOMS for path in sorted((MODELS / room).rglob("*.py"))]


def room_of(path):
    return path.relative_to(MODELS).parts[0]


def parts_of(path):
    """A file as the parts of its dotted name; a package without ``__init__``."""
    parts = (*ROOT, *path.relative_to(MODELS).with_suffix("").parts)
    return parts[:-1] if path.name == "__init__.py" else parts


def imported_by(path):
    """Dotted names, as parts, below the addon that a file imports anywhere."""
    package = parts_of(path) if path.name == "__init__.py" else parts_of(path)[:-1]
    for node in ast.walk(tree(path)):
        if not isinstance(node, ast.ImportFrom):
            continue
        if node.level:
            base = package[: len(package) - node.level + 1]
        elif node.module.startswith(f"{ADDON}."):
            base = ()
        else:
            continue
        module = (node.module or "").removeprefix("odoo.addons.")
        target = (*base, *(module.split(".") if module else ()))
        yield target
        yield from ((*target, alias.name) for alias in node.names)


def attribute(cls, name):
    """Strings that a class assigns to ``_name`` or ``_inherit``."""
    for node in cls.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", None) == name:
            values = node.value.elts if isinstance(node.value, ast.List | ast.Tuple) else [node.value]
            return [value.value for value in values if isinstance(value, ast.Constant)]
    return []


def classes(path):
    return [node for node in tree(path).body if isinstance(node, ast.ClassDef)]


def model_of(cls):
    """The model that a class makes or extends, or None."""
    return next(iter(attribute(cls, "_name") or attribute(cls, "_inherit")), None)


def makes(cls):
    return bool(attribute(cls, "_name")) and attribute(cls, "_name")[0] not in attribute(cls, "_inherit")


@cache
def homes():
    """The room in which each model of ours is made."""
    return {model_of(cls): room_of(path) for path in FILES for cls in classes(path) if makes(cls)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(MODELS)))
def test_a_room_imports_from_rooms_above_it_only(path):
    place = PLACES[room_of(path)]
    asked = {target[2] for target in imported_by(path) if len(target) > 2 and target[:2] == ROOT}
    assert not {room for room in asked if PLACES.get(room, -1) > place}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(MODELS)))
def test_a_room_asks_models_of_rooms_above_it_only(path):
    """By ``env["key.account.…"]``, as the other side of a relation, or by inheritance."""
    place = PLACES[room_of(path)]
    named = {
        node.value for node in ast.walk(tree(path)) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert not {name for name in named if PLACES.get(homes().get(name), -1) > place}


def test_files_load_in_the_order_in_which_they_are_written():
    """Else a line in an ``__init__`` says something and an import somewhere decides something else."""
    loaded, early = [], {}

    def load(parts, by):
        path = MODELS.joinpath(*parts[2:])
        file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        if parts[:2] != ROOT or parts in loaded or parts in opened or not file.exists():
            return
        opened.add(parts)
        package = parts[:-1]
        if len(package) > 2 and package not in opened:
            load(package, by)
        for target in imported_by(file):
            load(target, parts)
        loaded.append(parts)
        early.setdefault(parts, by)

    opened = set()
    for room in ROOMS:
        load((*ROOT, room), None)
    for folder in sorted({path.parent for path in FILES}):
        own = parts_of(folder / "__init__.py")
        order = [parts for parts in loaded if parts[:-1] == own]
        written = [(*own, name) for name in written_order(folder / "__init__.py")]
        assert [(parts[-1], early[parts][-1]) for parts in order] == [(parts[-1], own[-1]) for parts in written]


def test_a_file_is_in_its_rooms_list():
    for folder in {path.parent for path in FILES}:
        present = {path.stem for path in folder.glob("*.py")} - {"__init__"}
        present |= {path.name for path in folder.iterdir() if (path / "__init__.py").exists()}
        assert sorted(written_order(folder / "__init__.py")) == sorted(present)
