"""Buckets in which no value lies, so that no finding is about an order that cannot exist."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal

from ..matching.axes import Axis
from ..policy.conditions import Operand
from ..policy.outcomes import Rule
from ..policy.policy import Policy
from .boxes import Box

# The metric of a day as a number, YYYYMMDD.
DATE = "order_date"
_DAY = timedelta(days=1)


def unreal(policy: Policy, rules: Iterable[Rule], axes: Mapping[Operand, Axis]) -> Iterator[Box]:
    """Yield buckets in which no value lies: between a count and the next one, or a day and the next day."""
    counts = {metric.code for metric in policy.metrics if metric.kind == "count"}
    for operand, axis in axes.items():
        is_day = operand.metric == DATE and DATE not in policy.choices
        step = _days if is_day else _counts if operand.metric in counts else None
        if step:
            thresholds = {v for rule in rules for one in rule.conditions if one.operand == operand for v in one.values}
            reached = {code for value in thresholds for code in axis.encode(step(value))}
            yield {operand: _all(axis) - reached - {axis.size}}


def _counts(value: Decimal) -> list[Decimal]:
    """Return the whole numbers around a threshold; all buckets without one of them are empty."""
    whole = value // 1
    return [whole - 1, whole, whole + 1]


def _days(value: Decimal) -> list[Decimal]:
    """Return the day of a threshold, the day before and the day after; whole numbers if it is not a day."""
    whole = int(value)
    try:
        day = date(whole // 10_000, whole // 100 % 100, whole % 100)
        days = [day - _DAY, day, day + _DAY]
    except (ValueError, OverflowError):
        return _counts(value)
    return [Decimal(one.year * 10_000 + one.month * 100 + one.day) for one in days]


def _all(axis: Axis) -> frozenset[int]:
    return frozenset(range(axis.size + 1))
