"""Finds the rules of a table that fire for each customer of a batch, and picks the matcher."""

import logging
from collections.abc import Mapping, Sequence
from functools import lru_cache

from ..policy.conditions import Operand
from ..policy.outcomes import Rule
from ..policy.policy import Policy
from ..policy.scope import SCORE
from . import engine_durable, engine_reference
from .fact_batch import FactBatch
from .selective import LONG, Selective
from .signatures import Signatures

_logger = logging.getLogger(__name__)
DURABLE = "durable-rules"
REFERENCE = "reference"
Columns = Mapping[Operand, Sequence]


@lru_cache(maxsize=1)
def matcher_name() -> str:
    """Return the matcher in use: ``durable-rules``, or ``reference`` if that is not installed or does not work."""
    name = DURABLE if engine_durable.works() else REFERENCE
    _logger.info("rules are matched by %s", name)
    return name


class Matcher:
    """One table of a policy, ready to match. ``engine``: ``durable-rules`` or ``reference``; default: what works."""

    def __init__(self, policy: Policy, kind: str, engine: str | None = None):
        table = policy.table(kind)
        self.rules: tuple[Rule, ...] = table.rules if table else ()
        self.operands = tuple(dict.fromkeys(one.operand for rule in self.rules for one in rule.conditions))
        self._choices = policy.choices
        self._signatures: Signatures | Selective | None = None
        if (engine or matcher_name()) == DURABLE:
            self._use_durable()

    def _use_durable(self) -> None:
        try:
            self._signatures = (Signatures if len(self.rules) < LONG else Selective)(self.rules)
        except engine_durable.EngineError as error:
            _logger.warning("the reference matcher serves this table: %s", error)

    def match(self, columns: Columns, count: int) -> list[tuple[int, ...]]:
        """Return, per customer, the indices of the rules that fire, ascending.

        ``columns`` has one column of ``count`` values for the ``compared`` of each of ``operands``. Equal results are
        the same tuple.
        """
        columns = {operand: columns[operand.compared] for operand in self.operands}
        if self._signatures:
            try:
                return self._signatures.fired(columns, count)
            except engine_durable.EngineError as error:
                _logger.warning("the reference matcher serves this batch: %s", error)
        return engine_reference.fired(self.rules, columns, count)

    def fired(self, batch: FactBatch) -> list[tuple[str, ...]]:
        """Return, per customer, the keys of the rules that fire, for a table that reads only values of metrics.

        Raises ValueError if the table reads the score or places, which need a population (see ``Evaluator``).
        """
        if any(operand.measure != "value" or operand.metric == SCORE for operand in self.operands):
            raise ValueError("the table looks at the population")
        columns = {operand: batch.column(operand.metric, operand.metric in self._choices) for operand in self.operands}
        matches = self.match(columns, len(batch))
        keys = [rule.key for rule in self.rules]
        named = {indices: tuple([keys[index] for index in indices]) for indices in set(matches)}
        return [named[indices] for indices in matches]


class _Source:
    """Carries a policy through a cache without being part of its key: the content hash identifies the policy."""

    def __init__(self, policy: Policy):
        self.policy = policy

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Source)


@lru_cache(maxsize=64)
def _shared(_content_hash: str, source: _Source, kind: str, engine: str) -> Matcher:
    return Matcher(source.policy, kind, engine)


def shared_matcher(policy: Policy, kind: str, engine: str | None = None) -> Matcher:
    """Return the matcher of a table; policies of equal content share it and what it has inferred so far."""
    return _shared(policy.content_hash, _Source(policy), kind, engine or matcher_name())
