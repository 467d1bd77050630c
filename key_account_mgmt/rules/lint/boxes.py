"""Boxes of facts: per operand the buckets allowed. Whether one is wholly covered by others can be said exactly.

That is hard for many tangled boxes, so there is a limit to the work; whoever asks has to say when it was reached.
"""

from collections.abc import Mapping, Sequence

from ..policy.conditions import Operand

Box = Mapping[Operand, frozenset[int]]
FullBox = dict[Operand, frozenset[int]]


class TooMuchWork(Exception):
    """The limit was reached before there was an answer."""


class Cover:
    """Answers about boxes as long as ``work`` lasts, counted in looks at a pair of boxes; then raises TooMuchWork.

    ``sizes``: the numbers of buckets, the one for missing values included. ``never``: boxes in which nothing lies.
    A box that does not name an operand takes all of it.
    """

    def __init__(self, sizes: Mapping[Operand, int], never: Sequence[Box], work: int):
        self._all = {operand: frozenset(range(size)) for operand, size in sizes.items()}
        self._never = never
        self._work = work

    def common(self, one: Box, other: Box) -> FullBox | None:
        """What is in both boxes, every operand named; None where that is nothing."""
        self._spend()
        found = dict(self._all)
        for operand, buckets in (*one.items(), *other.items()):
            found[operand] = found[operand] & buckets
            if not found[operand]:
                return None
        return found

    def leaves(self, box: FullBox, others: Sequence[Box]) -> bool:
        """Whether something in ``box`` is in none of ``others``."""
        return self._leaves(box, [*self._never, *others], 0)

    def _leaves(self, box: FullBox, others: Sequence[Box], start: int) -> bool:
        for index in range(start, len(others)):
            self._spend()
            if all(box[operand] & buckets for operand, buckets in others[index].items()):
                return self._sticks_out(dict(box), others, index)
        return True

    def _sticks_out(self, box: FullBox, others: Sequence[Box], index: int) -> bool:
        """Cuts off, operand by operand, what is not in ``others[index]``; what is left at last lies within it."""
        for operand, buckets in others[index].items():
            outside = box[operand] - buckets
            if outside and self._leaves({**box, operand: outside}, others, index + 1):
                return True
            box[operand] &= buckets
        return False

    def _spend(self) -> None:
        self._work -= 1
        if self._work < 0:
            raise TooMuchWork
