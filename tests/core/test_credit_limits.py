"""The table of credit limits: its form, the new limit that a row gives, and what a customer is granted."""

import json
from decimal import Decimal
from random import Random

import pytest
from builders import (
    condition,
    credit,
    criterion,
    decide,
    factor,
    fixed,
    grants,
    grants_dict,
    line_metric,
    metric,
    needs_durable,
    numbers,
    of_tier,
    policy,
    policy_dict,
    reasons,
    reward,
    rule,
    share,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from random_policies import THRESHOLDS, random_condition
from rules import Evaluator, Policy, PolicyError, formula_inputs, lint
from rules.decision.credit import new_limit
from rules.exact import text

ENGINES = ["durable-rules", "reference"]
MONTH = "average_month_since_first"
ROW = ("tables", "credit_limit", "rules", "limit")
FIGURES = {
    "credit_limit": 10_000,
    "exposure": 0,
    "revenue": 240_000,
    MONTH: 20_000,
    "average_day": 600,
}


def problems(values):
    with pytest.raises(PolicyError) as caught:
        Policy.load(values)
    return [(problem.path, problem.column, problem.code) for problem in caught.value.problems]


def months(number):
    return {"type": "months", "months": str(number)}


def days(number):
    return {"type": "days", "days": str(number)}


def limit(formula=None, ceiling=None, figures=None, **columns):
    """The new limit of a customer with FIGURES, as text; None where the current one stays."""
    (row,) = grants(limits=[credit(formula, **columns)]).table("credit_limit").rules
    found = new_limit(row, numbers(FIGURES | (figures or {})), ceiling and Decimal(ceiling))
    return None if found.limit is None else text(found.limit)


def both(formula=None, **parts):
    return limit(formula, direction="both", **parts)


# --- Formulas ---


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (fixed(12_000), "12000"),
        (factor("1.2"), "12000"),
        (share("7.5"), "18000"),
        (months("1.5"), "30000"),
        (days(45), "27000"),
    ],
)
def test_formulas(formula, expected):
    assert limit(formula) == expected


@pytest.mark.parametrize(
    ("formula", "metric"),
    [
        (factor(2), "credit_limit"),
        (share(5), "revenue"),
        (months(2), MONTH),
        (days(2), "average_day"),
    ],
)
def test_a_formula_without_its_metric_grants_nothing_and_names_it(formula, metric):
    made = grants(limits=[credit(formula)])
    decision = decide(made, {"x": numbers(FIGURES | {metric: None})})["x"]
    assert decision.credit is None
    assert reasons(decision, "missing") == [{"metric": metric, "rule": "limit"}]


@pytest.mark.parametrize(
    ("formula", "metrics"), [("fixed", ()), ("factor", ("credit_limit",)), ("days", ("average_day",)), ("magic", ())]
)
def test_the_metrics_that_a_formula_needs_are_told_by_its_type(formula, metrics):
    """Also where a row on the screen has none yet: then nothing has to be collected for it."""
    assert formula_inputs(formula) == metrics


def test_negative_results_are_zero():
    figures = {"revenue": -5, "exposure": 0}
    assert both(share(100), figures=figures) == "0"
    assert limit(share(100), figures=figures) is None


def test_huge_figures_do_not_break_anything():
    assert limit(factor(100), figures={"credit_limit": 10**40}) == str(10**42)
    assert both(share(100), figures={"revenue": 10**58}, max_change_pct=7) == "10700"


# --- Bounds ---


@pytest.mark.parametrize(
    ("computed", "expected"), [(11_999, "12000"), (12_000, "12000"), (13_000, "13000"), (13_001, "13000")]
)
def test_minimum_and_maximum(computed, expected):
    assert limit(fixed(computed), minimum=12_000, maximum=13_000) == expected


@pytest.mark.parametrize(
    ("computed", "step", "expected"),
    [
        ("12499.99", 1000, "12000"),
        ("12500", 1000, "13000"),
        ("12345.675", "0.01", "12345.68"),
        ("12345.674999", "0.01", "12345.67"),
        ("12345.68", "0.05", "12345.7"),
    ],
)
def test_limits_are_rounded_half_up_to_steps(computed, step, expected):
    assert limit(fixed(computed), rounding=step) == expected


