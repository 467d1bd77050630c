"""Benefits must be monotone: no worse tier may be given more than a better one where all else is the same.

Not by trying facts: rules are boxes of buckets, so the question is whether the place where a better tier's rule and a
worse one's meet is left over by all the rules above them.
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

# What the facts of an order line call the customer's tier; NO_TIER where there is none.
TIER = Operand("customer_tier", "value")
WORK = 300_000


class _Ruled(NamedTuple):
    """A rule, and the facts for which it holds given the customer's tier."""

    rule: CapRule
    box: Box


def uneven(policy: Policy) -> Iterator[Problem]:
    """Rules that give a worse tier a higher cap than a better one gets for the same facts.

    A customer without a tier counts as the worst one; that he has no cap at all is no finding, as that is how things
    are without tiers.
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
        """Neighbours are enough: where each is no better off than the next better one, all are."""
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
        """The rules that a customer of ``tier`` can meet."""
        (bucket,) = self._axes[TIER].encode([tier])
        return [
            _Ruled(rule, {operand: buckets for operand, buckets in test.items() if operand != TIER})
            for rule, test in self._rules
            if bucket in test.get(TIER, (bucket,))
        ]

    def _first(self, ours: Sequence[_Ruled], theirs: Sequence[_Ruled], place: int) -> tuple[CapRule, CapRule] | None:
        """The first rule of the better tier that gives less than the worse one's at ``place``, for the same facts."""
        rule, box = theirs[place]
        above = [one.box for one in theirs[:place]]
        for index, one in enumerate(ours):
            common = self._cover.common(box, one.box) if one.rule.cap < rule.cap else None
            if common is not None and self._cover.leaves(common, [*above, *(other.box for other in ours[:index])]):
                return one.rule, rule
        return None

    def _alone(self, ours: Sequence[_Ruled], theirs: Sequence[_Ruled], place: int) -> bool:
        """Whether the better tier's rule at ``place`` caps what no rule caps for the worse."""
        common = self._cover.common(ours[place].box, {})
        return common is not None and self._cover.leaves(common, [one.box for one in (*ours[:place], *theirs)])


def _problem(better: str, worse: str, rule: CapRule, other: CapRule | None) -> Problem:
    """Named by the worse tier's row; where it has none, by the better one's."""
    found = {
        "better": better,
        "worse": worse,
        "better_rule": rule.key,
        "worse_rule": other and other.key,
        "better_cap": text(rule.cap),
        "worse_cap": other and text(other.cap),
    }
    return Problem(("tables", CAPS, "rules", (other or rule).key), "cap", "cap_not_monotone", found)
