"""What durable-rules does wrong stays in one file, and in no result."""

import gc
import importlib.util
import logging
import sys
import threading

import pytest
from builders import condition, metric, needs_durable, policy, rule
from rules import FactBatch, Matcher, matcher_name
from rules.matching import engine_durable, matching
from rules.matching.chunks import Chunk
from rules.matching.engine_durable import Engine, EngineError
from rules.policy.conditions import Operand

pytestmark = needs_durable

MANY = policy(*(rule(f"r{i}", "A", condition("revenue", ">=", str(i))) for i in range(20)))
BOOK = FactBatch(range(25), {"revenue": list(range(-1, 24))})
EXPECTED = [tuple(f"r{i}" for i in range(value + 1) if i < 20) for value in range(-1, 24)]


def chunk(rules=1, axes=1):
    """Rules over ``axes`` operands of two buckets; all of them fire when each value is in the upper one."""
    operands = [Operand(f"m{number}", "value") for number in range(axes)]
    tests = {index: {operand: frozenset({1}) for operand in operands} for index in range(rules)}
    return Chunk(tests, dict.fromkeys(operands, 2))


def fail_once(monkeypatch):
    """The next run of any session fails."""
    run, failed = engine_durable._Session.run, []

    def broken(session, signature):
        if not failed:
            failed.append(session)
            raise RuntimeError("broken")
        return run(session, signature)

    monkeypatch.setattr(engine_durable._Session, "run", broken)
    return failed


def test_an_error_throws_the_engine_away_and_a_new_one_answers(monkeypatch):
    engine = Engine(chunk())
    assert engine.infer((1,)) == [0]
    failed = fail_once(monkeypatch)
    assert engine.infer((1,)) == [0]
    assert engine._session is not failed[0]


def test_an_exception_in_a_consequence_is_not_swallowed(monkeypatch):
    engine = Engine(chunk())
    engine.infer((0,))

    class Broken(list):
        def append(self, _index):
            raise ValueError("in a consequence")

    engine._session._fired = Broken()
    with pytest.raises(EngineError):
        engine._session.run((1,))


def test_a_consequence_that_fails_costs_one_engine_and_no_result(caplog):
    engine = Engine(chunk())
    engine.infer((0,))
    rules = engine._session._host.get_ruleset("chunk")
    rules._actions["r0"]._func = lambda _context: 1 / 0
    with caplog.at_level(logging.WARNING):
        assert engine.infer((1,)) == [0]
    assert "division by zero" in caplog.text


def test_an_incomplete_run_is_an_error():
    session = engine_durable._Session(chunk())
    session._host.get_ruleset("chunk")._actions["done"]._func = lambda _context: None
    with pytest.raises(EngineError, match="incomplete"):
        session.run((1,))


def test_two_failures_in_a_row_are_reported_and_the_next_call_recovers(monkeypatch):
    engine = Engine(chunk())
    with monkeypatch.context() as patch:
        patch.setattr(engine_durable._Session, "run", lambda *_: 1 / 0)
        with pytest.raises(EngineError):
            engine.infer((1,))
    assert engine.infer((1,)) == [0]


def test_when_the_engine_gives_up_the_reference_serves_the_batch(monkeypatch, caplog):
    matcher = Matcher(MANY, "tier", "durable-rules")
    monkeypatch.setattr(engine_durable._Session, "run", lambda *_: 1 / 0)
    with caplog.at_level(logging.WARNING):
        assert matcher.fired(BOOK) == EXPECTED
    assert "the reference matcher serves this batch" in caplog.text


def test_more_nodes_than_durable_can_hold_are_refused_at_once():
    with pytest.raises(EngineError, match="61"):
        Engine(chunk(axes=61))


def test_no_leftovers_of_one_customer_in_the_next(monkeypatch):
    engine = Engine(chunk(rules=3, axes=2))
    for _ in range(50):
        assert engine.infer((1, 1)) == [0, 1, 2]
        assert engine.infer((1, 0)) == []
        assert engine.infer((0, 0)) == []


def test_two_threads_get_the_right_answers():
    matcher, found = Matcher(MANY, "tier", "durable-rules"), []

    def work():
        for memo in matcher._signatures._memos:
            memo._known.clear()
        found.extend(matcher.fired(BOOK) for _ in range(20))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [EXPECTED] * 80


def test_no_timer_thread_is_started():
    before = threading.active_count()
    Engine(chunk()).infer((1,))
    assert threading.active_count() == before


def test_an_engine_that_is_thrown_away_frees_its_ruleset(monkeypatch):
    gc.collect()  # what other tests threw away
    released = []
    monkeypatch.setattr(engine_durable.durable_rules_engine, "delete_ruleset", released.append)
    engine = Engine(chunk())
    engine.infer((1,))
    engine._session = None
    gc.collect()
    assert len(released) == 1


def test_hundreds_of_engines_live_side_by_side():
    engines = [Engine(chunk()) for _ in range(300)]
    assert [engine.infer((1,)) for engine in engines] == [[0]] * 300


@pytest.fixture
def forgotten_choice():
    matching.matcher_name.cache_clear()
    yield
    matching.matcher_name.cache_clear()


@pytest.mark.usefixtures("forgotten_choice")
def test_without_durable_rules_the_reference_serves(monkeypatch, caplog):
    monkeypatch.setattr(engine_durable, "durable_rules_engine", None)
    with caplog.at_level(logging.INFO):
        assert matcher_name() == "reference"
    assert "matched by reference" in caplog.text
    assert Matcher(MANY, "tier").fired(BOOK) == EXPECTED


@pytest.mark.usefixtures("forgotten_choice")
@pytest.mark.parametrize("run", [lambda *_: 1 / 0, lambda *_: []], ids=["fails", "wrong answer"])
def test_a_durable_rules_that_does_not_work_is_not_used(monkeypatch, run):
    monkeypatch.setattr(engine_durable._Session, "run", run)
    assert matcher_name() == "reference"


def test_the_import_survives_where_durable_rules_is_not_installed(monkeypatch):
    monkeypatch.setitem(sys.modules, "durable_rules_engine", None)
    spec = importlib.util.spec_from_file_location("rules.matching.engine_alone", engine_durable.__file__)
    alone = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(alone)
    assert alone.works() is False


def test_metrics_of_a_long_table_are_split_into_small_engines():
    codes = [f"n{i}" for i in range(12)]
    rules = [rule(f"r{i}", "A", *(condition(codes[(i + k) % 12], ">", str(i)) for k in range(3))) for i in range(40)]
    matcher = Matcher(policy(*rules, metrics=[metric(code, "number") for code in codes]), "tier", "durable-rules")
    chunks = [memo._chunk for memo in matcher._signatures._memos]
    assert all(len(chunk.operands) <= 5 and chunk.nodes <= 60 and chunk.signatures <= 64 for chunk in chunks)
    assert sorted(index for chunk in chunks for index in chunk.tests) == list(range(40))