def test_without_a_step_limits_have_cents():
    assert limit(share("100"), figures={"revenue": Decimal("12345.6789")}) == "12345.68"


@pytest.mark.parametrize(
    ("computed", "columns", "expected"),
    [
        (12_600, {"maximum": 12_700}, "12000"),  # 13,000 would be above
        (12_300, {"minimum": 12_200}, "13000"),  # 12,000 would be below
        (12_300, {"minimum": 12_200, "maximum": 12_700}, "12300"),  # no step between
        (300, {"maximum": 400}, None),  # to 0, and a raise only
    ],
)
def test_rounding_stays_within_the_bounds(computed, columns, expected):
    assert limit(fixed(computed), rounding=1000, **columns) == expected


@pytest.mark.parametrize(
    ("computed", "expected"),
    [("11999.99", "11999.99"), (12_000, "12000"), (12_001, "12000"), (8_000, "8000"), ("7999.99", "8000"), (0, "8000")],
)
def test_a_change_is_at_most_so_many_percent_of_the_current_limit(computed, expected):
    assert both(fixed(computed), max_change_pct=20) == expected


def test_a_change_of_more_than_all_goes_down_to_nothing():
    assert both(fixed(0), max_change_pct=150) == "0"


def test_a_change_that_is_smaller_than_a_cent_changes_nothing():
    assert limit(fixed(99), max_change_pct="0.001", figures={"credit_limit": 10}) is None


def test_a_limit_of_zero_has_no_percentage_to_grow_by():
    assert limit(max_change_pct=50, figures={"credit_limit": 0}) is None


@pytest.mark.parametrize(("ceiling", "expected"), [("12000.01", "12000"), (12_000, "12000"), ("11999.99", "11999.99")])
def test_the_ceiling_of_the_tier(ceiling, expected):
    assert limit(fixed(12_000), ceiling) == expected


@pytest.mark.parametrize(
    ("columns", "ceiling", "expected"),
    [
        ({"minimum": 15_000, "max_change_pct": 20}, None, "12000"),
        ({"minimum": 15_000}, 14_000, "14000"),
        ({"max_change_pct": 10}, 5_000, "5000"),
        ({"max_change_pct": 10, "maximum": 6_000}, None, "6000"),
    ],
)
def test_where_bounds_exclude_each_other_the_lowest_upper_one_counts(columns, ceiling, expected):
    assert both(fixed(20_000), ceiling=ceiling, **columns) == expected


# --- Raising, lowering, first limits ---


@pytest.mark.parametrize(
    ("computed", "raised", "changed"),
    [("10000.01", "10000.01", "10000.01"), (10_000, None, None), ("9999.99", None, "9999.99"), (0, None, "0")],
)
def test_raise_only_and_both(computed, raised, changed):
    assert (limit(fixed(computed)), both(fixed(computed))) == (raised, changed)


@pytest.mark.parametrize(
    ("exposure", "expected"),
    [
        (0, "5000"),
        (5_000, "5000"),
        ("5000.01", "5100"),
        (8_123, "8200"),
        (9_900, "9900"),
        ("9900.01", None),
        (10_000, None),
        (50_000, None),
        (-300, "5000"),
    ],
)
def test_lowering_stops_at_todays_exposure(exposure, expected):
    figures = {"exposure": Decimal(exposure)}
    assert both(fixed(5_000), rounding=100, figures=figures) == expected
    assert both(fixed(5_000), rounding=100, figures=figures, below_exposure=True) == "5000"


def test_raising_does_not_look_at_the_exposure():
    assert limit(fixed(12_000), figures={"exposure": 50_000}) == "12000"
    assert limit(fixed(12_000), figures={"exposure": None}) == "12000"


def test_lowering_without_knowing_the_exposure_is_not_possible():
    decision = decide(grants(limits=[credit(fixed(5), direction="both")]), {"x": numbers({"credit_limit": 9})})["x"]
    assert decision.credit is None
    assert reasons(decision, "missing") == [{"metric": "exposure", "rule": "limit"}]


