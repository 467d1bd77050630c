"""Why a customer gets another tier by another method: the criteria that differ most."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from ..exact import EXACT, HUNDRED, ZERO, plain, rounded
from ..policy.policy import Policy

Points = Mapping[str, Decimal]
# Points of the same value differ by rounding if their maxima differ; smaller gaps do not move a customer.
_TELLING = Decimal("0.1")


class Difference(NamedTuple):
    """The results of two methods for a ``metric``, in %; None: that method does not use it.

    ``kind``: ``points`` (points ÷ their maximum, if both methods have criteria on the metric), ``only`` (the same, if
    one has) or ``weight`` (maximum ÷ maximum of all criteria, if both give the same part of it).
    """

    kind: str
    metric: str
    first: Decimal | None
    second: Decimal | None

    def dump(self) -> dict[str, Any]:
        """Return the difference as plain JSON values, numbers as text."""
        return plain(self)


def differences(first: Policy, second: Policy, points: tuple[Points, Points], limit: int = 3) -> list[Difference]:
    """Return at most ``limit`` criteria that differ most for a customer with ``points`` by key of the criterion.

    Criteria of both methods correspond if they read the same metric; several criteria on one metric are added up.
    First come those that both methods have, by the gap between them; then those of only one method, by their weight;
    then those that differ only in weight. Gaps below 0.1 % count as none. An empty list means that the methods differ
    in rules and vetoes.
    """
    ours, theirs = _totals(first, points[0]), _totals(second, points[1])
    found = [one for metric in dict.fromkeys((*ours, *theirs)) for one in _compared(metric, ours, theirs)]
    return [one for _order, one in sorted(found, key=lambda pair: pair[0])[:limit]]


class _Total(NamedTuple):
    """The share of a metric's points that a customer has, and the weight of the metric, both in %."""

    share: Decimal
    weight: Decimal


def _totals(policy: Policy, points: Points) -> dict[str, _Total]:
    gained: dict[str, list[Decimal]] = {}
    for criterion in policy.criteria:
        total = gained.setdefault(criterion.metric, [ZERO, ZERO])
        total[0] = EXACT.add(total[0], points[criterion.key])
        total[1] = EXACT.add(total[1], criterion.max_points)
    everything = ZERO
    for _points, maximum in gained.values():
        everything = EXACT.add(everything, maximum)
    return {
        metric: _Total(_percent(got, maximum), _percent(maximum, everything))
        for metric, (got, maximum) in gained.items()
    }


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    return rounded(EXACT.divide(EXACT.multiply(part, HUNDRED), whole))


def _compared(
    metric: str, ours: Mapping[str, _Total], theirs: Mapping[str, _Total]
) -> list[tuple[tuple[int, Decimal], Difference]]:
    """Return the difference in a metric, if any, with its sort key."""
    mine, other = ours.get(metric), theirs.get(metric)
    if not (mine and other):
        alone = mine or other
        return [((1, -alone.weight), Difference("only", metric, mine and mine.share, other and other.share))]
    for place, kind, (first, second) in [
        (0, "points", (mine.share, other.share)),
        (2, "weight", (mine.weight, other.weight)),
    ]:
        gap = abs(EXACT.subtract(first, second))
        if gap >= _TELLING:
            return [((place, -gap), Difference(kind, metric, first, second))]
    return []
