"""Applies the tables of credit limits, rewards and value types to a batch of customers."""

from collections.abc import Hashable, Mapping, Sequence
from decimal import Decimal

from ..matching.matching import shared_matcher
from ..policy.conditions import Operand
from ..policy.formulas import LIMIT
from ..policy.policy import Policy
from ..policy.scope import CREDIT, GRANTS, NO_TIER, TIER
from . import credit, rewards
from .decision import Decision
from .frame import Frame, absent_rows
from .grants import Case, credit_grant, reward_grants
from .reasons import Reason
from .value_types import value_type_suggestion

_TIER = Operand(TIER, "value")


class GrantTables:
    """The credit limits, rewards and value types of a policy; false when it has none.

    ``operands``: what the conditions read, except the tier, which the decision gives. ``metrics``: what the formulas
    read; ``optional``: those that a customer may lack, such as the credit limit before a first one is given.
    """

    def __init__(self, policy: Policy, engine: str | None = None):
        self._tables = {kind: shared_matcher(policy, kind, engine) for kind in GRANTS}
        self._credit, self._rewards, self._kinds = self._tables.values()
        table, vetoes = policy.table(CREDIT), policy.table("veto")
        self._ceilings: Mapping[str, Decimal] = table.ceilings if table else {}
        self._freezing = frozenset(rule.key for rule in (vetoes.rules if vetoes else ()) if rule.freezes_credit)
        asked = [operand for table in self._tables.values() for operand in table.operands]
        self.operands = tuple(dict.fromkeys(operand for operand in asked if operand != _TIER))
        needed = [*map(credit.inputs, self._credit.rules), *map(rewards.inputs, self._rewards.rules)]
        self.metrics = frozenset(metric for metrics in needed for metric in metrics)
        multiplied = any(LIMIT in rule.formula.inputs for rule in self._credit.rules)
        self.optional = frozenset() if multiplied else self.metrics & {LIMIT}

    def __bool__(self) -> bool:
        return any(table.rules for table in self._tables.values())

    def granted(
        self, frame: Frame, decisions: list[Decision], override_tiers: Mapping[Hashable, str]
    ) -> list[Decision]:
        """Add to the decisions about the customers of ``frame`` what their tiers and figures earn them.

        ``override_tiers``: by key, the tier that replaces the decided one here.
        """
        if not self:
            return decisions
        count = len(frame.batch)
        tiers = [override_tiers.get(key, one.tier) for key, one in zip(frame.batch.keys, decisions, strict=True)]
        columns = {**frame.columns(self.operands), _TIER: [tier or NO_TIER for tier in tiers]}
        fired = (table.match(columns, count) for table in self._tables.values())
        cases = self._cases(frame, columns, tiers, decisions)
        return list(map(self._decision, decisions, cases, *fired))

    def _cases(
        self,
        frame: Frame,
        columns: Mapping[Operand, Sequence],
        tiers: Sequence[str | None],
        decisions: Sequence[Decision],
    ) -> list[Case]:
        absent: dict[int, list[Operand]] = {}
        for operand in self.operands:
            for row in absent_rows(columns[operand]):
                absent.setdefault(row, []).append(operand)
        names = sorted(self.metrics)
        values = zip(*map(frame.values, names), strict=True) if names else [()] * len(decisions)
        return [
            Case(columns, row, tier, dict(zip(names, numbers, strict=True)), absent.get(row, ()), self._frozen_by(one))
            for row, (tier, one, numbers) in enumerate(zip(tiers, decisions, values, strict=True))
        ]

    def _frozen_by(self, decision: Decision) -> str | None:
        return next((veto for veto in decision.vetoes if veto in self._freezing), None)

    def _decision(
        self, decision: Decision, case: Case, credits: Sequence[int], gifts: Sequence[int], kinds: Sequence[int]
    ) -> Decision:
        limit, why_not = credit_grant(self._credit.rules, credits, case, self._ceilings.get(case.tier))
        given, why_not_more = reward_grants(self._rewards.rules, gifts, case)
        kind, why_no_kind = value_type_suggestion(self._kinds.rules, kinds, case)
        overridden = _overridden(decision.tier, case.tier)
        reasons = (*decision.reasons, *overridden, *why_not, *why_not_more, *why_no_kind)
        return decision._replace(reasons=reasons, credit=limit, rewards=given, value_type=kind)


def _overridden(decided: str | None, tier: str | None) -> Sequence[Reason]:
    return () if tier == decided else (Reason("overridden", {"from": decided, "to": tier}),)
