"""Random tables and the facts that are hardest on them: every threshold, and both sides of it.

Plain ``random`` from a seed that hypothesis draws: thousands of policies in seconds.
"""

from decimal import Decimal

from builders import condition, decide, grants, metric, of_tier, policy, rule
from rules.matching import engine_reference

ORDER = [">=", ">", "<=", "<", "=", "!="]
SETS = ["in", "not in"]
THRESHOLDS = ["-1", "0", "0.01", "2", "2.00", "70", "70.5", "1e15", "1000000000000000.01"]
OPTIONS = ["good", "fair", "poor", "none"]
BESIDE = Decimal("0.000001")


def random_policy(random, rules=6, metrics=4):
    """A tier table over numbers ``n0…`` and choices ``o0…``, from one rule without conditions to hard knots."""
    codes = [f"n{index}" for index in range(metrics)] + ["o0", "o1"]
    kinds = [metric(code, "number") if code[0] == "n" else metric(code, "choice", OPTIONS) for code in codes]
    made = [
        rule(f"r{number}", random.choice("ABC"), *(random_condition(random, codes) for _ in range(_length(random))))
        for number in range(random.randint(1, rules))
    ]
    return policy(*made, metrics=kinds)


def _length(random):
    return random.choice((0, 1, 1, 2, 2, 3, 4, 7))


def random_condition(random, codes):
    code = random.choice(codes)
    pool, operators = (THRESHOLDS, ORDER + SETS) if code[0] == "n" else (OPTIONS, [*ORDER[4:], *SETS])
    operator = random.choice(operators)
    values = random.sample(pool, random.randint(1, 3)) if operator in SETS else [random.choice(pool)]
    return condition(code, operator, *values)


def random_grants(random, table, make_row):
    """A policy with a table that may ask for the tier.

    :param table: ``rewards`` or ``kinds``, as ``grants`` of the builders calls it
    :param make_row: ``make_row(key, conditions)``
    """
    codes = ["n0", "n1", "o0"]
    metrics = [metric(code, "number") if code[0] == "n" else metric(code, "choice", ["good", "fair", "poor", "none"])
               for code in codes]  # fmt: skip
    rows = [make_row(f"r{number}", _asking(random, codes)) for number in range(random.randint(1, 7))]
    return grants(rule("a", "A", random_condition(random, codes)), metrics=metrics, **{table: rows})


def _asking(random, codes):
    conditions = [random_condition(random, codes) for _ in range(random.choice((0, 1, 1, 2, 3)))]
    if random.random() < 0.5:
        conditions.append(of_tier(*random.sample(["A", "B", "no_tier"], random.randint(1, 2))))
    return conditions


def hard_facts(random, policy, count=9, table=0):
    """Values on and beside the thresholds of ``policy``, missing ones, and options that no condition names."""
    rules = policy.tables[table].rules
    return {number: {one.code: _value(random, one, rules) for one in policy.metrics} for number in range(count)}


def _value(random, metric, rules):
    if random.random() < 0.1:
        return None
    if metric.kind == "choice":
        return random.choice([*OPTIONS, "unheard-of"])
    used = [value for rule in rules for one in rule.conditions if one.metric == metric.code for value in one.values]
    return random.choice(used or [Decimal(0)]) + random.choice((-BESIDE, 0, BESIDE, Decimal(1), Decimal("-0.01")))


def decided_alike(random, policy, kind):
    """Decide hard facts with both matchers, which must agree.

    :return: pairs of a decision and the rules of that kind that hold, as the obvious evaluator finds them
    """
    facts = hard_facts(random, policy, table=1)
    decisions = decide(policy, facts, "durable-rules")
    assert decisions == decide(policy, facts, "reference"), policy.dump()
    for key, decision in decisions.items():
        known = {**facts[key], "tier": decision.tier or "no_tier"}
        yield decision, [row for row in policy.table(kind).rules if _holds(row, known)]


def _holds(row, known):
    return all(engine_reference.holds(one, known[one.metric]) for one in row.conditions)