@pytest.mark.parametrize(
    ("columns", "ceiling", "exposure", "expected"),
    [
        ({}, None, 0, "12000"),
        ({"direction": "both"}, None, 0, "12000"),
        ({"max_change_pct": 10}, None, 0, "12000"),
        ({"maximum": 11_000}, None, 0, "11000"),
        ({"direction": "both"}, None, 15_000, "12000"),
        ({"direction": "both"}, None, None, "12000"),
        ({"direction": "both", "below_exposure": True}, None, 15_000, "12000"),
        ({"maximum": 13_000}, 11_500, 15_000, "11500"),
    ],
)
def test_who_has_no_limit_gets_a_first_one(columns, ceiling, exposure, expected):
    figures = {"credit_limit": None, "exposure": exposure}
    assert limit(fixed(12_000), ceiling, figures, **columns) == expected


def test_who_orders_most_before_there_is_a_limit_does_not_get_most():
    """Two average months are 72,000; the customer owes 179,000."""
    figures = {"credit_limit": None, MONTH: 36_000, "exposure": 179_000}
    for direction in ("raise", "both"):
        assert limit(months(2), figures=figures, direction=direction) == "72000"


# --- Form ---


def test_a_table_goes_out_as_it_came_in():
    row = credit(days(45), of_tier("A", "no_tier"), maximum=9, minimum=1, rounding=100, max_change_pct=20,
                 direction="both", below_exposure=True)  # fmt: skip
    values = grants_dict(limits=[row], ceilings={"A": "50000", "C": "0"})
    assert Policy.load(values).dump() == values
    assert Policy.load(json.dumps(values)) == Policy.load(values)


def test_what_is_left_out_is_raise_only_to_the_cent_and_not_below_the_exposure():
    said = credit(rounding="0.01", direction="raise", below_exposure=False)
    assert grants(limits=[said]).content_hash == grants(limits=[credit()]).content_hash


@pytest.mark.parametrize(
    ("columns", "column", "code"),
    [
        ({"minimum": "-0.01"}, "minimum", "negative"),
        ({"maximum": "-1"}, "maximum", "negative"),
        ({"minimum": "10.01", "maximum": "10"}, "minimum", "minimum_above_maximum"),
        ({"rounding": "0"}, "rounding", "not_positive"),
        ({"max_change_pct": "0"}, "max_change_pct", "not_positive"),
        ({"max_change_pct": "x"}, "max_change_pct", "not_a_number"),
        ({"direction": "down"}, "direction", "not_allowed"),
        ({"below_exposure": "yes"}, "below_exposure", "wrong_type"),
        ({"tier": "A"}, "tier", "unknown_field"),
        ({"formula": None}, "formula", "wrong_type"),
    ],
)
def test_a_broken_row_is_named(columns, column, code):
    assert problems(grants_dict(limits=[{**credit(), **columns}])) == [(ROW, column, code)]


def test_a_row_without_formula_is_named():
    assert problems(grants_dict(limits=[{"key": "limit"}])) == [(ROW, "formula", "required")]


@pytest.mark.parametrize(
    ("formula", "column", "code"),
    [
        ({"type": "fixed"}, "amount", "required"),
        ({"type": "factor"}, "factor", "required"),
        ({"type": "revenue_share"}, "share_pct", "required"),
        ({"type": "months"}, "months", "required"),
        ({"type": "days"}, "days", "required"),
        (fixed(-1), "amount", "negative"),
        (factor(0), "factor", "not_positive"),
        (factor("100.01"), "factor", "out_of_range"),
        (share("100.01"), "share_pct", "out_of_range"),
        (share(-1), "share_pct", "negative"),
        (months(0), "months", "not_positive"),
        (months("120.1"), "months", "out_of_range"),
        (days(3661), "days", "out_of_range"),
        (days("NaN"), "days", "not_finite"),
        ({"type": "factor", "factor": 1.5}, "factor", "wrong_type"),
        ({"type": "growth_share", "share_pct": "1"}, "type", "unknown_type"),
        ({"amount": "1"}, "type", "required"),
        ({"type": "fixed", "amount": "1", "factor": "2"}, "factor", "unknown_field"),
    ],
)
def test_a_broken_formula_is_named(formula, column, code):
    assert problems(grants_dict(limits=[{**credit(), "formula": formula}])) == [((*ROW, "formula"), column, code)]


