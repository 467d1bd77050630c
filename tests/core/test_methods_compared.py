"""Several methods on the same customers: matrix, moves, correlation, top tier, agreement, and what differs."""

from decimal import Decimal
from fractions import Fraction

import pytest
from builders import condition, criterion, metric, numbers, policy, rule
from hypothesis import given, settings
from hypothesis import strategies as st
from rules import ComparedPolicy, Evaluator, FactBatch, agree, compare, differences, direction, rank_spread, spearman

METRICS = [metric(), metric("margin"), metric("orders", "count")]


def scored(scale=None, of="revenue", top="A", tiers=("A", "B", "C"), **parts):
    """A method: the best third by score is ``top``, everybody else in the last tier."""
    return policy(
        rule("top", top, condition("score", "<=", "34", measure="rank_pct")),
        rule("rest", tiers[-1]),
        criteria=[criterion(scale or {"type": "percentile"}, of)],
        metrics=METRICS,
        tiers=tiers,
        **parts,
    )


def compared(policies, *rows, batch=2):
    """The comparison of the policies on customers with these facts, in batches; revenue is their revenue."""
    facts = dict(enumerate(map(numbers, rows), 1))
    keys = list(facts)
    books = [
        FactBatch.from_mapping({key: facts[key] for key in keys[start : start + batch]})
        for start in range(0, len(keys), batch)
    ]
    methods = []
    for one in policies:
        evaluator, method = Evaluator(one), ComparedPolicy(one)
        population = evaluator.rank_population(books)
        for book in books:
            method.add(evaluator.decide(book, population))
        methods.append(method)
    return compare(methods, [row.get("revenue") for row in facts.values()])


BOOK = [{"revenue": 60, "margin": 1}, {"revenue": 30, "margin": 5}, {"revenue": 10, "margin": 9}]


def test_two_methods_side_by_side():
    found = compared([scored(), scored(of="margin")], *BOOK)
    (pair,) = found.pairs
    assert pair.matrix == {("A", "C"): 1, ("C", "C"): 1, ("C", "A"): 1}
    assert (pair.first, pair.second, pair.moved, pair.correlation) == (0, 1, 2, Decimal("-1.000000"))
    assert found.agreed == (False, True, False)
    assert [(top.tier, top.customers, top.revenue, top.share_pct) for top in found.tops] == [
        ("A", 1, 60, 60), ("A", 1, 10, 10)]  # fmt: skip


def test_every_pair_of_three_methods_is_compared_and_all_must_agree():
    found = compared([scored(), scored(of="margin"), scored()], *BOOK)
    assert [(pair.first, pair.second, pair.moved) for pair in found.pairs] == [(0, 1, 2), (0, 2, 0), (1, 2, 2)]
    assert found.agreed == (False, True, False)


def test_nobody():
    found = compared([scored(), scored()])
    assert found.agreed == ()
    assert [(pair.matrix, pair.moved, pair.correlation) for pair in found.pairs] == [({}, 0, None)]
    assert [(top.customers, top.revenue, top.share_pct) for top in found.tops] == [(0, 0, None)] * 2


def test_one_customer_has_no_order():
    found = compared([scored(), policy(metrics=METRICS)], {"revenue": 5})
    assert found.pairs[0].matrix == {("C", "C"): 1}
    assert found.pairs[0].correlation is None
    assert found.agreed == (True,)


def test_tiers_are_compared_by_their_place_whatever_they_are_called():
    named = scored(tiers=("VIP", "B", "C"), top="VIP")
    found = compared([scored(), named], *BOOK)
    assert found.pairs[0].matrix == {("A", "VIP"): 1, ("C", "C"): 2}
    assert (found.pairs[0].moved, found.agreed) == (0, (True, True, True))


def test_a_second_tier_is_not_a_third_and_each_method_has_its_own_order():
    gold = scored(tiers=("gold", "silver"), top="gold")
    found = compared([scored(), gold], *BOOK)
    assert found.pairs[0].matrix == {("A", "gold"): 1, ("C", "silver"): 2}
    assert found.pairs[0].moved == 2
    assert found.pairs[0].correlation == 1
    assert [top.tier for top in found.tops] == ["A", "gold"]


