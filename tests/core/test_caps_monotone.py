"""No worse tier gets a higher cap than a better one where all else is the same."""

from decimal import Decimal
from itertools import pairwise, product
from random import Random

import pytest
from builders import TIER_OF_LINE, TIERS, cap, caps, condition, line_metric, metric, tier, tiers
from hypothesis import given, settings
from hypothesis import strategies as st
from rules import CapTable, Policy, lint
from rules.lint import monotone
from rules.matching.fact_batch import FactBatch

DESKS, CHAIRS = (condition("product_category", "=", option) for option in ("desks", "chairs"))
MANY = condition("order_quantity", ">=", "100")


def doubts(policy):
    return [one for one in lint(policy) if one.path[:2] == ("tables", "discount_cap")]


def uneven(*rows, **parts):
    """(better tier, worse tier, better row, worse row) of each finding."""
    found = [one for one in doubts(caps(*rows, **parts)) if one.code == "cap_not_monotone"]
    return [tuple(one.params[name] for name in ("better", "worse", "better_rule", "worse_rule")) for one in found]


EVEN = [cap("a", 20, tiers("A")), cap("b", 15, tiers("B")), cap("c", 10, tiers("C"))]


def test_caps_that_fall_with_the_tier_raise_no_doubt():
    for rows in (EVEN, [*EVEN, cap("rest", 0)], [cap("all", 5)], []):
        assert doubts(caps(*rows)) == []


def test_the_same_cap_for_all_is_fine():
    assert uneven(cap("a", 10, tiers("A")), cap("rest", 10)) == []


def test_a_worse_tier_with_a_higher_cap_is_named_with_both_rows_and_caps():
    (problem,) = doubts(caps(cap("a", 10, tiers("A")), cap("b", "10.01", tiers("B")), cap("c", 10, tiers("C"))))
    assert problem.path == ("tables", "discount_cap", "rules", "b")
    assert (problem.column, problem.code) == ("cap", "cap_not_monotone")
    assert problem.params == {"better": "A", "worse": "B", "better_rule": "a", "worse_rule": "b",
                              "better_cap": "10", "worse_cap": "10.01"}  # fmt: skip


def test_a_worse_tier_without_a_cap_where_a_better_one_has_one():
    (problem,) = doubts(caps(*EVEN[:2]))
    assert problem.path == ("tables", "discount_cap", "rules", "b")
    assert problem.params == {"better": "B", "worse": "C", "better_rule": "b", "worse_rule": None,
                              "better_cap": "15", "worse_cap": None}  # fmt: skip


def test_a_better_tier_without_a_cap_is_fine():
    assert uneven(cap("c", 10, tiers("C"))) == []


def test_a_customer_without_a_tier_is_the_worst_and_may_have_no_row():
    assert uneven(*EVEN, cap("none", 10, tiers("no_tier"))) == []
    assert uneven(*EVEN, cap("none", 11, tiers("no_tier"))) == [("C", "no_tier", "c", "none")]


def test_tiers_count_by_rank_and_not_by_their_order():
    backwards = caps(*EVEN).dump()
    backwards["tiers"] = [tier(code, rank) for code, rank in (("A", 3), ("B", 2), ("C", 1))]
    found = doubts(Policy.load(backwards))
    assert [(one.params["better"], one.params["worse"]) for one in found] == [("C", "B"), ("B", "A")]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        # The same conditions only.
        ([cap("a", 5, tiers("A"), DESKS), cap("b", 9, tiers("B", "C"), CHAIRS)], [("A", "B", "a", None)]),
        ([cap("a", 5, tiers("A"), DESKS), cap("b", 9, tiers("B"), DESKS), cap("rest", 1)], [("A", "B", "a", "b")]),
        ([cap("a", 5, tiers("A"), DESKS), cap("b", 9, tiers("B"), CHAIRS), cap("rest", 1)], [("A", "B", "rest", "b")]),
        ([cap("a", 5, tiers("A"), DESKS), cap("chairs", 9, CHAIRS), cap("rest", 1)], []),
        # Where they meet in part.
        ([cap("a", 5, tiers("A"), DESKS), cap("b", 9, tiers("B"), MANY), cap("rest", 1)], [("A", "B", "a", "b")]),
        # Rows above take it away.
        ([cap("many", 1, MANY), cap("a", 5, tiers("A"), DESKS), cap("b", 9, tiers("B"), MANY), cap("rest", 1)], []),
        ([cap("x", 9, tiers("A"), MANY), cap("a", 5, tiers("A"), DESKS), cap("b", 9, tiers("B"), MANY), cap("rest", 1)],
         []),
        # Two rows that only together take it away.
        ([cap("x", 9, tiers("A"), MANY), cap("y", 9, tiers("A"), condition("order_quantity", "<", "100")),
          cap("z", 9, tiers("A"), condition("order_quantity", ">", "50")), cap("a", 5, tiers("A")),
          cap("b", 7, tiers("B")), cap("rest", 1)], [("A", "B", "a", "b")]),  # a line without quantity
        ([cap("b", 7, condition("customer_tier", "not in", "A", "C", "no_tier")), cap("rest", 6)],
         [("A", "B", "rest", "b")]),
    ],
)  # fmt: skip
def test_the_search_is_exact(rows, found):
    assert uneven(*rows) == found


def test_tiers_that_no_row_tells_apart_are_never_uneven():
    assert uneven(cap("bc", 10, tiers("B", "C")), cap("a", 10, tiers("A")), cap("rest", 10)) == []


