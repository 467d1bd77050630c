"""A batch of customers as columns: one list of values per metric."""

from collections.abc import Mapping, Sequence
from decimal import Clamped, Context, Decimal, Inexact, InvalidOperation, Overflow, localcontext
from typing import Any

from ..exact import parse
from ..policy.problems import FactError

# Facts have at most 40 decimals and, in sum, 60 digits before the point: this context adds them exactly.
_WIDE = Context(prec=110, traps=[Inexact, InvalidOperation, Overflow, Clamped])
_DIGITS = 60
_DECIMALS = 40


class FactBatch:
    """``keys`` of the customers and, per metric, one value for each: Decimal, int or text; None is missing.

    Metrics that are not in ``columns`` are missing for all customers. Values are checked on first use.
    """

    __slots__ = ("_checked", "columns", "keys")

    def __init__(self, keys: Sequence[Any], columns: Mapping[str, Sequence[Any]]):
        wrong = {metric: len(column) for metric, column in columns.items() if len(column) != len(keys)}
        if wrong:
            raise ValueError(f"{len(keys)} customers, but columns of {wrong}")
        self.keys = keys
        self.columns = columns
        self._checked: dict[str, Sequence[Any]] = {}

    @classmethod
    def from_mapping(cls, facts: Mapping[Any, Mapping[str, Any]]) -> "FactBatch":
        """Build a batch from ``{key: {metric: value}}``."""
        metrics = dict.fromkeys(metric for row in facts.values() for metric in row)
        return cls(list(facts), {metric: [row.get(metric) for row in facts.values()] for metric in metrics})

    def __len__(self) -> int:
        return len(self.keys)

    def column(self, metric: str, choice: bool = False) -> Sequence[Any]:
        """Return the metric's values: option codes, or else exact finite numbers (which may be spelt as text).

        Raises FactError for the first value that is neither.
        """
        if metric not in self._checked:
            self._checked[metric] = self._column(metric, choice)
        return self._checked[metric]

    def _column(self, metric: str, choice: bool) -> Sequence[Any]:
        column = self.columns.get(metric)
        if column is None:
            return [None] * len(self.keys)
        fine, convert = (_coded, _choice) if choice else (_exact, _number)
        return (
            column
            if fine(column)
            else [convert(key, metric, value) for key, value in zip(self.keys, column, strict=True)]
        )


def _exact(column: Sequence[Any]) -> bool:
    """Check a whole column by its types and one exact sum, which is cheaper than checking each value."""
    if not set(map(type, column)) <= {Decimal, int, type(None)}:
        return False
    try:
        with localcontext(_WIDE):
            total = sum(map(abs, filter(None, column)), Decimal(0))
    except ArithmeticError:
        return False
    return total.is_finite() and total.adjusted() < _DIGITS and total.as_tuple().exponent >= -_DECIMALS


def _coded(column: Sequence[Any]) -> bool:
    return set(map(type, column)) <= {str, type(None)}


def _number(key: Any, metric: str, value: Any) -> Decimal | int | None:
    if value is None:
        return None
    number = parse(value) if type(value) in (str, int, Decimal) else None
    if number is None:
        raise FactError(key, metric, "not_a_number", value)
    if not _exact([number]):
        raise FactError(key, metric, "out_of_range" if number.is_finite() else "not_finite", value)
    return number


def _choice(key: Any, metric: str, value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise FactError(key, metric, "not_an_option", value)
    return value
