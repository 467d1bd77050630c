"""Fast matching: one inference per distinct signature, then whole columns of bytes at a time.

Per chunk of rules, the classes of its operands become one byte per customer (a mixed-radix number). The byte is looked
up in the results inferred so far, each again one byte: bit k for the chunk's k-th rule. No step runs Python code per
customer and chunk.
"""

from collections.abc import Mapping, Sequence
from itertools import chain
from operator import getitem

from ..policy.conditions import Operand
from ..policy.outcomes import Rule
from .axes import Codes, recode
from .chunks import BYTE, Chunk, chunks
from .engine_durable import Engine
from .regions import regions

Indices = tuple[int, ...]
Columns = Mapping[Operand, Sequence]
_MEMO_LIMIT = 100_000


class Signatures:
    """The rules of one table, cut into buckets and chunks. Inferred results are kept as long as this object."""

    def __init__(self, rules: Sequence[Rule]):
        self._axes, tests = regions(rules)
        self._always = tuple(index for index, test in enumerate(tests) if not test)
        # A rule whose conditions exclude each other never fires and would only add signatures.
        possible = {index: test for index, test in enumerate(tests) if test and all(test.values())}
        sizes = {operand: axis.size for operand, axis in self._axes.items()}
        self._memos = [_Memo(chunk) for chunk in chunks(possible, sizes)]
        self._indices_of = [memo.indices for memo in self._memos]

    def fired(self, columns: Columns, count: int) -> list[Indices]:
        """Return, per customer, the indices of the rules that fire, ascending. Raises EngineError."""
        width = len(self._memos)
        if not width:
            return [self._always] * count
        codes = {operand: axis.encode(columns[operand]) for operand, axis in self._axes.items()}
        table = bytearray(count * width)
        for place, memo in enumerate(self._memos):
            table[place::width] = memo.results(codes)
        rows = _rows(bytes(table), width)
        indices = {row: self._indices(row) for row in set(rows)}
        return [indices[row] for row in rows]

    def _indices(self, row: bytes) -> Indices:
        found = chain(self._always, *map(getitem, self._indices_of, row))
        return tuple(sorted(found))


class _Memo:
    """The results of one chunk's engine by signature. Threads may share it."""

    def __init__(self, chunk: Chunk):
        self._chunk = chunk
        self._engine = Engine(chunk)
        self._bits = {index: 1 << bit for bit, index in enumerate(chunk.tests)}
        self._known: dict[int | Indices, int] = {}
        self._table = bytearray(BYTE)
        self.indices = _Named(self._bits)

    def results(self, codes: Mapping[Operand, Codes]) -> bytes:
        """Return one byte per customer, bit k for the chunk's k-th rule."""
        tables = self._chunk.tables
        signatures = self._signatures([recode(codes[operand], tables[operand]) for operand in self._chunk.operands])
        known = self._known if len(self._known) <= _MEMO_LIMIT else {}
        self._known = known
        for signature in set(signatures) - known.keys():
            self._infer(signature, known)
        if isinstance(signatures, bytes):
            return signatures.translate(self._table)
        return bytes(map(known.__getitem__, signatures))

    def _signatures(self, classes: Sequence[bytes]) -> bytes | list[Indices]:
        """Encode each customer's classes as one byte, a whole column at once; as tuples if a byte is too small."""
        if self._chunk.signatures > BYTE:
            return list(zip(*classes, strict=True))
        total, radix = 0, 1
        for column, count in zip(classes, self._chunk.counts, strict=True):
            total += int.from_bytes(column, "little") * radix
            radix *= count
        return total.to_bytes(len(classes[0]), "little")

    def _infer(self, signature: int | Indices, known: dict[int | Indices, int]) -> None:
        classes = self._classes(signature) if isinstance(signature, int) else signature
        result = sum(self._bits[index] for index in self._engine.infer(classes))
        if isinstance(signature, int):
            self._table[signature] = result
        known[signature] = result  # last: a thread that finds it here reads the table

    def _classes(self, signature: int) -> Indices:
        classes = []
        for count in self._chunk.counts:
            signature, one = divmod(signature, count)
            classes.append(one)
        return tuple(classes)


class _Named(dict[int, Indices]):
    """The rules (by index in the table) in each result of a chunk, decoded on first use."""

    def __init__(self, bits: Mapping[int, int]):
        super().__init__()
        self._bits = bits

    def __missing__(self, result: int) -> Indices:
        self[result] = named = tuple([index for index, bit in self._bits.items() if result & bit])
        return named


def _rows(table: bytes, width: int) -> list[bytes]:
    return [table[start : start + width] for start in range(0, len(table), width)]
