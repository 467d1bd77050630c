"""Long tables: of thousands of rows only those are looked at that can hold for the option at hand.

A price list of caps has a row or two for each product. Put into chunks, all of them would have to be inferred for
every line. So each row is filed under the options that it names of one choice: of the one of which the table names
most. For a product only its own rows are then made ready, when it is first asked for. Rows that name no option are
ready for everybody.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from ..policy.conditions import Condition, Operand
from ..policy.outcomes import Rule
from .signatures import Columns, Indices, Signatures

# From so many rows on filing them pays.
LONG = 64
# So many sets of rows are kept ready: each may hold some engines.
_READY = 1024


class Selective:
    """The rules of one long table. As ``Signatures``, which it uses for the rows that are left."""

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
        """Per customer the indices of the rules that fire, ascending. Raises EngineError."""
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
        """In pieces, since all rows of a piece cut the numbers that they look at together."""
        found: list[Indices] = [()] * count
        for start in range(0, len(indices), LONG):
            piece = indices[start : start + LONG]
            fired = self._ready(operand, piece).fired(columns, count)
            numbers = {one: tuple([piece[place] for place in one]) for one in set(fired)}
            found = [before + numbers[one] for before, one in zip(found, fired, strict=True)]
        return found

    def _make_ready(self, operand: Operand | None, indices: Indices) -> Signatures:
        """Rows that hold for the option under which they were found, so what they ask of it is settled."""
        rows = (self._rules[index] for index in indices)
        return Signatures([_without(row, operand) for row in rows])


def _named(conditions: Iterable[Condition]) -> Mapping[Operand, set[Any]]:
    """Per choice of which a row names options that it holds for: these options."""
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
    """Places in the column by the rows that are filed under what stands there."""
    places: dict[Indices, list[int]] = {}
    for place, option in enumerate(column):
        if option in file:
            places.setdefault(file[option], []).append(place)
    return places


def _without(rule: Rule, operand: Operand | None) -> Rule:
    left = tuple([condition for condition in rule.conditions if condition.operand != operand])
    return rule.model_copy(update={"conditions": left})