def test_broken_ceilings_are_named():
    values = grants_dict(limits=[credit()], ceilings={"A": "-1", "gold": "5", "B": "x"})
    path = ("tables", "credit_limit", "ceilings")
    assert problems(values) == [(path, "A", "negative"), (path, "gold", "unknown_tier"), (path, "B", "not_a_number")]


@pytest.mark.parametrize("made", [metric(MONTH, "choice", ["a"]), line_metric(MONTH, "number")])
def test_what_a_formula_looks_at_must_be_an_amount_of_the_customer(made):
    values = grants_dict(limits=[credit(months(1))], metrics=[made])
    assert problems(values) == [(ROW, "formula", "wrong_metric_kind")]


def test_a_policy_need_not_name_the_metrics_of_its_formulas():
    assert Evaluator(grants(limits=[credit(months(1))])).metrics == {MONTH, "credit_limit"}
    assert Evaluator(grants(limits=[credit(direction="both")])).metrics == {"credit_limit", "exposure"}
    assert Evaluator(grants(limits=[credit(direction="both", below_exposure=True)])).metrics == {"credit_limit"}
    assert Evaluator(policy()).metrics == frozenset()


def test_having_no_limit_yet_leaves_nothing_undecided_but_where_it_is_multiplied_or_asked_for():
    asking = condition("credit_limit", ">", "0")
    assert Evaluator(grants(limits=[credit(months(1))])).optional == {"credit_limit"}
    assert not Evaluator(grants(limits=[credit(), credit(factor(2), key="twice")])).optional
    assert not Evaluator(grants(limits=[credit(None, asking)], metrics=[metric("credit_limit")])).optional
    assert not Evaluator(policy()).optional


# --- The tier, as a question ---


def test_only_what_is_granted_for_a_tier_can_ask_for_it():
    asking = of_tier("A")
    unknown = [(("tables", "tier", "rules", "r1", "conditions", 0), "metric", "unknown_metric")]
    assert problems(policy_dict(rule("r1", "A", asking))) == unknown
    assert problems(grants_dict(rule("r1", "A", asking), limits=[credit()])) == unknown


@pytest.mark.parametrize(
    ("asking", "column", "code"),
    [
        (of_tier("gold"), "values", "unknown_option"),
        (condition("tier", ">=", "A"), "operator", "operator_not_allowed"),
        (condition("tier", "=", "A", measure="rank"), "measure", "measure_not_allowed"),
    ],
)
def test_the_tier_is_a_choice_of_the_tiers_there_are(asking, column, code):
    assert problems(grants_dict(limits=[credit(None, asking)])) == [((*ROW, "conditions", 0), column, code)]


def test_a_metric_cannot_be_called_tier_where_the_tier_can_be_asked_for():
    assert policy(metrics=[metric(), metric("tier", "number")])
    values = grants_dict(limits=[credit()], metrics=[metric(), metric("tier", "number")])
    assert problems(values) == [(("metrics", "tier"), "code", "reserved_code")]


# --- Decisions ---

