"""How far two methods put customers in the same order."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from ..decision.ranking import Value
from ..exact import EXACT, rounded


def spearman(first: Sequence[Value | None], second: Sequence[Value | None]) -> Decimal | None:
    """Spearman's rank correlation of two columns of scores, -1..1, rounded half up to 6 decimals.

    ρ = Σ(x − x̄)(y − ȳ) ÷ √(Σ(x − x̄)² × Σ(y − ȳ)²), x and y the ranks; equal scores all get the average of the ranks
    that they take up together. Without ties that is 1 − 6 × Σd² ÷ (n × (n² − 1)). Customers without a score in either
    column are left out. None where there is no order to compare: of fewer than two customers, or of a column in which
    all scores are equal.
    """
    pairs = [pair for pair in zip(first, second, strict=True) if None not in pair]
    if not pairs:
        return None
    left, right = map(_centred_ranks, zip(*pairs, strict=True))
    spread = _product(left, left) * _product(right, right)
    if not spread:
        return None
    return rounded(EXACT.divide(Decimal(_product(left, right)), EXACT.sqrt(Decimal(spread))))


def _centred_ranks(values: Sequence[Value]) -> list[int]:
    """Twice each value's average rank less twice the mean rank, n + 1: whole numbers, so that sums are exact."""
    counts, lower, ranks = Counter(values), 0, {}
    for value in sorted(counts):
        ranks[value] = 2 * lower + counts[value] - len(values)
        lower += counts[value]
    return [ranks[value] for value in values]


def _product(left: Sequence[int], right: Sequence[int]) -> int:
    return sum(one * other for one, other in zip(left, right, strict=True))
