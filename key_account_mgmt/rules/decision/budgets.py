"""Awards that cost more than their budgets have left: grant those that fit, or cut all of them alike."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from ..exact import HUNDRED, ZERO


class Claim(NamedTuple):
    """The cost of an award, and the ``rule`` whose budget it uses. ``divisible``: a part of it can be granted."""

    key: Hashable
    rule: str
    cost: Decimal
    divisible: bool = True


class Purse:
    """What is left of budgets: by rule for rules that have one, and ``total`` for all rules (None: no such budget)."""

    def __init__(self, rules: Mapping[str, Decimal], total: Decimal | None = None):
        self._rules, self._total = dict(rules), total

    def take(self, claim: Claim) -> bool:
        """Pay a claim if the budgets cover all of it; return whether they do."""
        budgets = (self._rules.get(claim.rule), self._total)
        if claim.cost > 0 and any(budget is not None and claim.cost > budget for budget in budgets):
            return False
        if claim.rule in self._rules:
            self._rules[claim.rule] -= claim.cost
        if self._total is not None:
            self._total -= claim.cost
        return True

    def share(self, claims: Sequence[Claim]) -> dict[str, Fraction]:
        """Return the part of each rule's claims that can be paid if all its claims get the same part (0..1)."""
        asked = _sums(claims)
        shares = {rule: _part(self._rules.get(rule), cost) for rule, cost in asked.items()}
        common = _part(self._total, sum(asked[rule] * shares[rule] for rule in asked))
        return {rule: share * common for rule, share in shares.items()}

    def find_short(self, claims: Iterable[Claim]) -> set[str]:
        """Return the rules whose budgets do not cover these claims; all rules if the total does not cover the rest."""
        asked = {rule: cost for rule, cost in _sums(claims).items() if cost > 0}
        short = {rule for rule, cost in asked.items() if _part(self._rules.get(rule), cost) < 1}
        rest = sum(cost for rule, cost in asked.items() if rule not in short)
        return set(asked) if rest and _part(self._total, rest) < 1 else short


def grant_by_rank(claims: Iterable[Claim], purse: Purse) -> dict[Hashable, Decimal]:
    """Grant claims in full, in their order: ``{key: cost}``.

    A claim that does not fit is skipped, and a later, smaller one may still fit. With 40 left and claims of 30, 20 and
    10, the first and the third are granted.
    """
    return {claim.key: claim.cost for claim in claims if purse.take(claim)}


def grant_by_share(claims: Sequence[Claim], purse: Purse, step: Decimal) -> dict[Hashable, Decimal]:
    """Cut all claims alike, rounded down to steps of ``step``: ``{key: cost}``.

    Claims that are cut to nothing are left out. Indivisible claims are granted first, by rank. With 40 left, claims of
    50 and 30 become 25 and 15.
    """
    granted = grant_by_rank((claim for claim in claims if not claim.divisible), purse)
    divisible = [claim for claim in claims if claim.divisible]
    shares = purse.share(divisible)
    parts = {claim.key: _down(Fraction(claim.cost) * shares[claim.rule], step) for claim in divisible}
    return granted | {claim.key: parts[claim.key] for claim in divisible if parts[claim.key] > 0 or not claim.cost}


def grant_cut(claims: Sequence[Claim], purse: Purse, percent: Decimal, step: Decimal) -> dict[Hashable, Decimal]:
    """Cut all claims by ``percent``, rounded down to steps of ``step``: ``{key: cost}``.

    Indivisible claims are not cut, and claims that are cut to nothing are left out. So are all claims of a rule whose
    budget does not cover them after the cut; the other rules are not concerned. With 40 left and a cut of 20 %, claims
    of 30 and 20 become 24 and 16.
    """
    kept = 1 - Fraction(percent) / Fraction(HUNDRED)
    parts = [_cut(claim, kept, step) for claim in claims]
    wanted = [part for part, claim in zip(parts, claims, strict=True) if part.cost > 0 or not claim.cost]
    short = purse.find_short(wanted)
    return {claim.key: claim.cost for claim in wanted if not claim.cost or claim.rule not in short}


def _cut(claim: Claim, kept: Fraction, step: Decimal) -> Claim:
    return claim._replace(cost=_down(Fraction(claim.cost) * kept, step)) if claim.divisible else claim


def _sums(claims: Iterable[Claim]) -> dict[str, Fraction]:
    sums: dict[str, Fraction] = {}
    for claim in claims:
        sums[claim.rule] = sums.get(claim.rule, Fraction(0)) + Fraction(claim.cost)
    return sums


def _part(budget: Decimal | None, asked: Fraction) -> Fraction:
    return Fraction(1) if budget is None or asked <= budget else Fraction(max(ZERO, budget)) / asked


def _down(amount: Fraction, step: Decimal) -> Decimal:
    return (amount // Fraction(step)) * step
