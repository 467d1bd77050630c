"""The grants of one customer by the rules that fire: a new credit limit and rewards, each with its reasons."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from ..policy.conditions import Operand
from ..policy.formulas import LIMIT
from ..policy.outcomes import CreditRule, RewardRule
from .credit import Values, new_limit
from .reasons import Columns, Reason, facts, missing_reasons
from .rewards import worth


class CreditGrant(NamedTuple):
    """A new credit ``limit`` by ``rule``, and the ``current`` one (None: there is none), in company currency."""

    rule: str
    limit: Decimal
    current: Decimal | None
    reasons: tuple[Reason, ...]


class RewardGrant(NamedTuple):
    """A reward by ``rule``: its ``kind``, the ``amount`` of a bonus (else None), its estimated ``cost`` (or None)."""

    rule: str
    name: str
    kind: str
    amount: Decimal | None
    cost: Decimal | None
    reasons: tuple[Reason, ...]


class Case(NamedTuple):
    """One customer as input of rules: its ``row`` of the ``columns``, and the ``values`` that formulas read.

    ``tier``: the tier that grants depend on; ``absent``: operands without a value; ``frozen_by``: the veto that
    freezes the customer's credit, if any.
    """

    columns: Columns
    row: int
    tier: str | None
    values: Values
    absent: Sequence[Operand]
    frozen_by: str | None


def credit_grant(
    rules: Sequence[CreditRule], fired: Sequence[int], case: Case, ceiling: Decimal | None
) -> tuple[CreditGrant | None, list[Reason]]:
    """Return the new limit by the first rule that fires, or the reasons why the limit does not change."""
    if not rules:
        return None, []
    if case.frozen_by:
        return None, [Reason("credit_frozen", {"rule": case.frozen_by})]
    unjudged = missing_reasons(rules[: fired[0]] if fired else rules, case.absent) if case.absent else []
    if not fired:
        return None, [Reason("no_credit_rule", {}), *unjudged]
    rule = rules[fired[0]]
    found = new_limit(rule, case.values, ceiling)
    if found.missing:
        return None, [*_missing(rule, found.missing), *unjudged]
    current = _exact(case.values[LIMIT])
    said = {"rule": rule.key, "limit": found.limit, "current": current, "computed": found.computed}
    said |= {"figures": _figures(rule, case), "facts": facts(rule, case.columns, case.row)}
    reasons = [Reason("credit_rule" if found.limit is not None else "credit_unchanged", said)]
    if found.bound:
        reasons.append(Reason("credit_bound", {"rule": rule.key, "bound": found.bound.name, "to": found.bound.value}))
    reasons += unjudged
    return (None, reasons) if found.limit is None else (CreditGrant(rule.key, found.limit, current, tuple(reasons)), [])


def reward_grants(
    rules: Sequence[RewardRule], fired: Sequence[int], case: Case
) -> tuple[tuple[RewardGrant, ...], list[Reason]]:
    """Return the rewards of all rules that fire, and the reasons why other rules gave none."""
    grants, why_not = [], []
    for index in fired:
        grant, reasons = _reward(rules[index], case)
        grants += [grant] if grant else []
        why_not += reasons
    if case.absent:
        why_not += missing_reasons((rule for index, rule in enumerate(rules) if index not in fired), case.absent)
    return tuple(grants), why_not


def _reward(rule: RewardRule, case: Case) -> tuple[RewardGrant | None, list[Reason]]:
    if rule.reward == "credit" and case.frozen_by:
        return None, [Reason("reward_frozen", {"rule": rule.key, "veto": case.frozen_by})]
    found = worth(rule, case.values)
    if found.missing:
        return None, _missing(rule, found.missing)
    said = {"rule": rule.key, "reward": rule.reward, "amount": found.amount}
    said |= {"figures": _figures(rule, case), "facts": facts(rule, case.columns, case.row)}
    if found.amount == 0:
        return None, [Reason("reward_of_nothing", said)]
    reason = Reason("reward_rule", said)
    if rule.reward == "none":
        return None, [reason]
    return RewardGrant(rule.key, rule.name, rule.reward, found.amount, rule.cost, (reason,)), []


def _figures(rule: CreditRule | RewardRule, case: Case) -> list[dict[str, Any]]:
    """Return the metrics that the formula reads, with their values."""
    metrics = rule.formula.inputs if rule.formula else ()
    return [{"metric": metric, "value": _exact(case.values[metric])} for metric in metrics]


def _missing(rule: CreditRule | RewardRule, metrics: Sequence[str]) -> list[Reason]:
    return [Reason("missing", {"metric": metric, "rule": rule.key}) for metric in metrics]


def _exact(value: Decimal | int | None) -> Decimal | None:
    """Convert a fact, which may be an int, to the exact number of a grant."""
    return None if value is None else Decimal(value)
