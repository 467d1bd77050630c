"""Groups the rules of a table into chunks that are small enough to infer once per distinct signature.

One memo over all metrics would be useless (nearly every customer is different); over the few buckets that a handful
of rules can tell apart, a hundred thousand customers share some dozens of signatures.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from .conditions import Operand
from .regions import Test

# durable-rules breaks down above 64 conditions that match at once. A memo pays only while signatures are few; results
# are one bit per rule in a byte.
MAX_OPERANDS = 5
MAX_NODES = 60
MAX_SIGNATURES = 64
MAX_RULES = 8
BYTE = 256
_TRIES = 4


class Span(NamedTuple):
    """What a rule asks of attribute ``position`` of a signature: a class in ``low..high`` (None: no such bound)."""

    position: int
    low: int | None
    high: int | None

    @property
    def nodes(self) -> int:
        """How many conditions it takes to say so."""
        return 1 if self.low == self.high else (self.low is not None) + (self.high is not None)


class Chunk:
    """Some rules (by their index in the table), their operands, and per operand the classes that they tell apart.

    Class 0 is "no rule's test holds here", missing values included; the others are numbered by bucket.
    """

    def __init__(self, tests: Mapping[int, Test], sizes: Mapping[Operand, int]):
        self.tests = dict(tests)
        self.operands = tuple(dict.fromkeys(operand for test in tests.values() for operand in test))
        self.tables = {operand: self._classes(operand, sizes[operand]) for operand in self.operands}
        self.counts = [max(self.tables[operand]) + 1 for operand in self.operands]
        self.signatures = 1
        for count in self.counts:
            self.signatures *= count
        self.spans = {index: self._spans(test) for index, test in tests.items()}

    @property
    def nodes(self) -> int:
        """An upper bound of the conditions that can match at once."""
        return sum(_nodes(spans) for tests in self.spans.values() for spans in tests)

    def fits(self) -> bool:
        """Whether the chunk is still small enough."""
        few = len(self.operands) <= MAX_OPERANDS and len(self.tests) <= MAX_RULES
        return few and self.signatures <= MAX_SIGNATURES and self.nodes <= MAX_NODES

    def _classes(self, operand: Operand, size: int) -> list[int]:
        """The class of each bucket and, last, of a missing value: buckets that no rule tells apart share one."""
        holding = [test[operand] for test in self.tests.values() if operand in test]
        numbers: dict[tuple[bool, ...], int] = {(False,) * len(holding): 0}
        classes = [numbers.setdefault(tuple(code in test for test in holding), len(numbers)) for code in range(size)]
        return [*classes, 0]

    def _spans(self, test: Test) -> list[list[Span]]:
        """Per operand of the rule the stretches of classes in which its test holds."""
        found = []
        for position, operand in enumerate(self.operands):
            if operand in test:
                classes = {self.tables[operand][code] for code in test[operand]}
                last = self.counts[position] - 1
                found.append([_span(position, low, high, last) for low, high in _stretches(classes)])
        return found


def _span(position: int, low: int, high: int, last: int) -> Span:
    """Class 0 is never stated, so 1 is no lower bound; one bound must stay, or a missing value would pass."""
    if low == high or (low > 1 and high < last):
        return Span(position, low, high)
    return Span(position, None, high) if low == 1 and high < last else Span(position, low, None)


def _nodes(spans: Sequence[Span]) -> int:
    """Alternatives were measured to count double."""
    return sum(span.nodes for span in spans) * (2 if len(spans) > 1 else 1)


def chunks(tests: Mapping[int, Test], sizes: Mapping[Operand, int]) -> list[Chunk]:
    """``tests`` by rule index, grouped; a rule that is too big for any group gets a chunk of its own."""
    found: list[Chunk] = []
    for index, test in tests.items():
        place, grown = _grown(found, index, test, sizes)
        found[place : place + 1] = [grown]
    return found


def _grown(found: Sequence[Chunk], index: int, test: Test, sizes: Mapping[Operand, int]) -> tuple[int, Chunk]:
    """The chunk that takes in the rule, and its place: one that looks at nearly the same operands, or a new one."""
    strangers = {
        place: len(test.keys() - set(chunk.operands))
        for place, chunk in enumerate(found)
        if len(chunk.tests) < MAX_RULES
    }
    for place in sorted(strangers, key=strangers.__getitem__)[:_TRIES]:
        grown = Chunk({**found[place].tests, index: test}, sizes)
        if grown.fits():
            return place, grown
    return len(found), Chunk({index: test}, sizes)


def _stretches(classes: Iterable[int]) -> list[tuple[int, int]]:
    """Neighbouring classes as (low, high) pairs."""
    stretches: list[list[int]] = []
    for one in sorted(classes):
        if stretches and stretches[-1][1] == one - 1:
            stretches[-1][1] = one
        else:
            stretches.append([one, one])
    return [(low, high) for low, high in stretches]
