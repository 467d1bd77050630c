"""Matching by signature with durable-rules fires what the obvious evaluator fires, for any policy and facts."""

import logging
from random import Random

from builders import needs_durable
from hypothesis import given, settings
from hypothesis import strategies as st
from random_policies import hard_facts, random_policy
from rules import FactBatch
from rules.matching import engine_reference
from rules.matching.selective import Selective
from rules.matching.signatures import Signatures

POLICIES_PER_SEED = 20
SEEDS = 105  # × 20 = 2,100 policies a run


def columns_of(policy, facts):
    book = FactBatch.from_mapping(facts)
    operands = {one.operand for rule in policy.tables[0].rules for one in rule.conditions}
    return {operand: book.column(operand.metric, operand.metric in policy.choices) for operand in operands}


@needs_durable
@settings(max_examples=SEEDS, deadline=None)
@given(st.integers(0, 2**32))
def test_any_policy_fires_the_same_rules_by_signature_and_by_the_reference(seed):
    random = Random(seed)
    for _ in range(POLICIES_PER_SEED):
        policy = random_policy(random)
        rules, facts = policy.tables[0].rules, hard_facts(random, policy)
        columns = columns_of(policy, facts)
        expected = engine_reference.fired(rules, columns, len(facts))
        # Not through Matcher, which would hide a failure behind the reference.
        assert Signatures(rules).fired(columns, len(facts)) == expected, policy.dump()
        assert Selective(rules).fired(columns, len(facts)) == expected, policy.dump()


@needs_durable
def test_matching_does_not_need_a_second_try(caplog):
    with caplog.at_level(logging.WARNING):
        test_any_policy_fires_the_same_rules_by_signature_and_by_the_reference.hypothesis.inner_test(7)
    assert not caplog.records
