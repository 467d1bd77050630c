"""Groups the rules of a table into chunks that are small enough to infer once per distinct signature.

One memo over all metrics would be useless (nearly every customer is different); over the few buckets that a handful
of rules can tell apart, a hundred thousand customers share some dozens of signatures.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from math import prod

from ..policy.conditions import Operand
from .regions import Test
from .spans import Span, nodes, span, stretches

# durable-rules breaks down above 64 conditions that match at once. A memo pays only while signatures are few; results
# are one bit per rule in a byte.
MAX_OPERANDS = 5
MAX_NODES = 60
MAX_SIGNATURES = 64
MAX_RULES = 8
BYTE = 256
_TRIES = 4
# Of a long table only so many chunks are looked at for a place: those that were begun last.
_OPEN = 32


class Chunk:
    """Some rules (by their index in the table), their operands, and per operand the classes that they tell apart.

    Class 0 is "no rule's test holds here", missing values included; the others are numbered by bucket.
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
        """Whether the chunk is still small enough."""
        few = len(self.operands) <= MAX_OPERANDS and len(self.tests) <= MAX_RULES
        return few and self.signatures <= MAX_SIGNATURES and self.nodes <= MAX_NODES

    def may_take(self, test: Test) -> bool:
        """Whether the chunk could still be small enough with one more rule; quicker to ask than to make it."""
        operands = dict.fromkeys((*self.operands, *test))
        if len(operands) > MAX_OPERANDS or len(self.tests) >= MAX_RULES:
            return False
        return prod(self._count_with(operand, test.get(operand)) for operand in operands) <= MAX_SIGNATURES

    def _count_with(self, operand: Operand, buckets: frozenset[int] | None) -> int:
        """How many classes of the operand there would be."""
        if operand not in self._classes:
            return 2
        classes, members = self._classes[operand], self._members[operand]
        held = Counter(classes.get(code, 0) for code in buckets or ())
        # A class is split by a test that holds in some of its buckets, and class 0 by any that holds in it.
        return len(members) + 1 + sum(not one or held[one] < members[one] for one in held)

    @cached_property
    def _members(self) -> dict[Operand, Counter[int]]:
        """How many buckets each class has, but class 0."""
        return {operand: Counter(classes.values()) for operand, classes in self._classes.items()}

    @cached_property
    def tables(self) -> dict[Operand, list[int]]:
        """Per operand the class of each bucket and, last, of a missing value."""
        return {
            operand: [classes.get(code, 0) for code in range(self._sizes[operand] + 1)]
            for operand, classes in self._classes.items()
        }

    def _classes_of(self, operand: Operand) -> dict[int, int]:
        """The class of each bucket in which a test holds: buckets that no rule tells apart share one."""
        patterns: dict[int, int] = {}
        for bit, test in enumerate(test for test in self.tests.values() if operand in test):
            for code in test[operand]:
                patterns[code] = patterns.get(code, 0) | 1 << bit
        numbers: dict[int, int] = {}
        return {code: numbers.setdefault(patterns[code], len(numbers) + 1) for code in sorted(patterns)}

    def _spans(self, test: Test) -> list[list[Span]]:
        """Per operand of the rule the stretches of classes in which its test holds."""
        found = []
        for position, operand in enumerate(self.operands):
            if operand in test:
                classes = {self._classes[operand][code] for code in test[operand]}
                last = self.counts[position] - 1
                found.append([span(position, low, high, last) for low, high in stretches(classes)])
        return found


def chunks(tests: Mapping[int, Test], sizes: Mapping[Operand, int]) -> list[Chunk]:
    """``tests`` by rule index, grouped; a rule that is too big for any group gets a chunk of its own."""
    found: list[Chunk] = []
    for index, test in tests.items():
        place, grown = _grown(found, index, test, sizes)
        found[place : place + 1] = [grown]
    return found


def _grown(found: Sequence[Chunk], index: int, test: Test, sizes: Mapping[Operand, int]) -> tuple[int, Chunk]:
    """The chunk that takes in the rule, and its place: one that looks at nearly the same operands, or a new one."""
    places = range(max(len(found) - _OPEN, 0), len(found))
    strangers = {
        place: len(test.keys() - set(found[place].operands)) for place in places if found[place].may_take(test)
    }
    for place in sorted(strangers, key=strangers.__getitem__)[:_TRIES]:
        grown = Chunk({**found[place].tests, index: test}, sizes)
        if grown.fits():
            return place, grown
    return len(found), Chunk({index: test}, sizes)