TIERED = [rule("a", "A", condition("revenue", ">=", "300000")), rule("b", "B", condition("revenue", ">=", "200000"))]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("facts", "row", "new"),
    [
        ({"revenue": 300_000}, "best", "20000"),
        ({"revenue": 200_000}, "score", "15000"),
        ({"revenue": 200_000, "kind": "intrinsic"}, None, None),
        ({"revenue": 0, "kind": "strategic"}, "kind", "11000"),
        ({"revenue": 0}, "none", "10500"),
        ({"revenue": 0, "credit_limit": 10_500}, None, None),
    ],
)
def test_the_first_row_that_holds_decides(engine, facts, row, new):
    kind = metric("kind", "choice", ["intrinsic", "strategic"])
    made = grants(
        *TIERED,
        metrics=[metric(), kind],
        criteria=[criterion({"type": "linear", "target": "200000"})],
        limits=[
            credit(fixed(20_000), of_tier("A"), key="best"),
            credit(fixed(11_000), condition("kind", "=", "strategic"), key="kind"),
            credit(fixed(15_000), condition("score", ">=", "100"), condition("kind", "!=", "intrinsic"), key="score"),
            credit(fixed(10_500), of_tier("no_tier"), key="none"),
        ],
    )
    decision = decide(made, {"x": numbers({"kind": "extrinsic", **FIGURES, **facts})}, engine)["x"]
    assert (decision.credit and decision.credit.rule) == row
    assert (decision.credit and text(decision.credit.limit)) == new


def test_the_tier_is_the_one_after_vetoes():
    veto = rule("v", "C", condition("revenue", ">=", "500000"))
    made = grants(*TIERED, vetoes=[veto], limits=[credit(fixed(20_000), of_tier("A"))], ceilings={"A": "15000"})
    decisions = decide(made, {key: numbers(FIGURES | {"revenue": key}) for key in (300_000, 500_000)})
    assert decisions[300_000].credit.limit == 15_000
    assert decisions[500_000].credit is None


def test_places_in_the_population_count():
    made = grants(limits=[credit(fixed(20_000), condition("revenue", "<=", "1", measure="rank"))])
    decisions = decide(made, {key: numbers(FIGURES | {"revenue": key}) for key in (1, 2)})
    assert (decisions[1].credit, decisions[2].credit.limit) == (None, 20_000)


def test_a_veto_on_bad_credit_freezes_the_limit():
    vetoes = [rule("mild", "B", condition("revenue", ">=", "1")), {**rule("bad", "C", condition("exposure", ">", "5")),
                                                                   "freezes_credit": True}]  # fmt: skip
    made = grants(vetoes=vetoes, metrics=[metric(), metric("exposure")], limits=[credit(fixed(20_000))],
                  rewards=[reward("credit"), reward("training", key="course")])  # fmt: skip
    decisions = decide(made, {key: numbers(FIGURES | {"exposure": key}) for key in (5, 6)})
    assert decisions[5].credit.limit == 20_000 and len(decisions[5].rewards) == 2
    assert decisions[6].credit is None and [one.kind for one in decisions[6].rewards] == ["training"]
    assert reasons(decisions[6], "credit_frozen") == [{"rule": "bad"}]
    assert reasons(decisions[6], "reward_frozen") == [{"rule": "reward", "veto": "bad"}]


def test_only_a_veto_can_freeze_and_saying_no_is_no_other_content():
    unsaid = policy(vetoes=[rule("v", "C")])
    assert policy(vetoes=[{**rule("v", "C"), "freezes_credit": False}]).content_hash == unsaid.content_hash
    assert policy(vetoes=[{**rule("v", "C"), "freezes_credit": True}]).content_hash != unsaid.content_hash
    path = ("tables", "tier", "rules", "r1")
    assert problems(policy_dict({**rule(), "freezes_credit": True})) == [(path, "freezes_credit", "unknown_field")]


# --- Reasons ---


def test_reasons_tell_the_figures_the_facts_and_the_bound():
    made = grants(limits=[credit(months(2), of_tier("C"), max_change_pct=20, rounding=5_000)])
    facts = numbers({"credit_limit": 30_000, "exposure": 0, MONTH: 20_000})
    decision = decide(made, {"x": facts})["x"]
    assert (decision.credit.limit, decision.credit.current) == (35_000, 30_000)
    why, bound = decision.credit.reasons
    assert why == ("credit_rule", {
        "rule": "limit", "limit": 35_000, "current": 30_000, "computed": 40_000,
        "figures": [{"metric": MONTH, "value": 20_000}],
        "facts": [{"metric": "tier", "measure": "value", "value": "C"}],
    })  # fmt: skip
    assert bound == ("credit_bound", {"rule": "limit", "bound": "max_change_pct", "to": 36_000})
    assert not reasons(decision, "missing")


