"""The English of the addons names the actor: no somebody, nobody, whoever or he, on screens and in the code's prose."""

import ast
import io
import re
import tokenize
from pathlib import Path

import polib
import pytest
import rules

ROOT = Path(rules.__file__).parents[2]
ADDONS = sorted(path.parent for path in ROOT.glob("key_account_mgmt*/__manifest__.py"))
UNNAMED = re.compile(
    r"\b(?:some|any|every)(?:body|one)\b|\bnobody\b|\bwhoever\b|\bh(?:e|is|im|imself)\b|\btells\b|\btold\b",
    re.IGNORECASE,
)
COMMENTS = {
    ".xml": re.compile(r"<!--(.*?)-->", re.DOTALL),
    ".js": re.compile(r"/\*(.*?)\*/|(?<![:\"'`])//([^\n]*)", re.DOTALL),
}


def named(path):
    return str(path.relative_to(ROOT))


def files(suffix):
    """Files of the addons, without tests: what a test calls its people is its own affair."""
    return [path for addon in ADDONS for path in sorted(addon.rglob(f"*{suffix}")) if "tests" not in path.parts]


def docstrings(source):
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            yield ast.get_docstring(node) or ""


def python_prose(source):
    """Docstrings and comments."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return [*docstrings(source), *(token.string for token in tokens if token.type == tokenize.COMMENT)]


def prose(path):
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return python_prose(source)
    return [part for match in COMMENTS[path.suffix].finditer(source) for part in match.groups("")]


def faults(texts):
    return [text for text in texts if UNNAMED.search(text)]


@pytest.mark.parametrize(
    "text", ["Ask somebody in accounting.", "Nobody can.", "for everyone else", "his own", "is told"]
)
def test_the_words_are_found(text):
    assert faults([text, "The manager approves this; each user sees other customers."]) == [text]


@pytest.mark.parametrize("path", files(".pot"), ids=named)
def test_screens_and_messages_name_the_actor(path):
    assert not faults(entry.msgid for entry in polib.pofile(str(path)))


@pytest.mark.parametrize("path", [*files("__manifest__.py"), *files(".rst")], ids=named)
def test_what_the_app_store_shows_names_the_actor(path):
    assert not faults([path.read_text(encoding="utf-8")])


@pytest.mark.parametrize("addon", ADDONS, ids=named)
@pytest.mark.parametrize("suffix", [".py", ".xml", ".js"])
def test_docstrings_and_comments_name_the_actor(addon, suffix):
    found = {named(path): faults(prose(path)) for path in files(suffix) if addon in path.parents}
    assert not {path: texts for path, texts in found.items() if texts}
