"""The table of discount caps: its form, which row decides, and why."""

import json
from decimal import Decimal
from random import Random

import pytest
from builders import (
    TIER_OF_LINE,
    cap,
    caps,
    caps_dict,
    condition,
    criterion,
    evaluate,
    line_metric,
    metric,
    needs_durable,
    policy,
    policy_dict,
    rule,
    tiers,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from random_policies import OPTIONS, hard_facts, random_condition
from rules import CapDecision, CapTable, FactBatch, FactError, Policy, PolicyError, stricter
from rules.decision import Reason
from rules.matching import engine_reference
from rules.matching.signatures import Signatures

ENGINES = ["durable-rules", "reference"]
ROW = ("tables", "discount_cap", "rules", "r")
# What these policies hashed to before there were caps (commit 8213539).
PLAIN_HASH = "7170a225bf11c15a917007ad3d08172053a14bf1058458362b04877a58aa47d8"
SCORED_HASH = "18aa70c5d26f3ce586fcf1959126184bf827e7b6d7b0254c07704e5f969bd22f"


def problems(values):
    with pytest.raises(PolicyError) as caught:
        Policy.load(values)
    return [(problem.path, problem.column, problem.code) for problem in caught.value.problems]


def decided(policy, facts, engine=None):
    return CapTable(policy, engine).decide(FactBatch.from_mapping(dict(enumerate(facts))))


# --- Form ---


def test_a_policy_without_caps_hashes_as_it_did_before_there_were_any():
    assert policy().content_hash == PLAIN_HASH
    scored = policy(
        rule("r1", "A", condition("revenue", ">=", "70"), condition("coop", "in", "good")),
        rule("r2", "C"),
        metrics=[metric(), metric("coop", "choice", ["good", "poor"])],
        criteria=[criterion({"type": "percentile"})],
        vetoes=[rule("v1", "C", condition("revenue", "<", "1"))],
    )
    assert scored.content_hash == SCORED_HASH


def test_a_table_of_caps_goes_out_as_it_came_in():
    values = caps_dict(cap("r", "10.5", tiers("A"), floor="20"), cap("s", "0"), reference="pricelist")
    assert Policy.load(values).dump() == values
    assert Policy.load(json.dumps(values)) == Policy.load(values)


def test_saying_the_default_reference_is_no_other_content():
    assert caps(cap("r", 5), reference="list_price").content_hash == caps(cap("r", 5)).content_hash
    assert caps(cap("r", 5), reference="pricelist").content_hash != caps(cap("r", 5)).content_hash


@pytest.mark.parametrize(
    ("columns", "column", "code"),
    [
        ({"cap": "100.01"}, "cap", "out_of_range"),
        ({"cap": "-0.01"}, "cap", "negative"),
        ({"cap": "ten"}, "cap", "not_a_number"),
        ({"cap": "1e30"}, "cap", "out_of_range"),
        ({"cap": 0.5}, "cap", "wrong_type"),
        ({"cap": None}, "cap", "wrong_type"),
        ({"margin_floor": "100.01"}, "margin_floor", "out_of_range"),
        ({"margin_floor": "-1"}, "margin_floor", "negative"),
        ({"tier": "A"}, "tier", "unknown_field"),
    ],
)
def test_a_broken_row_is_named(columns, column, code):
    assert problems(caps_dict({**cap("r", 5), **columns})) == [(ROW, column, code)]


def test_a_row_without_cap_is_named():
    assert problems(caps_dict({"key": "r"})) == [(ROW, "cap", "required")]


@pytest.mark.parametrize("value", ["0", "100"])
def test_the_ends_of_the_range_are_allowed(value):
    assert caps(cap("r", value, floor=value)).dump()["tables"][1]["rules"][0]["cap"] == value


def test_an_unknown_reference_and_an_unknown_column_are_named_with_what_is_wrong_in_the_rows():
    values = caps_dict(cap("r", 101), reference="cost")
    values["tables"][1]["hit_policy"] = "all"
    table = ("tables", "discount_cap")
    assert problems(values) == [
        (table, "reference", "not_allowed"),
        (table, "hit_policy", "unknown_field"),
        (ROW, "cap", "out_of_range"),
    ]


def test_other_tables_have_no_reference():
    values = policy_dict()
    values["tables"][0]["reference"] = "pricelist"
    assert problems(values) == [(("tables", "tier"), "reference", "unknown_field")]


# --- What a condition may look at ---


def test_nothing_but_a_cap_can_look_at_an_order_line():
    looking, metrics = condition("quantity", ">", "1"), [metric(), line_metric("quantity", "number")]
    for values, path in [
        (policy_dict(rule("r", "A", looking), metrics=metrics), ("tables", "tier", "rules", "r", "conditions", 0)),
        (policy_dict(vetoes=[rule("r", "C", looking)], metrics=metrics),
         ("tables", "veto", "rules", "r", "conditions", 0)),
        (policy_dict(criteria=[criterion({"type": "percentile"}, "quantity")], metrics=metrics), ("criteria", "c1")),
    ]:  # fmt: skip
        assert problems(values) == [(path, "metric", "metric_not_allowed")]
    target = criterion({"type": "linear", "target_metric": "quantity"})
    assert problems(policy_dict(criteria=[target], metrics=metrics)) == [
        (("criteria", "c1", "scale"), "target_metric", "metric_not_allowed")
    ]
    assert caps(cap("r", 5, looking), metrics=metrics)


@pytest.mark.parametrize("code", ["revenue", "score"])
@pytest.mark.parametrize("measure", ["rank", "rank_pct", "cumulative_share_pct"])
def test_a_cap_cannot_look_at_a_place_in_the_population(code, measure):
    values = caps_dict(cap("r", 5, condition(code, "<=", "5", measure=measure)))
    assert problems(values) == [((*ROW, "conditions", 0), "measure", "place_not_allowed")]


def test_a_metric_is_of_a_customer_or_of_a_line():
    values = policy_dict(metrics=[{**metric(), "of": "order"}])
    assert problems(values) == [(("metrics", "revenue"), "of", "not_allowed")]


def test_the_yearly_run_collects_nothing_for_caps_and_decides_as_without_them():
    capped = caps(cap("r", 5, tiers("A"), condition("revenue", ">", "5")))
    plain = policy(metrics=[TIER_OF_LINE, metric()])
    facts = {"x": {"revenue": None}}
    assert evaluate(capped, facts)["x"].decision == evaluate(plain, facts)["x"].decision


# --- Decisions ---

TABLE = caps(
    cap("desks", "12.5", tiers("A", "B"), condition("product_category", "=", "desks"), floor=20),
    cap("many", 10, condition("order_quantity", ">=", "100")),
    cap("good", 8, condition("score", ">=", "60")),
    cap("strangers", 0, tiers("no_tier")),
)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("facts", "row", "cap", "floor"),
    [
        ({"customer_tier": "A", "product_category": "desks", "order_quantity": "100"}, "desks", "12.5", "20"),
        ({"customer_tier": "C", "product_category": "desks", "order_quantity": "100"}, "many", "10", None),
        ({"customer_tier": "no_tier", "order_quantity": "99.99", "score": "60"}, "good", "8", None),
        ({"customer_tier": "no_tier", "order_quantity": "99.99", "score": "59.99"}, "strangers", "0", None),
        ({"customer_tier": "A", "product_category": "lamps", "order_quantity": "-1"}, None, None, None),
        ({}, None, None, None),
    ],
)
def test_the_first_row_that_fits_decides(engine, facts, row, cap, floor):
    (decision,) = decided(TABLE, [facts], engine)
    assert decision.dump() | {"reasons": None} == {"rule": row, "cap": cap, "margin_floor": floor, "reasons": None}