@pytest.mark.parametrize(
    ("columns", "figures", "bound"),
    [
        ({"minimum": 12_000}, {}, "minimum"),
        ({"formula": fixed(50_000), "maximum": 12_000}, {}, "maximum"),
        ({"formula": fixed(50_000)}, {}, "ceiling"),
        ({"formula": fixed(1), "direction": "both"}, {"exposure": 500}, "exposure"),
    ],
)
def test_the_bound_that_counted_is_named(columns, figures, bound):
    made = grants(limits=[credit(**columns)], ceilings={"C": "40000"})
    decision = decide(made, {"x": numbers(FIGURES | figures)})["x"]
    assert decision.credit.reasons[1].params["bound"] == bound


def test_why_there_is_no_new_limit():
    made = grants(limits=[credit(None, condition("revenue", ">", "5"))])
    none, same, unknown = decide(
        made, dict(enumerate(numbers(FIGURES | {"revenue": revenue}) for revenue in (1, 9, None)))
    ).values()
    assert reasons(none, "no_credit_rule") == [{}]
    assert reasons(same, "credit_unchanged")[0]["computed"] == 10_000
    assert reasons(unknown, "missing") == [{"metric": "revenue", "rule": "limit"}]
    assert not none.grants and not same.grants and not unknown.grants


def test_grants_are_plain_values_with_exact_text():
    decision = decide(grants(limits=[credit(share("7.5"))]), {"x": {**numbers(FIGURES), "credit_limit": 10000}})["x"]
    kept = json.loads(json.dumps(decision.grants))
    assert {name: kept["credit"][name] for name in ("rule", "limit", "current")} == {
        "rule": "limit", "limit": "18000", "current": "10000"}  # fmt: skip
    assert kept["rewards"] == []
    first = decide(grants(limits=[credit(below_exposure=True)]), {"x": {}})["x"]
    assert first.grants["credit"]["current"] is None


# --- Doubts ---


def doubts(ceilings, *limits, **parts):
    made = grants(*TIERED, rule("c", "C"), limits=limits or [credit()], ceilings=ceilings, **parts)
    return [(one.path[-1], one.column, one.code) for one in lint(made)]


@pytest.mark.parametrize(
    ("ceilings", "tiers"),
    [
        ({}, []),
        ({"A": "9", "B": "9", "C": "0"}, []),
        ({"C": "5"}, []),
        ({"A": "9", "B": "9.01", "C": "1"}, ["B"]),
        ({"A": "5", "B": "9", "C": "7"}, ["B", "C"]),
        ({"A": "9"}, ["B", "C"]),
        ({"A": "9", "C": "8"}, ["B"]),
    ],
)
def test_ceilings_fall_with_the_tier(ceilings, tiers):
    assert doubts(ceilings) == [("ceilings", tier, "ceiling_not_monotone") for tier in tiers]


def test_rows_behind_others_are_found_as_in_every_table():
    late = credit(None, of_tier("A"), key="late")
    never = credit(None, of_tier("A"), of_tier("B"), key="never")
    assert doubts({}, never, credit(), late) == [("never", "conditions", "impossible"),
                                                 ("late", "conditions", "unreachable")]  # fmt: skip


# --- A tier that somebody gives instead of the decided one ---


def by_tier(**parts):
    """A by revenue, else C; the limit and the reward follow the tier."""
    return grants(
        rule("best", "A", condition("revenue", ">=", "100")),
        rule("rest", "C"),
        limits=[credit(fixed(900), of_tier("A"), key="much"), credit(fixed(50), of_tier("B", "C"), key="little")],
        rewards=[reward("training", of_tier("A"), key="course"), reward("credit", of_tier("B"), key="more")],
        ceilings={"A": "800", "B": "40"},
        **parts,
    )


VETO = {**rule("bad", "C", condition("revenue", ">=", "500")), "freezes_credit": True}


