"""Places in a population: rank, rank percentage and cumulative share."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from decimal import Decimal, localcontext
from typing import NamedTuple

from ..exact import EXACT, HUNDRED, ZERO

Value = Decimal | int
# Finer than any limit, and still within the digits of a share.
_LEAST = Decimal("1e-46")


class Standing(NamedTuple):
    """A customer's place by one metric, the greatest value first.

    ``rank``: 1 + how many are better, so equal values share the better rank; ``rank_pct``: rank × 100 ÷ population;
    ``cumulative_share_pct``: (sum of everybody ranked better + own) × 100 ÷ sum, negative values counted as zero;
    None when the sum is zero.
    """

    rank: int
    population: int
    rank_pct: Decimal
    cumulative_share_pct: Decimal | None


class Ranking:
    """The standings of a population by one metric. A standing follows from the value alone, so none is stored.

    Customers with a missing value have no standing and still count in the population.
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
        """Count and sum of all that is better than the i-th value or, at i = len, than the best: nothing."""
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
        """1 + the number of customers with a better value, also for a value that nobody has."""
        return None if value is None else self._better_count[self._place(value)] + 1

    def standing(self, value: Value | None) -> Standing | None:
        """The standing of a customer with ``value``; None without a value or a population."""
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
        """What a limit on the cumulative share must reach to take in a customer with ``value``.

        Just more than what everybody ranked better has: whoever crosses a border is within it, or the biggest one would
        be in no tier. With shares of 85, 95 and 100, the first is within 80, the second within 95, the third is not.
        """
        if value is None or not self._total:
            return None
        ahead = EXACT.divide(EXACT.multiply(self._better_sum[self._place(value)], HUNDRED), self._total)
        return EXACT.add(ahead, _LEAST) if value > 0 else ahead

    def _place(self, value: Value) -> int:
        """How many distinct values are better."""
        return len(self._ascending) - bisect_right(self._ascending, value)


def rank(values: Mapping[Hashable, Value | None]) -> dict[Hashable, Standing | None]:
    """The standing of everybody in ``{key: value}``; None for who has no value."""
    ranking = Ranking(values.values())
    return {key: ranking.standing(value) for key, value in values.items()}