def test_the_reasons_say_what_the_row_saw_and_what_was_missing_above_it():
    (decision,) = decided(TABLE, [{"customer_tier": "no_tier", "product_category": None, "order_quantity": 1}])
    seen = [{"metric": "customer_tier", "measure": "value", "value": "no_tier"}]
    assert decision.dump()["reasons"] == [
        {"code": "cap_rule", "params": {"rule": "strangers", "cap": "0", "margin_floor": None, "facts": seen}},
        {"code": "missing", "params": {"metric": "product_category", "rule": "desks"}},
        {"code": "missing", "params": {"metric": "score", "rule": "good"}},
    ]


def test_without_a_row_the_reasons_say_so():
    whole = {"customer_tier": "C", "product_category": "desks", "order_quantity": 1, "score": 1}
    first, second = decided(TABLE, [whole, whole | {"score": None}])
    assert [reason.code for reason in first.reasons] == ["no_cap_rule"]
    assert [reason.code for reason in second.reasons] == ["no_cap_rule", "missing"]


def test_what_a_table_looks_at():
    table = CapTable(TABLE)
    assert table
    assert table.metrics == {"customer_tier", "product_category", "order_quantity", "score"}
    assert table.reference == "list_price"
    assert CapTable(caps(reference="pricelist")).reference == "pricelist"