@pytest.mark.parametrize("engine", [pytest.param(ENGINES[0], marks=needs_durable), ENGINES[1]])
@pytest.mark.parametrize(
    ("revenue", "given", "decided", "limit", "rewards"),
    [
        (100, None, "A", "800", ["course"]),
        (100, "A", "A", "800", ["course"]),
        (100, "C", "A", "50", []),
        (100, "B", "A", "40", ["more"]),
        (99, None, "C", "50", []),
        (99, "A", "C", "800", ["course"]),
        (99, "B", "C", "40", ["more"]),
        (500, None, "C", None, []),
        (500, "A", "C", None, ["course"]),
        (500, "B", "C", None, []),
    ],
)
def test_grants_are_those_of_the_given_tier(revenue, given, decided, limit, rewards, engine):
    facts = {"x": numbers({"revenue": revenue, "exposure": 0})}
    decision = decide(by_tier(vetoes=[VETO]), facts, engine, given and {"x": given})["x"]
    assert decision.tier == decided
    assert (decision.credit and text(decision.credit.limit)) == limit
    assert [one.rule for one in decision.rewards] == rewards
    said = [] if given in (None, decided) else [{"from": decided, "to": given}]
    assert reasons(decision, "overridden") == said


def test_a_given_tier_is_for_its_customer_alone():
    facts = {key: numbers({"revenue": 100, "exposure": 0}) for key in "xyz"}
    decisions = decide(by_tier(), facts, override_tiers={"y": "C"})
    assert [text(decisions[key].credit.limit) for key in "xyz"] == ["800", "50", "800"]


def test_who_got_no_tier_can_be_given_one():
    made = grants(
        rule("best", "A", condition("revenue", ">=", "100")),
        limits=[credit(fixed(50), of_tier("C")), credit(fixed(1), of_tier("no_tier"), key="none")],
    )
    facts = {"x": numbers({"revenue": 1, "exposure": 0})}
    assert text(decide(made, facts)["x"].credit.limit) == "1"
    decision = decide(made, facts, override_tiers={"x": "C"})["x"]
    assert (decision.tier, text(decision.credit.limit)) == (None, "50")
    assert reasons(decision, "overridden") == [{"from": None, "to": "C"}]


def test_without_tables_of_grants_a_given_tier_changes_nothing():
    facts = {"x": numbers({"revenue": 1, "exposure": 0})}
    assert decide(policy(), facts, override_tiers={"x": "A"}) == decide(policy(), facts)
    assert not Evaluator(policy()).has_grants
    assert Evaluator(by_tier()).has_grants


# --- Any policy ---

CODES = ["revenue", MONTH, "average_day", "credit_limit", "exposure", "tier"]


def random_grants(random):
    made = [rule(f"t{one}", random.choice("ABC"), *_conditions(random)) for one in range(random.randint(1, 3))]
    vetoes = [{**rule("v", "C", *_conditions(random)), "freezes_credit": random.random() < 0.5}]
    limits = [_limit(random, f"l{one}") for one in range(random.randint(1, 4))]
    gifts = [reward(random.choice(["training", "credit", "none"]), *_asking(random), key=f"g{one}") for one in range(3)]
    ceilings = {code: str(random.choice([0, 2, 70])) for code in random.sample("ABC", random.randint(0, 3))}
    return grants(*made, vetoes=vetoes, limits=limits, rewards=gifts, ceilings=ceilings,
                  metrics=[metric(code) for code in CODES[:-1]])  # fmt: skip


def _limit(random, key):
    columns = {"maximum": "70"} if random.random() < 0.3 else {}
    columns |= {"minimum": "2"} if random.random() < 0.3 else {}
    columns |= {"rounding": random.choice(["1", "0.05"])} if random.random() < 0.5 else {}
    columns |= {"max_change_pct": "15"} if random.random() < 0.5 else {}
    columns |= {"direction": random.choice(["raise", "both"]), "below_exposure": random.random() < 0.3}
    formula = random.choice([fixed(50), factor("1.2"), share(10), months(2), days("2.5")])
    return credit(formula, *_asking(random), key=key, **columns)


