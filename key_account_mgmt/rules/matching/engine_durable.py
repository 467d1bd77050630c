"""Inference by durable-rules over small integers: the only file that imports it.

Its matching is correct, but most of what surrounds it is hazardous. Hence no timer threads, a single state, assert
then retract, an always-true last rule that proves a run complete, and a new engine after any error.
"""

import logging
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from ..policy.conditions import Operand
from .chunks import MAX_NODES, Chunk
from .spans import Span

try:
    import durable_rules_engine
    from durable import engine as durable_engine

    Host = durable_engine.Host
    durable_engine._unix_now = time.time  # its own emits a DeprecationWarning per rule that fires (Python 3.12)
except ImportError:  # optional, because installing it needs a compiler
    Host = object
    durable_rules_engine = None

_logger = logging.getLogger(__name__)
_RULESET = "chunk"
_DONE = -1
_SID = "1"


class EngineError(Exception):
    """durable-rules failed twice on the same signature, or cannot hold the rules."""


class Engine:
    """The rules of one chunk. ``infer`` is thread-safe."""

    def __init__(self, chunk: Chunk):
        if durable_rules_engine is None:
            raise EngineError("durable-rules is not installed")
        if chunk.nodes > MAX_NODES:
            raise EngineError(f"{chunk.nodes} conditions in one rule, more than {MAX_NODES}")
        self._chunk = chunk
        self._lock = threading.Lock()
        self._session: _Session | None = None

    def infer(self, signature: Sequence[int]) -> list[int]:
        """Return the indices of the rules that fire for the classes in ``signature``. Raises EngineError."""
        with self._lock:
            for _attempt in range(2):
                try:
                    return self._run(signature)
                except Exception as error:  # its errors share no class and corrupt the state
                    _logger.warning("durable-rules failed on %s, the engine is thrown away: %s", signature, error)
                    self._session, failure = None, error
            raise EngineError(str(failure)) from failure

    def _run(self, signature: Sequence[int]) -> list[int]:
        if self._session is None:
            self._session = _Session(self._chunk)
        return self._session.run(signature)


class _QuietHost(Host):
    """A host without timer threads, which would run consequences asynchronously."""

    def _run(self) -> None:
        pass


class _Session:
    """One ruleset and its single state; discarded as a whole after any error."""

    def __init__(self, chunk: Chunk):
        self._fired: list[int] = []
        self._host = _QuietHost()
        self._host.register_rulesets({_RULESET: self._ruleset(chunk)})
        ruleset = self._host.get_ruleset(_RULESET)
        # Every rebuilt engine leaks unless both are deleted, in this order.
        weakref.finalize(self, _release, ruleset._handle).atexit = False

    def _ruleset(self, chunk: Chunk) -> dict[str, Any]:
        rules = {
            f"r{index}": {"all": [{"m": _all(spans)}], "run": self._appending(index)}
            for index, spans in chunk.spans.items()
        }
        # A fact that matches nothing is an error, and its clean-up can crash the process. States are matched too, after
        # every consequence: the rule needs an attribute that they lack (they have "id"), or it fires without end.
        rules["done"] = {"all": [{"m": {"always": 1}}], "run": self._appending(_DONE)}
        return rules

    def _appending(self, index: int) -> Callable[[Any], None]:
        fired = self._fired

        def consequence(_context: Any) -> None:  # durable-rules treats a two-parameter function as asynchronous
            fired.append(index)

        return consequence

    def run(self, signature: Sequence[int]) -> list[int]:
        """Return the indices of the rules that fire, ascending."""
        self._fired.clear()
        fact = {f"p{position}": code for position, code in enumerate(signature) if code}
        fact.update(id=1, sid=_SID, always=1)
        state = self._host.assert_fact(_RULESET, dict(fact))
        self._host.retract_fact(_RULESET, fact)
        if not state or "exception" in state:
            raise EngineError(str(state and state["exception"]))
        if self._fired.count(_DONE) != 1:
            raise EngineError("incomplete run")
        return sorted(index for index in self._fired if index != _DONE)


def _release(handle: int) -> None:
    with suppress(durable_rules_engine.error):  # a session that failed early has no state
        durable_rules_engine.delete_state(handle, _SID)
    durable_rules_engine.delete_ruleset(handle)


def _all(tests: Sequence[Sequence[Span]]) -> dict[str, Any]:
    return _joined("$and", [_joined("$or", [_within(span) for span in spans]) for spans in tests])


def _within(span: Span) -> dict[str, Any]:
    """Build the condition for one span; a missing attribute never satisfies it."""
    attribute = f"p{span.position}"
    if span.low == span.high:
        return {attribute: span.low}
    bounds = [] if span.low is None else [{"$gte": {attribute: span.low}}]
    bounds += [] if span.high is None else [{"$lt": {attribute: span.high + 1}}]
    return _joined("$and", bounds)


def _joined(operator: str, terms: list[dict[str, Any]]) -> dict[str, Any]:
    return terms[0] if len(terms) == 1 else {operator: terms}


def works() -> bool:
    """Return whether durable-rules is installed and answers a small test correctly."""
    operand = Operand("probe", "value")
    try:
        engine = Engine(Chunk({0: {operand: frozenset({1})}}, {operand: 2}))
        return engine.infer((1,)) == [0] and engine.infer((0,)) == []
    except EngineError as error:
        _logger.warning("the reference matcher serves: %s", error)
        return False
