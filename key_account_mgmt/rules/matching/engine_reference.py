"""The obvious evaluator: every condition of every rule, one after the other.

It defines what the fast engine must return, and is the fallback where durable-rules cannot be installed.
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
    """Return whether ``condition`` holds for ``value``; for a missing value none does."""
    return value is not None and _HOLDS[condition.operator](value, condition.values)


def fires(rule: Rule, facts: Mapping[Operand, Fact]) -> bool:
    """Return whether all conditions of ``rule`` hold."""
    return all(holds(condition, facts.get(condition.operand)) for condition in rule.conditions)


def fired(rules: Sequence[Rule], columns: Mapping[Operand, Sequence[Fact]], count: int) -> list[tuple[int, ...]]:
    """Return, for each of ``count`` customers, the indices of the rules that fire, ascending."""
    operands = list(columns)
    rows = zip(*columns.values(), strict=True) if columns else [()] * count
    return [_indices(rules, dict(zip(operands, row, strict=True))) for row in rows]


def _indices(rules: Sequence[Rule], facts: Mapping[Operand, Fact]) -> tuple[int, ...]:
    return tuple(index for index, rule in enumerate(rules) if fires(rule, facts))
