"""A policy before it is one: plain values from records, a file or a stranger, in whatever form."""

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
    """What tells which kind of table it is; the columns of that kind are read next, then the rules."""

    model_config = ConfigDict(extra="ignore")
    kind: Literal[tuple(TABLES)]  # type: ignore[valid-type]
    rules: list[Any] = []


def parsed(values: Any) -> Any:
    """``values``, or what a JSON text says; raises PolicyError on broken JSON."""
    if not isinstance(values, (str, bytes)):
        return values
    try:
        return read_json(values)
    except ValueError as error:
        raise PolicyError([Problem((), "", "not_json", {"got": str(error)})]) from error


def by_code(rows: Iterable[Any], models: Iterable[Any]) -> dict[str, Any]:
    """Rows by code; a broken one is known all the same, or every reference to it would be reported too."""
    broken = {code: None for row in rows if isinstance(code := get(row, "code"), str)}
    return broken | {model.code: model for model in models}


def rows_of(values: Any, column: str) -> Sequence[Any]:
    """The rows in a column; none where it is missing or no list."""
    rows = get(values, column)
    return rows if isinstance(rows, (list, tuple)) else ()


def label_of(row: Any, column: str | None, index: int) -> str | int:
    """What a problem's path calls the row: its key, or its position where it has none."""
    key = get(row, column) if column else None
    return key if key and isinstance(key, str) else index


def get(row: Any, column: str) -> Any:
    """What ``row`` has in ``column``, whatever it is; None where it is no row at all."""
    return row.get(column) if isinstance(row, Mapping) else None
