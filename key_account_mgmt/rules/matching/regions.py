"""What each rule of a table asks of each operand, in buckets: the form in which rules can be compared and grouped."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..policy.conditions import Condition, Operand
from ..policy.outcomes import Rule
from .axes import Axis, axis

Test = Mapping[Operand, frozenset[int]]


class Regions(NamedTuple):
    """What each rule asks of each operand, in buckets of that operand's axis."""

    axes: dict[Operand, Axis]
    tests: tuple[Test, ...]


def regions(rules: Sequence[Rule]) -> Regions:
    """Axes over all conditions of a table, and per rule the buckets in which it can fire."""
    by_operand: dict[Operand, list[Condition]] = {}
    for rule in rules:
        for condition in rule.conditions:
            by_operand.setdefault(condition.operand, []).append(condition)
    axes = {operand: axis(conditions) for operand, conditions in by_operand.items()}
    return Regions(axes, tuple(_test(rule, axes) for rule in rules))


def _test(rule: Rule, axes: Mapping[Operand, Axis]) -> Test:
    test: dict[Operand, frozenset[int]] = {}
    for condition in rule.conditions:
        operand = condition.operand
        buckets = axes[operand].buckets(condition)
        test[operand] = test[operand] & buckets if operand in test else buckets
    return test
