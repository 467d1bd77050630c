"""The kind of value that a customer seems to look for, by the rules that fire; users confirm it."""

from collections.abc import Sequence
from typing import NamedTuple

from ..policy.outcomes import ValueKindRule
from .grants import Case
from .reasons import Reason, facts, missing_reasons


class KindSuggestion(NamedTuple):
    """The ``kind`` of value by ``rule``: intrinsic, extrinsic or strategic, with its reasons."""

    rule: str
    kind: str
    reasons: tuple[Reason, ...]


def kind_suggestion(
    rules: Sequence[ValueKindRule], fired: Sequence[int], case: Case
) -> tuple[KindSuggestion | None, list[Reason]]:
    """Return the kind by the first rule that fires, or the reasons why none is suggested."""
    if not rules:
        return None, []
    unjudged = missing_reasons(rules[: fired[0]] if fired else rules, case.absent) if case.absent else []
    if not fired:
        return None, [Reason("no_value_kind_rule", {}), *unjudged]
    rule = rules[fired[0]]
    said = {"rule": rule.key, "kind": rule.value_kind, "facts": facts(rule, case.columns, case.row)}
    reasons = (Reason("value_kind_rule", said), *unjudged)
    return KindSuggestion(rule.key, rule.value_kind, reasons), []
