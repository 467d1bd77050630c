"""Long tables: of thousands of rows, evaluate only those that can hold for the option of a line.

A price list of caps has a row or two for each product. In chunks, all of them would be inferred for every line. So
each row is filed under the options that it names of one choice, the one of which the table names most options. The
rows of a product are compiled when it is first needed. Rows that name no option are compiled for all lines.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from ..policy.conditions import Condition, Operand
from ..policy.outcomes import Rule
from .signatures import Columns, Indices, Signatures

# Filing pays from this number of rows.
LONG = 64
# The number of compiled sets of rows that are kept: each may hold some engines.
_READY = 1024


class Selective:
    """The rules of one long table, with the interface of ``Signatures``, which evaluates the selected rows."""

    def __init__(self, rules: Sequence[Rule]):
        self._rules = rules
        named = [_named(rule.conditions) for rule in rules]
        counts = Counter(operand for operand, _option in {pair for one in named for pair in _pairs(one)})
        self._files: dict[Operand, dict[str, Indices]] = {}
        unfiled = []
        for index, options in enumerate(named):
            operand = max(options, key=counts.__getitem__, default=None)
            if operand is None:
                unfiled.append(index)
                continue
            file = self._files.setdefault(operand, {})
            for option in options[operand]:
                file[option] = (*file.get(option, ()), index)
        self._unfiled = tuple(unfiled)
        self._ready = lru_cache(_READY)(self._make_ready)

    def fired(self, columns: Columns, count: int) -> list[Indices]:
        """Return, per customer, the indices of the rules that fire, ascending. Raises EngineError."""
        found = self._fired_of(None, self._unfiled, columns, count)
        for operand, file in self._files.items():
            for indices, places in _sorted_out(file, columns[operand]).items():
                part = {one: [column[place] for place in places] for one, column in columns.items()}
                fired = self._fired_of(operand, indices, part, len(places))
                for place, more in zip(places, fired, strict=True):
                    found[place] += more
        same: dict[Indices, Indices] = {}
        return [same.setdefault(one, one) for one in map(tuple, map(sorted, found))]

    def _fired_of(self, operand: Operand | None, indices: Indices, columns: Columns, count: int) -> list[Indices]:
        """Evaluate in pieces: all rows of a piece share axes, which grow with the number of rows."""
        found: list[Indices] = [()] * count
        for start in range(0, len(indices), LONG):
            piece = indices[start : start + LONG]
            fired = self._ready(operand, piece).fired(columns, count)
            numbers = {one: tuple([piece[place] for place in one]) for one in set(fired)}
            found = [before + numbers[one] for before, one in zip(found, fired, strict=True)]
        return found

    def _make_ready(self, operand: Operand | None, indices: Indices) -> Signatures:
        """Compile the rows filed under an option, without their conditions on its operand, which hold for it."""
        rows = (self._rules[index] for index in indices)
        return Signatures([_without(row, operand) for row in rows])


def _named(conditions: Iterable[Condition]) -> Mapping[Operand, set[Any]]:
    """Return, per choice that a row restricts to named options, these options."""
    found: dict[Operand, set[Any]] = {}
    ruled_out: dict[Operand, set[Any]] = {}
    for condition in conditions:
        operand = condition.operand
        if not isinstance(condition.values[0], str):
            continue
        if condition.operator in ("=", "in"):
            found[operand] = found.get(operand, set(condition.values)).intersection(condition.values)
        else:
            ruled_out.setdefault(operand, set()).update(condition.values)
    return {operand: options - ruled_out.get(operand, set()) for operand, options in found.items()}


def _pairs(options: Mapping[Operand, set[Any]]) -> Iterable[tuple[Operand, Any]]:
    return chain.from_iterable(((operand, one) for one in named) for operand, named in options.items())


def _sorted_out(file: Mapping[str, Indices], column: Sequence[str | None]) -> dict[Indices, list[int]]:
    """Group places in the column by the rows filed under the option at that place."""
    places: dict[Indices, list[int]] = {}
    for place, option in enumerate(column):
        if option in file:
            places.setdefault(file[option], []).append(place)
    return places


def _without(rule: Rule, operand: Operand | None) -> Rule:
    left = tuple([condition for condition in rule.conditions if condition.operand != operand])
    return rule.model_copy(update={"conditions": left})
