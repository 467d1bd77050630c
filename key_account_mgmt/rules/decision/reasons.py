"""Reasons of decisions as codes and parameters (docs/reference/decision_core.md lists them)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ..policy.conditions import Operand
from ..policy.outcomes import Rule

Columns = Mapping[Operand, Sequence]


class Reason(NamedTuple):
    """One reason: a ``code`` and its ``params``, which other code renders as a sentence."""

    code: str
    params: Mapping[str, Any]


def facts(rule: Rule, columns: Columns, row: int) -> list[dict[str, Any]]:
    """Return what the conditions of ``rule`` read, with the values in ``row``."""
    operands = dict.fromkeys(condition.operand for condition in rule.conditions)
    return [{"metric": one.metric, "measure": one.measure, "value": columns[one][row]} for one in operands]


def missing_reasons(rules: Iterable[Rule], absent: Iterable[Operand]) -> list[Reason]:
    """Return reasons for the ``rules`` that could not be judged, because they read an ``absent`` operand."""
    absent = set(absent)
    found = {
        (condition.operand, rule.key): None
        for rule in rules
        for condition in rule.conditions
        if condition.operand in absent
    }
    return [Reason("missing", _named(operand) | {"rule": key}) for operand, key in found]


def _named(operand: Operand) -> dict[str, Any]:
    """Name an operand; with its measure, since a share of a sum of zero is missing where the value is not."""
    return {"metric": operand.metric} | ({} if operand.measure == "value" else {"measure": operand.measure})
