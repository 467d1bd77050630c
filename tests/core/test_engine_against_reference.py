"""Both matchers, and the obvious definition, fire the same rules for any policy and facts."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_policies import hard_facts, random_policy
from rules import Book, Matcher, matcher_name

POLICIES_PER_SEED = 20
SEEDS = 110  # × 20 = 2,200 policies a run

needs_durable = pytest.mark.skipif(matcher_name() != "durable-rules", reason="durable-rules is not installed")


def both(policy, facts):
    book = Book.from_mapping(facts)
    return [Matcher(policy, "tier", engine).fired(book) for engine in ("durable-rules", "reference")]


@needs_durable
@settings(max_examples=SEEDS, deadline=None)
@given(st.integers(0, 2**32))
def test_any_policy_fires_the_same_rules_by_signature_and_by_the_reference(seed):
    random = Random(seed)
    for _ in range(POLICIES_PER_SEED):
        made = random_policy(random)
        by_signature, by_reference = both(made, hard_facts(random, made))
        assert by_signature == by_reference, made.dump()
