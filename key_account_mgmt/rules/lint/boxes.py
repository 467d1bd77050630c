"""Boxes of facts: per operand, the allowed buckets; with an exact answer to whether others cover a box wholly.

That is expensive for many overlapping boxes, so the work is limited; callers must report when the limit is reached.
"""

from collections.abc import Mapping, Sequence

from ..policy.conditions import Operand

Box = Mapping[Operand, frozenset[int]]
FullBox = dict[Operand, frozenset[int]]


class TooMuchWork(Exception):
    """The limit was reached before the answer was found."""


class Cover:
    """Compares boxes until ``work``, a number of pairs of boxes, is used up; then raises TooMuchWork.

    ``sizes``: the numbers of buckets, including the one for missing values. ``never``: boxes that no facts lie in.
    A box that does not name an operand includes all its buckets.
    """

    def __init__(self, sizes: Mapping[Operand, int], never: Sequence[Box], work: int):
        self._all = {operand: frozenset(range(size)) for operand, size in sizes.items()}
        self._never = never
        self._work = work

    def common(self, one: Box, other: Box) -> FullBox | None:
        """Return the intersection of two boxes, with all operands named; None if it is empty."""
        self._spend()
        found = dict(self._all)
        for operand, buckets in (*one.items(), *other.items()):
            found[operand] = found[operand] & buckets
            if not found[operand]:
                return None
        return found

    def leaves(self, box: FullBox, others: Sequence[Box]) -> bool:
        """Return whether part of ``box`` lies in none of ``others``."""
        return self._leaves(box, [*self._never, *others], 0)

    def _leaves(self, box: FullBox, others: Sequence[Box], start: int) -> bool:
        for index in range(start, len(others)):
            self._spend()
            if all(box[operand] & buckets for operand, buckets in others[index].items()):
                return self._sticks_out(dict(box), others, index)
        return True

    def _sticks_out(self, box: FullBox, others: Sequence[Box], index: int) -> bool:
        """Check, operand by operand, what lies outside ``others[index]``; the rest lies within it."""
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
