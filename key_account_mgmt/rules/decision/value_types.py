"""The value type that a customer seems to look for, by the rules that fire; users confirm it."""

from collections.abc import Sequence
from typing import NamedTuple

from ..policy.outcomes import ValueTypeRule
from .grants import Case
from .reasons import Reason, facts, missing_reasons


class ValueTypeSuggestion(NamedTuple):
    """The ``value_type`` by ``rule``: intrinsic, extrinsic or strategic, with its reasons."""

    rule: str
    value_type: str
    reasons: tuple[Reason, ...]


def value_type_suggestion(
    rules: Sequence[ValueTypeRule], fired: Sequence[int], case: Case
) -> tuple[ValueTypeSuggestion | None, list[Reason]]:
    """Return the value type by the first rule that fires, or the reasons why none is suggested."""
    if not rules:
        return None, []
    unjudged = missing_reasons(rules[: fired[0]] if fired else rules, case.absent) if case.absent else []
    if not fired:
        return None, [Reason("no_value_type_rule", {}), *unjudged]
    rule = rules[fired[0]]
    said = {"rule": rule.key, "value_type": rule.value_type, "facts": facts(rule, case.columns, case.row)}
    reasons = (Reason("value_type_rule", said), *unjudged)
    return ValueTypeSuggestion(rule.key, rule.value_type, reasons), []