def test_the_best_tier_is_the_one_of_the_best_rank_wherever_its_row_stands():
    upside_down = scored(tiers=("C", "A"), top="A")
    assert ComparedPolicy(upside_down).order == ["C", "A"]


def test_a_method_without_criteria_ranks_nobody():
    found = compared([scored(), policy(rule("all", "A"), metrics=METRICS)], *BOOK)
    assert found.pairs[0].correlation is None
    assert found.pairs[0].moved == 2


def test_no_tier_by_any_method_is_agreement_and_a_tier_by_one_is_a_move():
    none = policy(rule("never", "A", condition("revenue", ">=", "1000")), metrics=METRICS)
    found = compared([none, none], *BOOK)
    assert (found.pairs[0].matrix, found.pairs[0].moved, set(found.agreed)) == ({(None, None): 3}, 0, {True})
    assert compared([none, policy(metrics=METRICS)], *BOOK).pairs[0].matrix == {(None, "C"): 3}


@pytest.mark.parametrize(
    ("revenues", "share"),
    [
        ([60, 30, 10], 60),
        ([60, -30, -10], 100),
        ([-1, -2, -3], None),
        ([0, 0, 0], None),
        ([None, None, None], None),
        ([1, 1, 1], Decimal("33.333333")),
    ],
)
def test_the_top_tiers_share_counts_no_negative_revenue(revenues, share):
    ahead = ComparedPolicy(scored())
    ahead.tiers, ahead.scores = ["A", "C", "C"], [Decimal(3), Decimal(2), Decimal(1)]
    (top,) = compare([ahead], revenues).tops
    assert top.share_pct == share
    assert top.revenue == (revenues[0] or 0)


def test_columns_of_different_length_are_refused():
    short = ComparedPolicy(scored())
    with pytest.raises(ValueError, match="zip"):
        compare([short, short], [1])


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ([1, 2, 3], [10, 20, 30], "1"),
        ([1, 2, 3], [30, 20, 10], "-1"),
        ([3, 1, 2, 4], [3, 2, 1, 4], "0.8"),
        # ranks 1, 2½, 2½, 4 against 1, 2, 3, 4: 4.5 ÷ √(4.5 × 5)
        ([1, 2, 2, 3], [1, 2, 3, 4], "0.948683"),
        ([1, 1, 2], [1, 2, 2], "0.5"),
        ([5, 5, 5], [1, 2, 3], None),
        ([1, 2, 3], [7, 7, 7], None),
        ([1], [1], None),
        ([], [], None),
        ([None, 1, 2, 9], [4, 1, 2, None], "1"),
        ([None, 1], [1, None], None),
        ([Decimal("0.1"), Decimal("0.10"), 1], [1, 1, 2], "1"),
    ],
)
def test_spearmans_correlation(first, second, expected):
    found = spearman(first, second)
    assert found == (expected and Decimal(expected))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), max_size=10))
def test_spearman_is_pearsons_correlation_of_the_average_ranks(pairs):
    first, second = ([pair[side] for pair in pairs] for side in (0, 1))
    found = spearman(first, second)
    x, y = deviations(first), deviations(second)
    spread = sum(one * one for one in x) * sum(one * one for one in y)
    if not spread:
        assert found is None
        return
    shared = sum(one * other for one, other in zip(x, y, strict=True))
    # ρ² is rational, so the definition can be asked without a root: within rounding of 6 decimals.
    assert abs(Fraction(found) ** 2 - shared * shared / spread) < Fraction(2, 10**6)
    assert (found > 0) == (shared > 0)
    assert found == spearman(second, first)


def deviations(values):
    """Average ranks less their mean, by the definition: a value's rank is the mean of the places it takes up."""
    ordered = sorted(values)
    ranks = [Fraction(2 * ordered.index(one) + ordered.count(one) + 1, 2) for one in values]
    return [one - Fraction(len(values) + 1, 2) for one in ranks]


@pytest.mark.parametrize(
    ("tiers", "expected"),
    [(["A", "A", "A"], True), (["A", "A", "B"], False), ([None, None], True), ([None, "A"], False), ([], True)],
)
def test_agreement(tiers, expected):
    assert agree(tiers) is expected