def _conditions(random):
    return [
        random_condition(random, ["n"]) | {"metric": random.choice(CODES[:-1])} for _ in range(random.randint(0, 2))
    ]


def _asking(random):
    yield from _conditions(random)
    if random.random() < 0.5:
        yield of_tier(*random.sample(["A", "B", "C", "no_tier"], random.randint(1, 3)))


def random_facts(random):
    values = [None, *(Decimal(one) + step for one in THRESHOLDS for step in (0, Decimal("0.01"), Decimal(-1)))]
    drawn = {key: {code: random.choice(values) for code in CODES[:-1]} for key in range(12)}
    for facts in drawn.values():
        facts["credit_limit"] = facts["credit_limit"] and abs(facts["credit_limit"])
    return drawn


@needs_durable
@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_any_policy_grants_the_same_by_both_engines(seed):
    random = Random(seed)
    for _ in range(3):
        made, facts = random_grants(random), random_facts(random)
        assert decide(made, facts, "durable-rules") == decide(made, facts, "reference"), made.dump()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_no_limit_ever_breaks_its_promises(seed):
    random = Random(seed)
    made, facts = random_grants(random), random_facts(random)
    rows = {row.key: row for row in made.table("credit_limit").rules}
    ceilings = made.table("credit_limit").ceilings
    freezes = made.table("veto").rules[0].freezes_credit
    for key, decision in decide(made, facts).items():
        if decision.credit:
            assert not (freezes and decision.vetoes)
            check_promises(rows[decision.credit.rule], decision.credit.limit, facts[key], ceilings.get(decision.tier))


def check_promises(row, new, figures, ceiling):
    now, exposure = figures["credit_limit"], figures["exposure"]
    lowered = now is not None and new < now
    assert new >= 0 and new != now
    assert row.direction == "both" or not lowered
    assert row.below_exposure or not lowered or new >= exposure
    # What is in use already is above all bounds from above, and never above today's limit.
    in_use = lowered and not row.below_exposure and new - row.rounding < exposure
    for bound in (row.maximum, ceiling):
        assert in_use or bound is None or new <= bound
    if now is not None and row.max_change_pct and row.maximum is None and ceiling is None and row.minimum is None:
        assert abs(new - now) <= now * row.max_change_pct / 100


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from("ABC"))
def test_a_given_tier_grants_what_rules_that_decide_it_grant(seed, tier):
    random = Random(seed)
    made, facts = random_grants(random), random_facts(random)
    values = made.dump()
    tiers, vetoes, *others = values["tables"]
    # A veto that allows the best tier still freezes credit.
    allowing = {**vetoes, "rules": [{**veto, "tier": "A"} for veto in vetoes["rules"]]}
    deciding = Policy.load({**values, "tables": [{**tiers, "rules": [rule("all", tier)]}, allowing, *others]})
    by_hand, by_rule = decide(made, facts, override_tiers=dict.fromkeys(facts, tier)), decide(deciding, facts)
    assert {key: one.grants for key, one in by_hand.items()} == {key: one.grants for key, one in by_rule.items()}


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_no_worse_given_tier_has_a_higher_limit(seed):
    """As long as the table itself treats no worse tier better: here every row is for all tiers, with such ceilings."""
    random = Random(seed)
    values, facts = random_grants(random).dump(), random_facts(random)
    tables = {table["kind"]: table for table in values["tables"]}
    for row in tables["credit_limit"]["rules"]:
        row["conditions"] = [one for one in row["conditions"] if one["metric"] != "tier"]
        row["below_exposure"] = True
    tables["credit_limit"]["ceilings"] = dict(zip("CBA", sorted(random.sample(range(100), 3)), strict=True))
    made = Policy.load(json.loads(json.dumps(values, default=str)))
    granted = [decide(made, facts, override_tiers=dict.fromkeys(facts, tier)) for tier in "ABC"]
    for key, figures in facts.items():
        limits = [one[key].credit.limit if one[key].credit else figures["credit_limit"] for one in granted]
        if None not in limits:
            assert limits == sorted(limits, reverse=True), (made.dump(), figures)
