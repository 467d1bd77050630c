"""Cuts an operand's values into buckets, so that matching works on small numbers instead of amounts.

No condition distinguishes values between two neighbouring thresholds. A bucket is such an interval, or a threshold
itself if some conditions include it and others exclude it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from decimal import Decimal

from ..policy.conditions import Condition

Codes = bytes | list[int]
_CUTS_AT = {">=", "<", "=", "!=", "in", "not in"}
_CUTS_ABOVE = {">", "<=", "=", "!=", "in", "not in"}
_NEGATED = {"<": ">=", "<=": ">", "!=": "=", "not in": "in"}


class NumberAxis:
    """Buckets of numbers: 0..size-1 ascending; ``size`` is the code of a missing value."""

    def __init__(self, conditions: Iterable[Condition]):
        conditions = list(conditions)
        self._at = _thresholds(conditions, _CUTS_AT)
        self._above = _thresholds(conditions, _CUTS_ABOVE)
        self.size = len(self._at) + len(self._above) + 1

    def encode(self, column: Sequence[Decimal | int | None]) -> Codes:
        """Return the bucket of each value."""
        at, above, missing = self._at, self._above, self.size
        if not above:
            codes = [missing if value is None else bisect_right(at, value) for value in column]
        elif not at:
            codes = [missing if value is None else bisect_left(above, value) for value in column]
        else:
            codes = [
                missing if value is None else bisect_right(at, value) + bisect_left(above, value) for value in column
            ]
        return _packed(codes, missing)

    def buckets(self, condition: Condition) -> frozenset[int]:
        """Return the buckets in which ``condition`` holds."""
        positive = _NEGATED.get(condition.operator, condition.operator)
        holds = frozenset().union(*(self._stretch(positive, value) for value in condition.values))
        return holds if positive == condition.operator else frozenset(range(self.size)) - holds

    def _stretch(self, operator: str, value: Decimal) -> range:
        first_at = bisect_right(self._at, value) + bisect_left(self._above, value)
        first_above = bisect_right(self._at, value) + bisect_right(self._above, value)
        if operator == ">=":
            return range(first_at, self.size)
        return range(first_above, self.size) if operator == ">" else range(first_at, first_above)


class ChoiceAxis:
    """Buckets of a choice: one per option that a condition names, then one for all others, then missing."""

    def __init__(self, conditions: Iterable[Condition]):
        options = sorted({value for condition in conditions for value in condition.values})
        self._codes: dict[str | None, int] = {option: code for code, option in enumerate(options)}
        self.size = len(options) + 1
        self._codes[None] = self.size

    def encode(self, column: Sequence[str | None]) -> Codes:
        """Return the bucket of each option."""
        codes, other = self._codes, self.size - 1
        return _packed([codes.get(value, other) for value in column], self.size)

    def buckets(self, condition: Condition) -> frozenset[int]:
        """Return the buckets in which ``condition`` holds."""
        named = frozenset(self._codes[value] for value in condition.values)
        return named if condition.operator in ("=", "in") else frozenset(range(self.size)) - named


Axis = NumberAxis | ChoiceAxis


def axis(conditions: Sequence[Condition]) -> Axis:
    """Return the axis of the operand that all ``conditions`` share."""
    is_choice = isinstance(conditions[0].values[0], str)
    return ChoiceAxis(conditions) if is_choice else NumberAxis(conditions)


def recode(codes: Codes, table: Sequence[int]) -> bytes:
    """Map ``codes`` through a table of at most 256 classes, one entry per bucket."""
    if isinstance(codes, bytes):
        return codes.translate(bytes(table).ljust(256, b"\0"))
    return bytes([table[code] for code in codes])


def _thresholds(conditions: Iterable[Condition], operators: set[str]) -> list[Decimal]:
    return sorted({value for one in conditions if one.operator in operators for value in one.values})


def _packed(codes: list[int], greatest: int) -> Codes:
    """Return bytes if the codes fit: translating them is a hundred times faster."""
    return bytes(codes) if greatest < 256 else codes
