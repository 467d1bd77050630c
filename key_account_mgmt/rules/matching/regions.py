"""The buckets that each rule of a table accepts of each operand: the form in which rules are compared and grouped."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..policy.conditions import Condition, Operand
from ..policy.outcomes import Rule
from .axes import Axis, axis

Test = Mapping[Operand, frozenset[int]]


class Regions(NamedTuple):
    """The buckets of each operand's axis that each rule accepts."""

    axes: dict[Operand, Axis]
    tests: tuple[Test, ...]


def regions(rules: Sequence[Rule]) -> Regions:
    """Build the axes of all conditions of a table and, per rule, the buckets in which it can fire."""
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
