"""Matching by signature: wide rules, long tables, batches, what is shared and what is not."""

from random import Random

import pytest
from builders import condition, metric, needs_durable, policy, rule
from hypothesis import given, settings
from hypothesis import strategies as st
from random_policies import ORDER, SETS, THRESHOLDS, hard_facts
from rules import FactBatch, Matcher
from rules.matching.matching import shared_matcher

CODES = st.sampled_from(["n0", "n1", "n2"])
VALUES = st.lists(st.sampled_from(THRESHOLDS), min_size=1, max_size=3, unique=True)
CONDITIONS = st.one_of(
    st.builds(lambda code, operator, value: condition(code, operator, value), CODES, st.sampled_from(ORDER),
              st.sampled_from(THRESHOLDS)),
    st.builds(lambda code, operator, values: condition(code, operator, *values), CODES, st.sampled_from(SETS), VALUES),
)  # fmt: skip
NUMBERS = [metric(f"n{index}", "number") for index in range(80)]


def agree(policy, facts):
    book = FactBatch.from_mapping(facts)
    by_signature = Matcher(policy, "tier", "durable-rules").fired(book)
    assert by_signature == Matcher(policy, "tier", "reference").fired(book)
    return by_signature


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(CONDITIONS, max_size=4), min_size=1, max_size=4), st.integers(0, 2**32))
def test_signatures_agree_with_naive_evaluation(conditions, seed):
    rules = [rule(f"r{number}", "A", *row) for number, row in enumerate(conditions)]
    made = policy(*rules, metrics=NUMBERS[:3])
    agree(made, hard_facts(Random(seed), made, 30))


@pytest.mark.parametrize("width", [6, 8, 9, 30, 61, 70])
def test_a_rule_may_look_at_many_metrics(width):
    made = policy(rule("wide", "A", *(condition(f"n{i}", ">=", "1") for i in range(width))), metrics=NUMBERS)
    all_hold = {f"n{i}": 1 for i in range(width)}
    fired = agree(made, {"yes": all_hold, "no": all_hold | {"n3": 0}, "missing": all_hold | {"n5": None}})
    assert fired == [("wide",), (), ()]


def test_a_condition_may_list_hundreds_of_values():
    listed = [str(value) for value in range(0, 800, 2)]
    made = policy(rule("in", "A", condition("n0", "in", *listed)), rule("ge", "B", condition("n0", ">=", "500")),
                  metrics=NUMBERS[:1])  # fmt: skip
    fired = agree(made, {value: {"n0": value} for value in (0, 1, 499, 500, 501, 798, 799, 800)})
    assert fired == [("in",), (), (), ("in", "ge"), ("ge",), ("in", "ge"), ("ge",), ("ge",)]


def test_a_choice_may_have_hundreds_of_options():
    options = [f"o{number}" for number in range(300)]
    made = policy(*(rule(option, "A", condition("c", "=", option)) for option in options),
                  metrics=[metric("c", "choice", options)])  # fmt: skip
    assert agree(made, {option: {"c": option} for option in ("o0", "o299", "x")}) == [("o0",), ("o299",), ()]


def test_more_than_64_conditions_that_match_at_once_are_all_found():
    rules = [rule(f"r{i}", "A", condition(f"n{i % 10}", ">=", str(-i))) for i in range(200)]
    fired = agree(policy(*rules, metrics=NUMBERS[:10]), {"all": {f"n{i}": 0 for i in range(10)}})
    assert fired == [tuple(f"r{i}" for i in range(200))]


def test_the_batch_does_not_matter():
    made = policy(rule("r", "A", condition("n0", ">", "2"), condition("n1", "<", "70")), metrics=NUMBERS[:2])
    facts = hard_facts(Random(1), made, 50)
    matcher = Matcher(made, "tier")
    alone = [matcher.fired(FactBatch.from_mapping({key: row}))[0] for key, row in facts.items()]
    assert alone == matcher.fired(FactBatch.from_mapping(facts))


def test_an_empty_book_has_no_results():
    assert Matcher(policy(rule("r", "A", condition("revenue", ">", "2"))), "tier").fired(FactBatch([], {})) == []


def test_a_table_that_is_not_there_fires_nothing():
    assert Matcher(policy(), "veto").fired(FactBatch.from_mapping({"x": {}})) == [()]


@pytest.mark.parametrize("place", [condition("revenue", "<=", "1", measure="rank"), condition("score", ">", "1")])
def test_a_table_that_needs_the_population_is_not_matched_without(place):
    with pytest.raises(ValueError, match="population"):
        Matcher(policy(rule("r", "A", place)), "tier").fired(FactBatch.from_mapping({"x": {"revenue": 1}}))


def test_equal_policies_share_what_was_inferred_and_others_do_not():
    made = policy(rule("r", "A", condition("revenue", ">", "2")))
    equal = policy(rule("r", "A", condition("revenue", ">", "2.0")))
    other = policy(rule("r", "A", condition("revenue", ">", "3")))
    assert shared_matcher(made, "tier") is shared_matcher(equal, "tier")
    assert shared_matcher(made, "tier") is not shared_matcher(other, "tier")
    assert shared_matcher(made, "tier") is not shared_matcher(made, "veto")


@needs_durable
def test_a_signature_is_inferred_once(monkeypatch):
    matcher = Matcher(policy(rule("r", "A", condition("revenue", ">", "2"))), "tier", "durable-rules")
    memo = matcher._signatures._memos[0]
    asked = []
    infer = memo._engine.infer
    monkeypatch.setattr(memo._engine, "infer", lambda signature: asked.append(signature) or infer(signature))
    for _ in range(2):
        matcher.fired(FactBatch(range(1000), {"revenue": list(range(1000))}))
    assert sorted(asked) == [(0,), (1,)]


@needs_durable
def test_a_memo_of_wide_rules_does_not_grow_for_ever(monkeypatch):
    monkeypatch.setattr("rules.matching.signatures._MEMO_LIMIT", 4)
    made = policy(rule("wide", "A", *(condition(f"n{i}", ">=", "1") for i in range(9))), metrics=NUMBERS)
    matcher = Matcher(made, "tier", "durable-rules")
    for missing in range(9):
        assert matcher.fired(FactBatch.from_mapping({"x": {f"n{i}": 1 for i in range(9) if i != missing}})) == [()]
    assert len(matcher._signatures._memos[0]._known) <= 6
