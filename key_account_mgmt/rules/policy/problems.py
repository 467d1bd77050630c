"""Errors in a policy or a fact, as codes and parameters that screens translate into the user's language."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError

from ..exact import shown

# Codes of pydantic's error types; error types raised by this package are codes already.
_CODES = {
    "missing": "required",
    "extra_forbidden": "unknown_field",
    "literal_error": "not_allowed",
    "union_tag_invalid": "unknown_type",
    "union_tag_not_found": "required",
    "string_too_short": "empty",
    "string_too_long": "too_long",
    "string_unicode": "not_storable",
    "greater_than_equal": "out_of_range",
    "less_than_equal": "out_of_range",
}
# Columns that hold one of several forms, named by "type".
_UNIONS = ("scale", "formula")


class Problem(NamedTuple):
    """One error: where (``path`` of keys, then ``column``), what (``code``), and with which values (``params``)."""

    path: tuple[str | int, ...]
    column: str
    code: str
    params: dict[str, Any] = {}

    def __str__(self) -> str:
        where = "/".join(map(str, (*self.path, self.column)))
        return f"{where}: {self.code} {self.params}" if self.params else f"{where}: {self.code}"


class PolicyError(ValueError):
    """A policy that cannot be used; ``problems`` lists every error in it."""

    def __init__(self, problems: Iterable[Problem]):
        self.problems = list(problems)
        super().__init__("\n".join(map(str, self.problems)))


class FactError(ValueError):
    """A value that cannot be used: ``key`` of the customer, ``metric``, ``code`` and the value itself (``got``)."""

    def __init__(self, key: Any, metric: str, code: str, got: Any):
        self.key, self.metric, self.code, self.got = key, metric, code, shown(got)
        super().__init__(f"{key}/{metric}: {code} {self.got!r}")


def from_pydantic(error: ValidationError, path: tuple[str | int, ...], row: Any) -> Iterator[Problem]:
    """Yield the problems in ``error``, raised by validating ``row`` at ``path``."""
    for detail in error.errors(include_url=False):
        inner, column, index = _place(detail["loc"], row)
        if detail["type"].startswith("union_tag"):
            inner, column = (*inner, column), "type"
        code, params = _translated(detail)
        if index is not None:
            params["index"] = index
        yield Problem(path + inner, column, code, params)


def _place(loc: tuple[str | int, ...], row: Any) -> tuple[tuple[str | int, ...], str, int | None]:
    """Split ``loc`` into (path, column, index), without tags of unions; the index only for a bare list of values."""
    parts: list[str | int] = []
    node = row
    for position, part in enumerate(loc):
        if isinstance(node, Mapping) and node.get("type") == part and loc[position - 1] in _UNIONS:
            continue
        if part != "[key]":
            parts.append(part)
        node = _child(node, part)
    index = parts.pop() if parts and isinstance(parts[-1], int) else None
    return (tuple(parts[:-1]), str(parts[-1]), index) if parts else ((), "", index)


def _child(node: Any, part: str | int) -> Any:
    try:
        return node[part]
    except (LookupError, TypeError):
        return None


def _translated(detail: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind in _CODES:
        params = (
            {} if kind in ("missing", "union_tag_not_found") else {"got": shown(context.get("tag", detail["input"]))}
        )
        return _CODES[kind], params | _allowed(context)
    if kind != "wrong_type" and kind.endswith(("_type", "_parsing", "_attributes")):
        return "wrong_type", {"got": shown(detail["input"]), "allowed": kind.rsplit("_", 1)[0]}
    return kind, dict(context)


def _allowed(context: Mapping[str, Any]) -> dict[str, Any]:
    """Return the allowed values or limits; pydantic spells closed lists as "'a', 'b' or 'c'"."""
    for name in ("expected", "expected_tags"):
        if name in context:
            return {"allowed": re.findall(r"'([^']*)'", context[name]) or [context[name]]}
    limits = [f"{sign} {context[name]}" for name, sign in (("ge", ">="), ("le", "<=")) if name in context]
    return {"allowed": limits[0]} if limits else {}
