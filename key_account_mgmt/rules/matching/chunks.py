"""Groups the rules of a table into chunks that are small enough to infer once per distinct signature.

A memo over all metrics would not pay, since nearly every customer is different. But over the few buckets that a
handful of rules distinguish, a hundred thousand customers share a few dozen signatures.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from math import prod

from ..policy.conditions import Operand
from .regions import Test
from .spans import Span, nodes, span, stretches

# durable-rules fails above 64 conditions that match at once. A memo pays only for few signatures; results are one bit
# per rule in a byte.
MAX_OPERANDS = 5
MAX_NODES = 60
MAX_SIGNATURES = 64
MAX_RULES = 8
BYTE = 256
_TRIES = 4
# In a long table, look for a place only in the chunks opened last.
_OPEN = 32


class Chunk:
    """Some rules (by their index in the table), their operands, and per operand the classes that they distinguish.

    Class 0 is "no rule's test holds here", including missing values; the others are numbered by bucket.
    """

    def __init__(self, tests: Mapping[int, Test], sizes: Mapping[Operand, int]):
        self.tests = dict(tests)
        self.operands = tuple(dict.fromkeys(operand for test in tests.values() for operand in test))
        self._sizes = sizes
        self._classes = {operand: self._classes_of(operand) for operand in self.operands}
        self.counts = [max(classes.values(), default=0) + 1 for classes in self._classes.values()]
        self.signatures = prod(self.counts)
        self.spans = {index: self._spans(test) for index, test in tests.items()}

    @property
    def nodes(self) -> int:
        """An upper bound of the conditions that can match at once."""
        return sum(nodes(spans) for tests in self.spans.values() for spans in tests)

    def fits(self) -> bool:
        """Return whether the chunk is small enough."""
        few = len(self.operands) <= MAX_OPERANDS and len(self.tests) <= MAX_RULES
        return few and self.signatures <= MAX_SIGNATURES and self.nodes <= MAX_NODES

    def may_take(self, test: Test) -> bool:
        """Return whether the chunk might be small enough with one more rule, without building it."""
        operands = dict.fromkeys((*self.operands, *test))
        if len(operands) > MAX_OPERANDS or len(self.tests) >= MAX_RULES:
            return False
        return prod(self._count_with(operand, test.get(operand)) for operand in operands) <= MAX_SIGNATURES

    def _count_with(self, operand: Operand, buckets: frozenset[int] | None) -> int:
        """Count the classes that the operand would have."""
        if operand not in self._classes:
            return 2
        classes, members = self._classes[operand], self._members[operand]
        held = Counter(classes.get(code, 0) for code in buckets or ())
        # A test splits a class if it holds in some of its buckets, and class 0 if it holds in any.
        return len(members) + 1 + sum(not one or held[one] < members[one] for one in held)

    @cached_property
    def _members(self) -> dict[Operand, Counter[int]]:
        """The number of buckets of each class except class 0."""
        return {operand: Counter(classes.values()) for operand, classes in self._classes.items()}

    @cached_property
    def tables(self) -> dict[Operand, list[int]]:
        """Per operand, the class of each bucket and, last, of a missing value."""
        return {
            operand: [classes.get(code, 0) for code in range(self._sizes[operand] + 1)]
            for operand, classes in self._classes.items()
        }

    def _classes_of(self, operand: Operand) -> dict[int, int]:
        """Return the class of each bucket in which a test holds; buckets that no rule distinguishes share one."""
        patterns: dict[int, int] = {}
        for bit, test in enumerate(test for test in self.tests.values() if operand in test):
            for code in test[operand]:
                patterns[code] = patterns.get(code, 0) | 1 << bit
        numbers: dict[int, int] = {}
        return {code: numbers.setdefault(patterns[code], len(numbers) + 1) for code in sorted(patterns)}

    def _spans(self, test: Test) -> list[list[Span]]:
        """Return, per operand of the rule, the intervals of classes in which its test holds."""
        found = []
        for position, operand in enumerate(self.operands):
            if operand in test:
                classes = {self._classes[operand][code] for code in test[operand]}
                last = self.counts[position] - 1
                found.append([span(position, low, high, last) for low, high in stretches(classes)])
        return found


def chunks(tests: Mapping[int, Test], sizes: Mapping[Operand, int]) -> list[Chunk]:
    """Group ``tests`` by rule index; a rule that is too big for any group gets its own chunk."""
    found: list[Chunk] = []
    for index, test in tests.items():
        place, grown = _grown(found, index, test, sizes)
        found[place : place + 1] = [grown]
    return found


def _grown(found: Sequence[Chunk], index: int, test: Test, sizes: Mapping[Operand, int]) -> tuple[int, Chunk]:
    """Return the chunk that takes the rule, and its place: one with nearly the same operands, or a new one."""
    places = range(max(len(found) - _OPEN, 0), len(found))
    strangers = {
        place: len(test.keys() - set(found[place].operands)) for place in places if found[place].may_take(test)
    }
    for place in sorted(strangers, key=strangers.__getitem__)[:_TRIES]:
        grown = Chunk({**found[place].tests, index: test}, sizes)
        if grown.fits():
            return place, grown
    return len(found), Chunk({index: test}, sizes)
