"""The obvious evaluator: every condition of every rule, one after the other.

It says what the fast way must say, and serves where durable-rules cannot be installed.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from ..policy.conditions import Condition, Operand
from ..policy.outcomes import Rule

Fact = Decimal | int | str | None
_HOLDS = {
    ">=": lambda value, values: value >= values[0],
    ">": lambda value, values: value > values[0],
    "<=": lambda value, values: value <= values[0],
    "<": lambda value, values: value < values[0],
    "=": lambda value, values: value == values[0],
    "!=": lambda value, values: value != values[0],
    "in": lambda value, values: value in values,
    "not in": lambda value, values: value not in values,
}


def holds(condition: Condition, value: Fact) -> bool:
    """Whether ``condition`` is true of ``value``; nothing is true of a missing one."""
    return value is not None and _HOLDS[condition.operator](value, condition.values)


def fires(rule: Rule, facts: Mapping[Operand, Fact]) -> bool:
    """Whether all conditions of ``rule`` hold."""
    return all(holds(condition, facts.get(condition.operand)) for condition in rule.conditions)


def fired(rules: Sequence[Rule], columns: Mapping[Operand, Sequence[Fact]], count: int) -> list[tuple[int, ...]]:
    """For each of ``count`` customers the indices of the rules that fire, ascending."""
    operands = list(columns)
    rows = zip(*columns.values(), strict=True) if columns else [()] * count
    return [_indices(rules, dict(zip(operands, row, strict=True))) for row in rows]


def _indices(rules: Sequence[Rule], facts: Mapping[Operand, Fact]) -> tuple[int, ...]:
    return tuple(index for index, rule in enumerate(rules) if fires(rule, facts))