def decision(name, cap, floor=None):
    limits = [None if value is None else Decimal(value) for value in (cap, floor)]
    return CapDecision(name, *limits, (Reason("cap_rule", {"rule": name}),))


@pytest.mark.parametrize(
    ("one", "other", "cap", "floor", "rows"),
    [
        (decision("a", 30), decision("b", 10), 10, None, "b"),
        (decision("a", 10), decision("b", 10), 10, None, "a"),
        (decision("a", None), decision("b", 10), 10, None, "b"),
        (decision("a", 0), decision("b", None), 0, None, "a"),
        (decision("a", None), decision("b", None), None, None, "a"),
        (decision("a", 30, 20), decision("b", 10), 10, 20, "ba"),
        (decision("a", 30, 20), decision("b", 10, 25), 10, 25, "b"),
        (decision("a", 10, 20), decision("b", 30, 25), 10, 25, "ab"),
    ],
)
def test_where_two_customers_have_a_say_the_stricter_of_each_limit_holds(one, other, cap, floor, rows):
    for both in (stricter(one, other), stricter(other, one)):
        assert (both.cap, both.margin_floor) == (cap, floor)
    assert "".join(reason.params["rule"] for reason in stricter(one, other).reasons) == rows


@pytest.mark.parametrize("empty", [policy(), caps()])
def test_a_policy_without_caps_caps_nothing(empty):
    table = CapTable(empty)
    assert not table
    assert (table.metrics, table.reference) == (frozenset(), "list_price")
    assert [one.cap for one in table.decide(FactBatch([1, 2], {}))] == [None, None]


def test_a_fact_that_is_no_number_is_refused():
    with pytest.raises(FactError, match=r"order_quantity: not_a_number '1\.5'"):
        decided(TABLE, [{"order_quantity": 1.5}])


def test_equal_tables_share_what_was_inferred():
    assert CapTable(caps(cap("r", 5)))._matcher is CapTable(caps(cap("r", "5.0")))._matcher


# --- Both engines ---

CODES = ["n0", "n1", "o0", "o1"]
METRICS = [line_metric(code, "number" if code[0] == "n" else "choice", OPTIONS if code[0] == "o" else ())
           for code in CODES]  # fmt: skip


def random_caps(random):
    conditions = [[random_condition(random, CODES) for _ in range(random.randint(0, 4))] for _ in range(9)]
    rows = [cap(f"r{number}", random.randint(0, 100), *row) for number, row in enumerate(conditions)]
    return caps(*rows[: random.randint(1, 9)], metrics=METRICS)


@needs_durable
@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32))
def test_both_engines_decide_the_same_for_any_table_and_facts(seed):
    random = Random(seed)
    for _ in range(3):
        made = random_caps(random)
        facts = hard_facts(random, made, table=1)
        first, second = (decided(made, facts.values(), engine) for engine in ENGINES)
        assert first == second, made.dump()
        book = FactBatch.from_mapping(facts)
        rows = made.tables[1].rules
        columns = {one.operand: book.column(one.metric, one.metric in made.choices)
                   for row in rows for one in row.conditions}  # fmt: skip
        # Not only through the matcher, which would hide a failure behind the reference.
        assert Signatures(rows).fired(columns, len(book)) == engine_reference.fired(rows, columns, len(book))
