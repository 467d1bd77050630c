"""What changed in an order between two snapshots of its figures, such as a request for approval and now."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import zip_longest
from typing import Any

Row = Mapping[str, Any]


def is_changed(then: Row, now: Row, name: str) -> bool:
    """Return whether a figure, exact text or None, has another value; 1.50 is 1.5."""
    return _number(then.get(name)) != _number(now.get(name))


def changed_rows(then: Sequence[Row], now: Sequence[Row], names: Sequence[str]) -> list[tuple[Row | None, Row | None]]:
    """Return pairs of rows whose figures ``names`` differ; None in place of a row that was added or removed.

    Rows belong together by their ``line``; in snapshots made before rows had one, by their places.
    """
    return [
        (before, after)
        for before, after in _pairs(then, now)
        if before is None or after is None or any(is_changed(before, after, name) for name in names)
    ]


def _pairs(then: Sequence[Row], now: Sequence[Row]) -> list[tuple[Row | None, Row | None]]:
    if any("line" not in row for row in then):
        return list(zip_longest(then, now))
    before, after = ({row["line"]: row for row in rows} for rows in (then, now))
    return [(before.get(line), after.get(line)) for line in dict.fromkeys((*before, *after))]


def _number(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)
