"""A policy's JSON form goes out as it came in, and equal content has one hash."""

import json
from random import Random

import pydantic
import pytest
from builders import condition, criterion, metric, policy, policy_dict, rule
from hypothesis import given, settings
from hypothesis import strategies as st
from random_policies import random_policy
from rules import Policy

FULL = policy_dict(
    rule("r1", "A", condition("revenue", ">=", "70"), condition("coop", "in", "good", "1.0")),
    rule("r2", "C"),
    metrics=[metric(), metric("coop", "choice", ["good", "1.0"])],
    criteria=[
        criterion({"type": "linear", "target": "5000000"}, key="c1"),
        criterion({"type": "bands", "steps": [{"lower": "0", "points": "5"}]}, key="c2"),
        criterion({"type": "grades", "grades": {"good": "15"}}, "coop", key="c3"),
        criterion({"type": "deductions", "points_each": "5", "offset_metric": "revenue"}, key="c4"),
        criterion({"type": "percentile"}, key="c5"),
    ],
    vetoes=[rule("v1", "C", condition("revenue", "<", "1"))],
)


def test_dump_is_what_was_loaded():
    assert Policy.load(FULL).dump() == FULL
    assert Policy.load(json.dumps(FULL)) == Policy.load(FULL)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_any_policy_survives_export_and_import(seed):
    made = random_policy(Random(seed))
    again = Policy.load(json.dumps(made.dump()))
    assert again == made
    assert again.content_hash == made.content_hash


@pytest.mark.parametrize("spelling", ["70.0", "7E+1", "+70", " 70 ", 70, "070"])
def test_the_spelling_of_a_number_does_not_matter(spelling):
    one = policy(rule("r1", "A", condition("revenue", ">=", "70")))
    assert policy(rule("r1", "A", condition("revenue", ">=", spelling))).content_hash == one.content_hash


def test_zero_has_no_sign():
    one = policy(rule("r1", "A", condition("revenue", ">=", "0")))
    assert policy(rule("r1", "A", condition("revenue", ">=", "-0.0"))).content_hash == one.content_hash


def test_the_order_of_columns_and_what_is_left_out_do_not_matter():
    backwards = json.loads(json.dumps(FULL), object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    assert Policy.load(backwards).content_hash == Policy.load(FULL).content_hash
    brief = policy_dict()
    brief["metrics"] = [{"code": "revenue", "name": "Revenue", "kind": "amount"}]
    del brief["criteria"]
    assert Policy.load(brief).content_hash == policy().content_hash


@pytest.mark.parametrize(
    "other",
    [
        policy(rule("r1", "A", condition("revenue", ">", "70"))),
        policy(rule("r1", "A", condition("revenue", ">=", "70.000001"))),
        policy(rule("r1", "B", condition("revenue", ">=", "70"))),
        policy(rule("r2", "A", condition("revenue", ">=", "70"))),
        policy(rule("r1", "A", condition("revenue", ">=", "70")), name="Other"),
        policy(rule("r1", "A", condition("revenue", ">=", "70", measure="rank_pct"))),
    ],
)
def test_any_other_content_has_another_hash(other):
    assert policy(rule("r1", "A", condition("revenue", ">=", "70"))).content_hash != other.content_hash


def test_the_order_of_rules_is_content():
    first, second = rule("r1", "A"), rule("r2", "B")
    assert policy(first, second).content_hash != policy(second, first).content_hash


def test_a_policy_does_not_change():
    with pytest.raises(pydantic.ValidationError):
        policy().name = "Other"
    with pytest.raises(pydantic.ValidationError):
        policy().tiers[0].rank = 9


def test_huge_amounts_are_fine():
    made = policy(rule("r1", "A", condition("revenue", ">=", "1e18"), condition("revenue", "<", 10**23)))
    values = [one["values"] for one in made.dump()["tables"][0]["rules"][0]["conditions"]]
    assert values == [["1000000000000000000"], ["100000000000000000000000"]]
