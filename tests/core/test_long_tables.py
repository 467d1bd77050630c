"""Tables of thousands of rows: only those that name the product at hand are made ready."""

import time
from random import Random

from builders import cap, caps, caps_dict, condition, line_metric, needs_durable
from rules import CapTable, FactBatch, Policy
from rules.matching import engine_durable, engine_reference
from rules.matching.matching import Matcher
from rules.matching.selective import LONG, Selective
from rules.matching.signatures import Signatures

ROWS = 2000
PRODUCTS = [f"p{number}" for number in range(3 * ROWS)]
CATEGORIES = [f"g{number}" for number in range(200)]
TIERS = ["A", "B", "C", "no_tier"]
METRICS = [
    line_metric("product", "choice", PRODUCTS),
    line_metric("category", "choice", CATEGORIES),
    line_metric("tier", "choice", TIERS),
    line_metric("quantity", "number"),
]


def row(random, number):
    """For some products, else for some groups of products; every other one for some tiers and quantities only."""
    options, metric = (CATEGORIES, "category") if number % 4 == 3 else (PRODUCTS, "product")
    conditions = [condition(metric, "in", *random.sample(options, random.choice([1, 1, 3, 10])))]
    if number % 2:
        conditions.append(condition("tier", random.choice(["in", "not in"]), *random.sample(TIERS, 2)))
    if number % 5 == 0:
        conditions.append(condition("quantity", ">=", str(random.randrange(1, 500))))
    return cap(f"r{number}", number % 50, *(conditions if number % 97 else conditions[1:]))


def long_table(rows=ROWS):
    random = Random(1)
    return caps_dict(*(row(random, number) for number in range(rows)), metrics=METRICS)


def order(random, lines=20):
    facts = {"product": PRODUCTS, "category": CATEGORIES, "tier": TIERS, "quantity": range(1000)}
    return FactBatch.from_mapping(
        {number: {name: random.choice(values) for name, values in facts.items()} for number in range(lines)}
    )


def columns_of(matcher, book):
    return {one: book.column(one.metric, one.metric != "quantity") for one in matcher.operands}


def test_a_long_table_decides_as_the_reference_does():
    policy = Policy.load(long_table())
    book = order(Random(2), 300)
    decisions = CapTable(policy, "durable-rules").decide(book)
    assert decisions == CapTable(policy, "reference").decide(book)
    assert sum(one.cap is not None for one in decisions) > 100


@needs_durable
def test_of_a_long_table_only_the_rows_of_the_order_s_products_are_made_ready(monkeypatch):
    made = []
    start = engine_durable.Engine.__init__
    monkeypatch.setattr(engine_durable.Engine, "__init__", lambda self, chunk: made.append(chunk) or start(self, chunk))
    matcher = Matcher(Policy.load(long_table()), "discount_cap", "durable-rules")
    book = order(Random(3))
    matcher.match(columns_of(matcher, book), len(book))
    assert len(made) < 150


def test_the_first_order_that_a_long_table_judges_does_not_wait_for_it():
    """Less than a second of processor time, reading the rows included; it was twenty."""
    start = time.process_time()
    CapTable(Policy.load(long_table())).decide(order(Random(4)))
    assert time.process_time() - start < 1


@needs_durable
def test_quantities_alone_make_a_long_table_too():
    rows = [
        cap(f"r{number}", number % 50, condition("order_quantity", ">=", str(ROWS - number))) for number in range(ROWS)
    ]
    start = time.process_time()
    decided = CapTable(caps(*rows)).decide(FactBatch.from_mapping({1: {"order_quantity": 7}, 2: {"order_quantity": 0}}))
    assert [one.rule for one in decided] == [f"r{ROWS - 7}", None]
    assert time.process_time() - start < 2


@needs_durable
def test_tables_become_long_where_filing_pays():
    assert type(Matcher(Policy.load(long_table(LONG - 1)), "discount_cap")._signatures) is Signatures
    assert type(Matcher(Policy.load(long_table(LONG)), "discount_cap")._signatures) is Selective


@needs_durable
def test_rows_that_exclude_each_option_that_they_name_never_hold():
    never = [condition("product", "in", "p1", "p2"), condition("product", "not in", "p1", "p2")]
    twice = [condition("product", "in", "p1", "p2"), condition("product", "=", "p2")]
    rules = Policy.load(caps_dict(cap("never", 1, *never), cap("p2", 2, *twice), metrics=METRICS)).tables[1].rules
    book = FactBatch.from_mapping(dict(enumerate([{"product": "p1"}, {"product": "p2"}, {}])))
    columns = {rules[0].conditions[0].operand: book.column("product", True)}
    expected = engine_reference.fired(rules, columns, 3)
    assert expected == [(), (1,), ()]
    assert Selective(rules).fired(columns, 3) == expected
