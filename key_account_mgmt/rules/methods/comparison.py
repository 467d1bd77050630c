"""Several methods side by side: their results for the same customers, and where they differ."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import combinations
from typing import NamedTuple

from ..decision.evaluator import Result
from ..decision.ranking import Value
from ..exact import EXACT, HUNDRED, ZERO, rounded
from ..policy.policy import Policy
from .correlation import spearman

Tier = str | None


class ComparedPolicy:
    """A policy and its results for a population, as columns that ``add`` extends batch by batch.

    ``order``: codes of its tiers, the best first. ``places``: the place of each tier in it, 1 is the best; tiers of
    different methods are compared by place, whatever their names. ``tiers``: a code per customer, None without a tier.
    ``scores``: the totals, None if the policy has no criteria and so does not rank customers.
    """

    def __init__(self, policy: Policy):
        self.policy = policy
        self.order = [tier.code for tier in sorted(policy.tiers, key=lambda tier: tier.rank)]
        self.places: dict[Tier, int] = {code: place for place, code in enumerate(self.order, 1)}
        self.tiers: list[Tier] = []
        self.scores: list[Decimal | None] = []

    def add(self, results: Iterable[Result]) -> None:
        """Add the results of a batch; all methods must get the same customers in the same order."""
        for result in results:
            self.tiers.append(result.decision.tier)
            self.scores.append(result.total if self.policy.criteria else None)


class TopTier(NamedTuple):
    """A method's best tier: its customers, their revenue, and its share of all revenue in % (negative counts as zero).

    ``share_pct`` is None if there is no revenue at all.
    """

    tier: str
    customers: int
    revenue: Decimal
    share_pct: Decimal | None


class Pair(NamedTuple):
    """Two methods, by their places in the comparison.

    ``matrix``: customers by (tier of the first, tier of the second), without empty cells. ``moved``: customers whose
    tiers have different places. ``correlation``: Spearman's, of the scores; None if it is not defined.
    """

    first: int
    second: int
    matrix: Mapping[tuple[Tier, Tier], int]
    moved: int
    correlation: Decimal | None


class Comparison(NamedTuple):
    """``tops`` by method, ``pairs`` of methods, and per customer whether all methods give the same tier."""

    tops: tuple[TopTier, ...]
    pairs: tuple[Pair, ...]
    agreed: tuple[bool, ...]


def compare(methods: Sequence[ComparedPolicy], revenues: Sequence[Value | None]) -> Comparison:
    """Compare ``methods`` on one population; ``revenues``: each customer's, in the same order.

    Raises ValueError if the columns differ in length.
    """
    numbered = combinations(enumerate(methods), 2)
    return Comparison(
        tuple(_top(method, revenues) for method in methods),
        tuple(_pair(first, second) for first, second in numbered),
        tuple(map(agree, zip(*(map(method.places.get, method.tiers) for method in methods), strict=True))),
    )


def agree(places: Iterable[int | None]) -> bool:
    """Return whether a customer's tiers have the same place by all methods, or no method gives a tier."""
    return len(set(places)) <= 1


def rank_spread(ranks: Iterable[int | None]) -> int | None:
    """Return the customer's worst rank less the best one; None if a method does not rank the customer."""
    ranks = list(ranks)
    return None if None in ranks or not ranks else max(ranks) - min(ranks)


def direction(before: int | None, now: int | None) -> str:
    """Return ``up``, ``down`` or ``same``, from place ``before`` to place ``now``; None, no tier, is the worst."""
    if before == now:
        return "same"
    if before is None or (now is not None and now < before):
        return "up"
    return "down"


def _top(method: ComparedPolicy, revenues: Sequence[Value | None]) -> TopTier:
    best = method.order[0]
    inside = [revenue or 0 for tier, revenue in zip(method.tiers, revenues, strict=True) if tier == best]
    everything, own = _positive(revenues), _positive(inside)
    share = rounded(EXACT.divide(EXACT.multiply(own, HUNDRED), everything)) if everything else None
    return TopTier(best, len(inside), _total(inside), share)


def _positive(revenues: Iterable[Value | None]) -> Decimal:
    return _total(revenue for revenue in revenues if revenue and revenue > 0)


def _total(revenues: Iterable[Value]) -> Decimal:
    total = ZERO
    for revenue in revenues:
        total = EXACT.add(total, revenue)
    return total


def _pair(first: tuple[int, ComparedPolicy], second: tuple[int, ComparedPolicy]) -> Pair:
    (one, ours), (other, theirs) = first, second
    matrix = Counter(zip(ours.tiers, theirs.tiers, strict=True))
    moved = sum(count for (before, now), count in matrix.items() if ours.places.get(before) != theirs.places.get(now))
    return Pair(one, other, dict(matrix), moved, spearman(ours.scores, theirs.scores))
