"""Benefits must be monotone: with all else equal, no worse tier may get more than a better one.

The search is exact, not by sample facts: rules are boxes of buckets, and a finding is an intersection of a better
tier's rule and a worse tier's rule that the rules above them do not cover.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from ..exact import text
from ..matching.regions import regions
from ..policy.conditions import Operand
from ..policy.outcomes import CapRule
from ..policy.policy import Policy
from ..policy.problems import Problem
from ..policy.scope import CAPS, NO_TIER
from .boxes import Box, Cover, TooMuchWork
from .excluded import unreal

# The customer's tier in the facts of an order line; NO_TIER for a customer without one.
TIER = Operand("customer_tier", "value")
WORK = 300_000


class _Ruled(NamedTuple):
    """A rule, and the facts for which it holds, given the customer's tier."""

    rule: CapRule
    box: Box


def not_monotone(policy: Policy) -> Iterator[Problem]:
    """Find rules that give a worse tier a higher cap than a better tier gets for the same facts.

    Having no tier counts as the worst tier. No cap at all for customers without a tier is not a finding: that is the
    situation of a company without tiers.
    """
    table = policy.table(CAPS)
    comparison = _Comparison(policy, table.rules if table else ())
    try:
        yield from comparison.problems()
    except TooMuchWork:
        yield Problem(("tables", CAPS), "rules", "caps_not_compared")


class _Comparison:
    def __init__(self, policy: Policy, rules: Sequence[CapRule]):
        self._axes, tests = regions(rules)
        self._rules = list(zip(rules, tests, strict=True))
        sizes = {one: axis.size + 1 for one, axis in self._axes.items() if one != TIER}
        never = [box for box in unreal(policy, rules, self._axes) if TIER not in box]
        self._cover = Cover(sizes, never, WORK)
        self._asks = TIER in self._axes and TIER.metric in policy.choices
        self._tiers = [tier.code for tier in sorted(policy.tiers, key=lambda tier: tier.rank)] + [NO_TIER]

    def problems(self) -> Iterator[Problem]:
        """Compare each tier with the next worse one, which is enough: the order is transitive."""
        for better, worse in pairwise(self._tiers) if self._asks else ():
            yield from self._pair(better, worse)

    def _pair(self, better: str, worse: str) -> Iterator[Problem]:
        ours, theirs = self._ruled(better), self._ruled(worse)
        pairs = [self._first(ours, theirs, place) for place in range(len(theirs))]
        if worse != NO_TIER:
            pairs += [(one.rule, None) for place, one in enumerate(ours) if self._alone(ours, theirs, place)]
        for pair in pairs:
            if pair:
                yield _problem(better, worse, *pair)

    def _ruled(self, tier: str) -> list[_Ruled]:
        """Return the rules that can fire for a customer of ``tier``."""
        (bucket,) = self._axes[TIER].encode([tier])
        return [
            _Ruled(rule, {operand: buckets for operand, buckets in test.items() if operand != TIER})
            for rule, test in self._rules
            if bucket in test.get(TIER, (bucket,))
        ]

    def _first(self, ours: Sequence[_Ruled], theirs: Sequence[_Ruled], place: int) -> tuple[CapRule, CapRule] | None:
        """Return the first rule of the better tier that gives less than the worse tier's at ``place``."""
        rule, box = theirs[place]
        above = [one.box for one in theirs[:place]]
        for index, one in enumerate(ours):
            common = self._cover.common(box, one.box) if one.rule.cap < rule.cap else None
            if common is not None and self._cover.leaves(common, [*above, *(other.box for other in ours[:index])]):
                return one.rule, rule
        return None

    def _alone(self, ours: Sequence[_Ruled], theirs: Sequence[_Ruled], place: int) -> bool:
        """Return whether the better tier's rule at ``place`` caps facts that no rule caps for the worse tier."""
        common = self._cover.common(ours[place].box, {})
        return common is not None and self._cover.leaves(common, [one.box for one in (*ours[:place], *theirs)])


def _problem(better: str, worse: str, rule: CapRule, other: CapRule | None) -> Problem:
    """Report the worse tier's row or, if it has none, the better tier's."""
    found = {
        "better": better,
        "worse": worse,
        "better_rule": rule.key,
        "worse_rule": other and other.key,
        "better_cap": text(rule.cap),
        "worse_cap": other and text(other.cap),
    }
    return Problem(("tables", CAPS, "rules", (other or rule).key), "cap", "cap_not_monotone", found)