def test_a_table_that_does_not_ask_for_the_tier_is_even():
    assert uneven(cap("many", 5, MANY), cap("rest", 50)) == []
    number = [line_metric("customer_tier", "number"), metric()]
    assert uneven(cap("one", 5, condition("customer_tier", "=", "1")), cap("rest", 50), metrics=number) == []


# --- Facts that cannot be ---


def days(*conditions):
    metrics = [TIER_OF_LINE, line_metric("order_date", "number")]
    rows = [cap(f"b{number}", 5, tiers("B"), *row) for number, row in enumerate(conditions)]
    return uneven(cap("a", 5, tiers("A"), condition("order_date", ">", "0")), *rows, cap("c", 5, tiers("C")),
                  metrics=metrics)  # fmt: skip


def until(day):
    return [condition("order_date", "<=", day)]


def since(day):
    return [condition("order_date", ">=", day)]


@pytest.mark.parametrize(
    ("last", "first", "gap"),
    [
        ("20261231", "20270101", False),
        ("20260228", "20260301", False),
        ("20280228", "20280301", True),
        ("20261231", "20270102", True),
        ("20261230", "20270101", True),
        ("20261299", "20261301", True),  # no days: whole numbers
        ("20261299", "20261300", False),
        ("99991231", "99991232", False),
        ("0", "1", False),
        ("1e20", "100000000000000000002", True),
    ],
)
def test_there_is_nothing_between_a_day_and_the_next(last, first, gap):
    assert days(until(last), since(first)) == ([("A", "B", "a", None)] if gap else [])


def test_a_date_that_is_a_choice_is_one():
    metrics = [TIER_OF_LINE, line_metric("order_date", options=["spring", "autumn"])]
    assert uneven(cap("a", 5, tiers("A")), cap("rest", 6, condition("order_date", "=", "spring")), metrics=metrics) == [
        ("A", "B", "a", "rest"),
        ("A", "B", "a", None),
    ]


def counts(kind, *values):
    metrics = [TIER_OF_LINE, metric("orders", kind)]
    rows = [cap(f"b{n}", 5, tiers("B"), condition("orders", *row)) for n, row in enumerate(values)]
    return uneven(cap("a", 5, tiers("A"), condition("orders", ">", "-9")), *rows, cap("c", 5, tiers("C")),
                  metrics=metrics)  # fmt: skip


def test_there_is_nothing_between_a_count_and_the_next():
    assert counts("count", ("<=", "3"), (">=", "4")) == []
    assert counts("count", ("<", "3.5"), (">", "3.5")) == []
    assert counts("count", ("<", "-0.5"), (">", "-0.5")) == []
    assert counts("count", ("<", "3"), (">", "3")) == [("A", "B", "a", None)]
    assert counts("count", ("<=", "3"), (">=", "5")) == [("A", "B", "a", None)]
    assert counts("amount", ("<=", "3"), (">=", "4")) == [("A", "B", "a", None)]


# --- The limit to the work ---


def test_where_rows_overlap_in_too_many_ways_it_says_that_it_cannot_tell(monkeypatch):
    monkeypatch.setattr(monotone, "WORK", 3)
    (problem,) = doubts(caps(*EVEN, cap("d", 3, MANY), cap("e", 4, DESKS)))
    assert (problem.path, problem.column, problem.code) == (("tables", "discount_cap"), "rules", "caps_not_compared")


# --- Any table ---

NUMBERS, OPTIONS = ["1", "2"], ["x", "y"]
BESIDE = Decimal("0.001")
FACTS = {
    "n": [None, *(Decimal(value) + step for value in NUMBERS for step in (-BESIDE, 0, BESIDE))],
    "m": [None, *(Decimal(value) + step for value in NUMBERS for step in (-BESIDE, 0, BESIDE))],
    "o": [None, *OPTIONS, "z"],
}
ROWS = list(product(*FACTS.values()))
KINDS = [TIER_OF_LINE, line_metric("n", "number"), line_metric("m", "number"), line_metric("o", options=OPTIONS)]


def random_caps(random):
    rows = [cap(f"r{number}", random.choice((5, 10, 20)), *_conditions(random)) for number in range(6)]
    return caps(*rows[: random.randint(1, 6)], metrics=KINDS)


def _conditions(random):
    if random.random() < 0.7:
        yield tiers(*random.sample([*TIERS, "no_tier"], random.choice((1, 1, 2))))
    for code in random.sample(["n", "m", "o"], random.choice((0, 0, 1, 2))):
        operator = random.choice(["=", "!="] if code == "o" else [">=", ">", "<=", "<", "=", "!="])
        yield condition(code, operator, random.choice(OPTIONS if code == "o" else NUMBERS))


def tried(policy):
    """The findings of trying all facts there are: the obvious way."""
    columns = dict(zip(FACTS, zip(*ROWS, strict=True), strict=True))
    table, found = CapTable(policy, "reference"), set()
    by_tier = {
        code: table.decide(FactBatch(ROWS, columns | {"customer_tier": [code] * len(ROWS)}))
        for code in (*TIERS, "no_tier")
    }
    for better, worse in pairwise(by_tier):
        for one, other in zip(by_tier[better], by_tier[worse], strict=True):
            if one.rule and other.rule and other.cap > one.cap:
                found.add((better, worse, other.rule))
            elif one.rule and not other.rule and worse != "no_tier":
                found.add((better, worse, one.rule))
    return found


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_any_table_is_as_uneven_as_trying_all_facts_says(seed):
    made = random_caps(Random(seed))
    found = [one for one in lint(made) if one.code == "cap_not_monotone"]
    assert {(one.params["better"], one.params["worse"], one.path[-1]) for one in found} == tried(made), made.dump()
