"""Intervals of classes: the form in which rules are passed to a chunk's engine."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Span(NamedTuple):
    """A rule's condition on attribute ``position`` of a signature: a class in ``low..high`` (None: no such bound)."""

    position: int
    low: int | None
    high: int | None

    @property
    def nodes(self) -> int:
        """The number of conditions that express the span."""
        return 1 if self.low == self.high else (self.low is not None) + (self.high is not None)


def span(position: int, low: int, high: int, last: int) -> Span:
    """Return the span with as few bounds as possible.

    Class 0 is never asserted, so 1 needs no lower bound. One bound must stay, or a missing value would pass.
    """
    if low == high or (low > 1 and high < last):
        return Span(position, low, high)
    return Span(position, None, high) if low == 1 and high < last else Span(position, low, None)


def nodes(spans: Sequence[Span]) -> int:
    """Count the conditions; alternatives count double, as measurements of durable-rules showed."""
    return sum(span.nodes for span in spans) * (2 if len(spans) > 1 else 1)


def stretches(classes: Iterable[int]) -> list[tuple[int, int]]:
    """Group neighbouring classes into (low, high) pairs."""
    found: list[list[int]] = []
    for one in sorted(classes):
        if found and found[-1][1] == one - 1:
            found[-1][1] = one
        else:
            found.append([one, one])
    return [(low, high) for low, high in found]