@pytest.mark.parametrize(("ranks", "expected"), [([3, 1, 9], 8), ([4, 4], 0), ([1, None], None), ([], None)])
def test_the_spread_of_ranks(ranks, expected):
    assert rank_spread(ranks) == expected


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [(2, 1, "up"), (1, 2, "down"), (2, 2, "same"), (None, 3, "up"), (3, None, "down"), (None, None, "same")],
)
def test_direction_of_a_move(before, now, expected):
    assert direction(before, now) == expected


def weighted(**weights):
    """A method with a criterion of so many points per metric, its key named after the metric and the points."""
    rows = [
        criterion({"type": "linear", "target": "100"}, of, key=f"{of}_{most}", max_points=str(most))
        for of, most in weights.items()
    ]
    return policy(metrics=METRICS, criteria=rows)


def points(method, **shares):
    """Points by key, from % of the maximum by metric."""
    return {one.key: one.max_points * shares[one.metric] / 100 for one in method.criteria}


def told(first, second, ours, theirs, **options):
    found = differences(first, second, (points(first, **ours), points(second, **theirs)), **options)
    return [tuple(one) for one in found]


def test_criteria_of_both_methods_come_first_and_the_widest_gap_leads():
    both = weighted(revenue=60, margin=40)
    found = told(both, both, {"revenue": 90, "margin": 20}, {"revenue": 80, "margin": 70})
    assert found == [("points", "margin", 20, 70), ("points", "revenue", 90, 80)]


def test_points_are_compared_as_a_share_of_each_methods_own_maximum():
    first, second = weighted(revenue=50), weighted(revenue=200)
    assert told(first, second, {"revenue": 50}, {"revenue": 50}) == []
    assert told(first, second, {"revenue": 50}, {"revenue": 25}) == [("points", "revenue", 50, 25)]


def test_a_criterion_that_one_method_alone_has_is_told_behind_those_of_both():
    first, second = weighted(revenue=60, orders=40), weighted(revenue=90, margin=10)
    found = told(first, second, {"revenue": 50, "orders": 0}, {"revenue": 51, "margin": 100})
    assert found == [("points", "revenue", 50, 51), ("only", "orders", 0, None), ("only", "margin", None, 100)]


def test_where_all_points_are_alike_the_weights_differ():
    first, second = weighted(revenue=60, margin=40), weighted(revenue=30, margin=70)
    alike = {"revenue": 100, "margin": 10}
    assert told(first, second, alike, alike) == [("weight", "revenue", 60, 30), ("weight", "margin", 40, 70)]


@pytest.mark.parametrize(
    ("share", "expected"), [("50.1", True), ("50.0999", False), ("49.9", True), ("49.9001", False)]
)
def test_gaps_below_a_tenth_of_a_percent_are_none(share, expected):
    both = weighted(revenue=100)
    assert bool(told(both, both, {"revenue": 50}, {"revenue": Decimal(share)})) is expected


def test_methods_of_the_same_criteria_differ_by_rules_alone():
    both = weighted(revenue=100)
    assert told(both, both, {"revenue": 3}, {"revenue": 3}) == []
    assert told(policy(), policy(), {}, {}) == []


def test_several_criteria_on_one_metric_count_together():
    scale = {"type": "linear", "target": "100"}
    twice = policy(
        criteria=[criterion(scale, key="one", max_points="30"), criterion(scale, key="two", max_points="10")]
    )
    once = policy(criteria=[criterion(scale, key="one", max_points="100")])
    given = ({"one": Decimal(30), "two": Decimal(0)}, {"one": Decimal(50)})
    assert [tuple(one) for one in differences(twice, once, given)] == [("points", "revenue", 75, 50)]


def test_no_more_differences_than_asked_for_and_they_are_plain_values():
    first, second = weighted(revenue=60, orders=40), weighted(margin=100)
    (one,) = differences(first, second, (points(first, revenue=1, orders=2), points(second, margin=3)), limit=1)
    assert one.dump() == {"kind": "only", "metric": "margin", "first": None, "second": "3"}
