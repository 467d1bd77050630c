"""Turns the rules that fire into one decision by each table's hit policy, with reasons as codes and parameters."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from ..exact import plain
from ..policy.conditions import Operand
from ..policy.outcomes import Rule, TierRule
from ..policy.policy import Policy
from .grants import CreditGrant, RewardGrant
from .reasons import Columns, Reason, facts, missing_reasons
from .value_types import ValueTypeSuggestion


class Decision(NamedTuple):
    """``tier`` (None: no rule gave one), the tier ``proposed`` by ``rule`` before vetoes, the ``vetoes`` that fired.

    ``credit`` (None: the limit stays), ``rewards`` and ``value_type`` (None: no suggestion) carry their own reasons;
    ``reasons`` says why there are none.
    """

    tier: str | None
    proposed: str | None
    rule: str | None
    vetoes: tuple[str, ...]
    reasons: tuple[Reason, ...]
    credit: CreditGrant | None = None
    rewards: tuple[RewardGrant, ...] = ()
    value_type: ValueTypeSuggestion | None = None

    @property
    def grants(self) -> dict[str, Any] | None:
        """``rewards``, and ``credit`` and ``value_type`` if any, as plain JSON values; None without any of them."""
        if not (self.credit or self.rewards or self.value_type):
            return None
        single = {"credit": self.credit, "value_type": self.value_type}
        return {"rewards": plain(self.rewards), **{name: plain(one) for name, one in single.items() if one}}

    def dump(self) -> dict[str, Any]:
        """Return the decision as plain JSON values, numbers as text."""
        return plain(self)


class TierOutcome:
    """The outcome of a set of fired rules, shared by all customers for whom exactly these fire.

    Tier table: the first rule that fires. Veto table: the worst tier of all rules that fire.
    """

    def __init__(self, policy: Policy, tier_rules: Sequence[TierRule], vetoes: Sequence[TierRule]):
        ranks = {tier.code: tier.rank for tier in policy.tiers}
        winner = tier_rules[0] if tier_rules else None
        self.proposed = winner.tier if winner else None
        self.tier = max((self.proposed, *(veto.tier for veto in vetoes)), key=ranks.__getitem__) if winner else None
        self.rule = winner.key if winner else None
        self.vetoes = tuple(veto.key for veto in vetoes)
        self._cited = [("tier_rule", winner)] if winner else []
        self._cited += [("veto", veto) for veto in vetoes]
        fired = {id(winner), *map(id, vetoes)}
        self._unfired = [rule for rule in _considered(policy, winner) if id(rule) not in fired]

    def decision(self, columns: Columns, row: int, missing: Sequence[Reason] = ()) -> Decision:
        """Decide about the customer in ``row``; ``missing`` says what could not be scored or judged."""
        reasons = [] if self.rule else [Reason("no_tier_rule", {})]
        for code, rule in self._cited:
            reasons.append(Reason(code, {"rule": rule.key, "tier": rule.tier, "facts": facts(rule, columns, row)}))
        if self.tier != self.proposed:
            reasons.append(Reason("lowered_by_veto", {"from": self.proposed, "to": self.tier}))
        return Decision(self.tier, self.proposed, self.rule, self.vetoes, (*reasons, *missing))

    def unjudged(self, absent: Iterable[Operand]) -> list[Reason]:
        """Return reasons for the rules that were considered and have a condition on one of the ``absent`` operands."""
        return missing_reasons(self._unfired, absent)


def _considered(policy: Policy, winner: Rule | None) -> Iterable[Rule]:
    """Yield the rules whose outcome mattered: in a table where the first hit wins those before the winner."""
    for kind in ("tier", "veto"):
        table = policy.table(kind)
        for rule in table.rules if table else ():
            if table.hit_policy == "first" and rule is winner:
                break
            yield rule
