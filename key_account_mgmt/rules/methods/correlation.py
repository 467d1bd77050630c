"""The agreement of two methods on the order of customers."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from ..decision.ranking import Value
from ..exact import EXACT, rounded


def spearman(first: Sequence[Value | None], second: Sequence[Value | None]) -> Decimal | None:
    """Compute Spearman's rank correlation of two columns of scores, -1..1, rounded half up to 6 decimals.

    ρ = Σ(x − x̄)(y − ȳ) ÷ √(Σ(x − x̄)² × Σ(y − ȳ)²), where x and y are ranks; equal scores share the average of their
    ranks. Without ties that is 1 − 6 × Σd² ÷ (n × (n² − 1)). Customers without a score in either column are left out.
    None if there is no order to compare: with fewer than two customers, or a column in which all scores are equal.
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
    """Return twice each average rank less twice the mean rank, n + 1: whole numbers, so that sums are exact."""
    counts, lower, ranks = Counter(values), 0, {}
    for value in sorted(counts):
        ranks[value] = 2 * lower + counts[value] - len(values)
        lower += counts[value]
    return [ranks[value] for value in values]


def _product(left: Sequence[int], right: Sequence[int]) -> int:
    return sum(one * other for one, other in zip(left, right, strict=True))
