"""Policies and facts for tests, with defaults for all that a test does not care about."""

from decimal import Decimal

import pytest
from rules import DiscountLine, Evaluator, FactBatch, Policy, evaluate, matcher_name

needs_durable = pytest.mark.skipif(matcher_name() != "durable-rules", reason="durable-rules is not installed")
TIERS = ("A", "B", "C")


def metric(code="revenue", kind="amount", options=()):
    return {"code": code, "name": code.title(), "kind": kind, "options": list(options)}


def tier(code="A", rank=1):
    return {"code": code, "name": code, "rank": rank}


def condition(metric="revenue", operator=">=", *values, measure="value"):
    return {"metric": metric, "measure": measure, "operator": operator, "values": [*values]}


def rule(key="r1", tier="A", *conditions):
    return {"key": key, "name": key, "tier": tier, "conditions": list(conditions)}


def criterion(scale, metric="revenue", key="c1", max_points="100", perspective="sales"):
    return {
        "key": key,
        "name": key,
        "metric": metric,
        "perspective": perspective,
        "max_points": max_points,
        "scale": scale,
    }


def table(kind, *rules):
    return {"kind": kind, "rules": list(rules)}


def policy_dict(*rules, metrics=None, criteria=(), vetoes=(), tiers=TIERS, name="Test"):
    """A policy's JSON form: tiers A, B, C, a revenue metric, and everybody gets C unless ``rules`` say otherwise."""
    return {
        "schema": 1,
        "name": name,
        "metrics": [metric()] if metrics is None else list(metrics),
        "tiers": [tier(code, rank) for rank, code in enumerate(tiers, 1)],
        "criteria": list(criteria),
        "tables": [table("tier", *(rules or [rule("all", tiers[-1])]))] + ([table("veto", *vetoes)] if vetoes else []),
    }


def policy(*rules, **parts):
    return Policy.load(policy_dict(*rules, **parts))


def line_metric(code, kind="choice", options=()):
    return {**metric(code, kind, options), "of": "line"}


TIER_OF_LINE = line_metric("customer_tier", options=[*TIERS, "no_tier"])


def cap(key, cap, *conditions, floor=None):
    """A row of a table of discount caps; ``cap`` and ``floor`` in %."""
    made = {"key": key, "name": key, "cap": str(cap), "conditions": list(conditions)}
    return made if floor is None else {**made, "margin_floor": str(floor)}


def tiers(*codes):
    return condition("customer_tier", "in", *codes)


def caps_dict(*rows, metrics=None, reference=None, **parts):
    """A policy's JSON form with a table of discount caps over an order line's tier, category and quantity."""
    known = [TIER_OF_LINE, line_metric("product_category", options=["desks", "chairs"]),
             line_metric("order_quantity", "number"), metric()]  # fmt: skip
    made = policy_dict(metrics=known if metrics is None else metrics, **parts)
    made["tables"].append(table("discount_cap", *rows) | ({"reference": reference} if reference else {}))
    return made


def caps(*rows, **parts):
    return Policy.load(caps_dict(*rows, **parts))


def credit(formula=None, *conditions, key="limit", **columns):
    """A row of a table of credit limits: 10,000 unless ``formula`` says otherwise; numbers in steps of cents."""
    made = {"key": key, "name": key, "formula": formula or fixed(10_000), "conditions": list(conditions)}
    return made | {name: value if isinstance(value, (bool, dict)) else str(value) for name, value in columns.items()}


def reward(kind="training", *conditions, key="reward", formula=None, **columns):
    """A row of a table of rewards."""
    made = {"key": key, "name": key, "reward": kind, "conditions": list(conditions)}
    made |= {name: str(value) for name, value in columns.items()}
    return made if formula is None else {**made, "formula": formula}


def value_type(kind="intrinsic", *conditions, key=None):
    """A row of a table of value types; its key is its kind unless said otherwise."""
    return {"key": key or kind, "name": key or kind, "value_type": kind, "conditions": list(conditions)}


def fixed(amount):
    return {"type": "fixed", "amount": str(amount)}


def factor(number):
    return {"type": "factor", "factor": str(number)}


def share(percent, of="revenue"):
    return {"type": f"{of}_share", "share_pct": str(percent)}


def of_tier(*codes):
    return condition("tier", "in", *codes)


def grants_dict(*rules, limits=(), rewards=(), kinds=(), ceilings=None, **parts):
    """A policy's JSON form with tables of credit limits, rewards and value types, as far as they have rows."""
    made = policy_dict(*rules, **parts)
    if limits or ceilings:
        made["tables"].append(table("credit_limit", *limits) | {"ceilings": ceilings or {}})
    if rewards:
        made["tables"].append(table("reward", *rewards))
    if kinds:
        made["tables"].append(table("value_type", *kinds))
    return made


def grants(*rules, **parts):
    return Policy.load(grants_dict(*rules, **parts))


def points(scale, facts, max_points="100", metrics=None):
    """The points of one customer with ``facts`` by one criterion on ``value``."""
    kinds = metrics or [metric(code, "number") for code in {"value", *facts}]
    scored = policy(criteria=[criterion(scale, "value", max_points=max_points)], metrics=kinds)
    return evaluate(scored, {"x": numbers(facts)})["x"].points["c1"]


def numbers(facts):
    """``facts`` with text that spells a number made one, as collected facts are."""
    return {code: Decimal(value) if isinstance(value, (int, float)) else value for code, value in facts.items()}


def decide(policy, facts, engine=None, override_tiers=None):
    """Decisions by key of a book ``{key: {metric: value}}`` that is its own population."""
    if engine is None and override_tiers is None:
        return {key: result.decision for key, result in evaluate(policy, facts).items()}
    evaluator, book = Evaluator(policy, engine), FactBatch.from_mapping(facts)
    return {one.key: one.decision for one in evaluator.decide(book, evaluator.rank_population([book]), override_tiers)}


def revenues(*values):
    """A book of customers 1..n with these revenues; None is missing."""
    return {key: {"revenue": None if value is None else Decimal(value)} for key, value in enumerate(values, 1)}


def reasons(decision, code):
    return [reason.params for reason in decision.reasons if reason.code == code]


def line(net, reference, cap=None, key=1, quantity=1, **columns):
    """An order line with its money and percentages as text or numbers; as for sale, one piece is judged."""
    exact = {name: value if name in ("own", "product") else _exact(value) for name, value in columns.items()}
    return DiscountLine(key, _exact(net), _exact(reference), _exact(cap), quantity=_exact(quantity), **exact)


def _exact(value):
    return None if value is None else Decimal(value)
