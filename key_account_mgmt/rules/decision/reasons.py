"""Why something was decided, as codes and parameters (docs/reference/decision_core.md has the list)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ..policy.conditions import Operand
from ..policy.outcomes import Rule

Columns = Mapping[Operand, Sequence]


class Reason(NamedTuple):
    """Why, as a ``code`` and its ``params``; rendering happens elsewhere."""

    code: str
    params: Mapping[str, Any]


def facts(rule: Rule, columns: Columns, row: int) -> list[dict[str, Any]]:
    """What the conditions of ``rule`` looked at, and what was there in ``row``."""
    operands = dict.fromkeys(condition.operand for condition in rule.conditions)
    return [{"metric": one.metric, "measure": one.measure, "value": columns[one][row]} for one in operands]


def missing_reasons(rules: Iterable[Rule], absent: Iterable[Operand]) -> list[Reason]:
    """Which of ``rules`` could not be judged, because they look at one of the ``absent`` operands."""
    absent = set(absent)
    found = {
        (condition.operand, rule.key): None
        for rule in rules
        for condition in rule.conditions
        if condition.operand in absent
    }
    return [Reason("missing", _named(operand) | {"rule": key}) for operand, key in found]


def _named(operand: Operand) -> dict[str, Any]:
    """A place can be missing where the value is not: a share of a sum of zero."""
    return {"metric": operand.metric} | ({} if operand.measure == "value" else {"measure": operand.measure})
