"""Unchecked input for a policy: plain values from records, a file or an API call, possibly malformed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from pydantic import ConfigDict, Field

from ..exact import Positive, read_json
from .problems import PolicyError, Problem
from .rows import Row, Text
from .tables import TABLES


class Envelope(Row):
    """The outermost form; its rows are read one by one."""

    schema_version: Literal[1] = Field(alias="schema")
    name: Text = ""
    metrics: list[Any] = []
    tiers: list[Any] = []
    weights_total: Positive | None = None
    criteria: list[Any] = []
    tables: list[Any] = []


class TableEnvelope(Row):
    """The kind of a table; the columns of that kind are read next, then its rules."""

    model_config = ConfigDict(extra="ignore")
    kind: Literal[tuple(TABLES)]  # type: ignore[valid-type]
    rules: list[Any] = []


def parsed(values: Any) -> Any:
    """Return ``values``, parsed if they are JSON text; raise PolicyError on broken JSON."""
    if not isinstance(values, (str, bytes)):
        return values
    try:
        return read_json(values)
    except ValueError as error:
        raise PolicyError([Problem((), "", "not_json", {"got": str(error)})]) from error


def by_code(rows: Iterable[Any], models: Iterable[Any]) -> dict[str, Any]:
    """Index rows by code, including broken ones (as None), so that references to them are not reported too."""
    broken = {code: None for row in rows if isinstance(code := get(row, "code"), str)}
    return broken | {model.code: model for model in models}


def rows_of(values: Any, column: str) -> Sequence[Any]:
    """Return the rows in a column; none if it is missing or not a list."""
    rows = get(values, column)
    return rows if isinstance(rows, (list, tuple)) else ()


def label_of(row: Any, column: str | None, index: int) -> str | int:
    """Return the name of a row in a problem's path: its key, or its position if it has none."""
    key = get(row, column) if column else None
    return key if key and isinstance(key, str) else index


def get(row: Any, column: str) -> Any:
    """Return the value of ``column`` in ``row``; None if ``row`` is not a mapping."""
    return row.get(column) if isinstance(row, Mapping) else None
