"""Stretches of classes: the form in which a chunk's engine is told what a rule asks."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Span(NamedTuple):
    """What a rule asks of attribute ``position`` of a signature: a class in ``low..high`` (None: no such bound)."""

    position: int
    low: int | None
    high: int | None

    @property
    def nodes(self) -> int:
        """How many conditions it takes to say so."""
        return 1 if self.low == self.high else (self.low is not None) + (self.high is not None)


def span(position: int, low: int, high: int, last: int) -> Span:
    """Class 0 is never stated, so 1 is no lower bound; one bound must stay, or a missing value would pass."""
    if low == high or (low > 1 and high < last):
        return Span(position, low, high)
    return Span(position, None, high) if low == 1 and high < last else Span(position, low, None)


def nodes(spans: Sequence[Span]) -> int:
    """Alternatives were measured to count double."""
    return sum(span.nodes for span in spans) * (2 if len(spans) > 1 else 1)


def stretches(classes: Iterable[int]) -> list[tuple[int, int]]:
    """Neighbouring classes as (low, high) pairs."""
    found: list[list[int]] = []
    for one in sorted(classes):
        if found and found[-1][1] == one - 1:
            found[-1][1] = one
        else:
            found.append([one, one])
    return [(low, high) for low, high in found]
