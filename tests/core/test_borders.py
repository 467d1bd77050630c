"""The core is plain Python, and one file alone knows durable-rules."""

import ast
from pathlib import Path

import pytest
import rules

CORE = Path(rules.__file__).parent
FILES = sorted(CORE.rglob("*.py"))


def imported(path):
    """Top-level packages that a file imports absolutely."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_core_knows_neither_odoo_nor_its_own_absolute_name(path):
    assert not imported(path) & {"odoo", "rules", "key_account_mgmt"}


def test_one_file_alone_imports_durable():
    users = {path.name for path in FILES if imported(path) & {"durable", "durable_rules_engine"}}
    assert users == {"engine_durable.py"}


def test_the_public_names_are_there():
    assert all(hasattr(rules, name) for name in rules.__all__)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_core_file_stays_small(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 150
