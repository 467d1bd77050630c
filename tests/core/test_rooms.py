"""Rooms of the addon: each asks only rooms written above it, and what loads in which order is as written."""

import ast
from collections import Counter
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
WIZARDS = sorted((MODELS.parent / "wizard").rglob("*.py"))


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


def own_classes():
    """``[(model of ours, class), …]``: all classes of the addon that make or extend one."""
    found = [(model_of(cls), cls) for path in (*FILES, *WIZARDS) for cls in classes(path)]
    return [(model, cls) for model, cls in found if model and model.startswith("key.account.")]


def methods(cls):
    return {node.name for node in cls.body if isinstance(node, ast.FunctionDef)}


def fields(cls):
    """Names of the fields that a class defines or changes; ``_inherit`` and its like are none."""
    targets = {getattr(node.targets[0], "id", "_") for node in cls.body if isinstance(node, ast.Assign)}
    return {name for name in targets if not name.startswith("_")}


def taken_from_super(cls):
    """Names of what a class takes from ``super()``, whatever the arguments of that."""
    return {
        node.attr
        for node in ast.walk(cls)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Call)
        and getattr(node.value.func, "id", None) == "super"
    }


def is_call_of_self(node):
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and getattr(node.func.value, "id", None) == "self"
    )


def test_steps_are_called_by_name():
    """No class reaches by ``super()`` what another class of the addon defines for the same model of ours.

    Who reads a procedure sees its steps. A step that a later room fills is an empty method, which the procedure names;
    ``super()`` is for other addons.
    """
    definers = {}
    for model, cls in own_classes():
        for name in methods(cls):
            definers.setdefault((model, name), []).append(cls)
    reached = {
        f"{model}.{name}"
        for model, cls in own_classes()
        for name in taken_from_super(cls)
        if any(other is not cls for other in definers.get((model, name), ()))
    }
    assert not reached


def test_a_step_is_defined_where_it_is_called():
    """In the same room or one above: what a later room fills is there, empty, with what it is for."""
    rooms, calls = {}, set()
    for path in FILES:
        for model, cls in [(model_of(cls), cls) for cls in classes(path) if model_of(cls)]:
            for name in methods(cls):
                rooms.setdefault((model, name), []).append(PLACES[room_of(path)])
            calls |= {(model, node.func.attr, room_of(path)) for node in ast.walk(cls) if is_call_of_self(node)}
    assert not {
        (room, model, name) for model, name, room in calls if min(rooms.get((model, name), [-1])) > PLACES[room]
    }


def test_a_field_is_defined_once():
    """Else what a field is, such as the states of a record, is read from several classes."""
    definers = Counter((model, name) for model, cls in own_classes() for name in fields(cls))
    assert not {key for key, count in definers.items() if count > 1}


def test_each_room_says_what_it_is_for():
    for room in ROOMS:
        words = ast.get_docstring(tree(MODELS / room / "__init__.py"))
        assert words and len([end for end in words.split(". ") if end.strip()]) <= 3, room
