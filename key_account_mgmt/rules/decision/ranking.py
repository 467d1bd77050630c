"""Places in a population: rank, rank percentage and cumulative share."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from decimal import Decimal, localcontext
from typing import NamedTuple

from ..exact import EXACT, HUNDRED, ZERO

Value = Decimal | int
# Smaller than the step of any limit, and still within the precision of a share.
_LEAST = Decimal("1e-46")


class Standing(NamedTuple):
    """A customer's place by one metric, the greatest value first.

    ``rank``: 1 + the number of better customers, so equal values share the better rank; ``rank_pct``: rank × 100 ÷
    population; ``cumulative_share_pct``: (sum of all better values + own) × 100 ÷ sum, with negative values counted as
    zero; None if the sum is zero.
    """

    rank: int
    population: int
    rank_pct: Decimal
    cumulative_share_pct: Decimal | None


class Ranking:
    """The standings of a population by one metric. They follow from the value alone, so none is stored.

    Customers with a missing value have no standing but count in the population.
    """

    __slots__ = ("_ascending", "_better_count", "_better_sum", "_total", "population")

    def __init__(self, values: Iterable[Value | None]):
        values = list(values)
        self.population = len(values)
        counts = Counter(values)
        counts.pop(None, None)
        self._ascending = sorted(counts)
        with localcontext(EXACT):
            self._accumulate(counts)

    def _accumulate(self, counts: Mapping[Value, int]) -> None:
        """Store, at i, the count and sum of all values better than the i-th best distinct value."""
        count, total = 0, ZERO
        self._better_count, self._better_sum = [0], [ZERO]
        for value in reversed(self._ascending):
            count += counts[value]
            if value > 0:
                total += value * counts[value]
            self._better_count.append(count)
            self._better_sum.append(total)
        self._total = total

    def rank(self, value: Value | None) -> int | None:
        """Return 1 + the number of customers with a better value; ``value`` need not occur in the population."""
        return None if value is None else self._better_count[self._place(value)] + 1

    def standing(self, value: Value | None) -> Standing | None:
        """Return the standing of a customer with ``value``; None without a value or a population."""
        if value is None or not self.population:
            return None
        place, total = self._place(value), self._total
        rank = self._better_count[place] + 1
        share = None
        if total:
            own = value if value > 0 else ZERO
            share = EXACT.divide(EXACT.multiply(EXACT.add(self._better_sum[place], own), HUNDRED), total)
        return Standing(rank, self.population, EXACT.divide(Decimal(rank * 100), self.population), share)

    def crossing(self, value: Value | None) -> Decimal | None:
        """Return what a limit on the cumulative share must reach to include a customer with ``value``.

        That is just more than the share of all better customers: the customer whose slice crosses the limit is within
        it, or the biggest customer might be in no tier. With cumulative shares of 85, 95 and 100, the first customer
        is within 80, the second within 95, the third is not.
        """
        if value is None or not self._total:
            return None
        ahead = EXACT.divide(EXACT.multiply(self._better_sum[self._place(value)], HUNDRED), self._total)
        return EXACT.add(ahead, _LEAST) if value > 0 else ahead

    def _place(self, value: Value) -> int:
        """Count the distinct values that are better."""
        return len(self._ascending) - bisect_right(self._ascending, value)


def rank(values: Mapping[Hashable, Value | None]) -> dict[Hashable, Standing | None]:
    """Return the standing of each customer in ``{key: value}``; None for a missing value."""
    ranking = Ranking(values.values())
    return {key: ranking.standing(value) for key, value in values.items()}
