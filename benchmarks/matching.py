"""(b) The matching step alone: customers × 50 rules over 15 metrics, 2 % of the values missing. Needs no Odoo.

    python -m benchmarks.matching result.json

The first pass starts with nothing inferred, as a new worker does, and includes making the engines; that one counts.
What is measured is what an evaluation calls, ``Matcher.match``: columns of exact numbers, which scoring has checked
already, to the rules that fire for each customer.
"""

import json
import os
import random
import statistics
import sys
import time
from decimal import Decimal
from pathlib import Path

from rules import FactBatch, Matcher, Policy, matcher_name

METRICS = 15
RULES = 50
MISSING = 0.02
BATCH = 5_000
ROUNDS = 3


def main(path):
    customers = int(os.environ.get("BENCH_CUSTOMERS", 100_000))
    books = make_books(customers)
    policy = make_policy(books[0])
    rounds = [_measure(policy, books) for _number in range(ROUNDS)]
    seconds, again, processor, fired = map(statistics.median, zip(*rounds, strict=True))
    result = {
        "customers": customers,
        "rules": RULES,
        "metrics": METRICS,
        "matcher": matcher_name(),
        "fired_per_customer": fired / customers,
        "seconds": seconds,
        "seconds_again": again,
        "processor_seconds": processor,
        "customers_per_second": customers / seconds,
        "rounds": rounds,
    }
    Path(path).write_text(json.dumps(result, indent=1))
    print(f"{result['matcher']}: {seconds:.2f} s, {customers / seconds:,.0f} customers/s")


def _measure(policy, books):
    """Seconds of the first pass of a new matcher and of the next one, processor seconds of the first, rules fired."""
    start, processor = time.perf_counter(), time.process_time()
    matcher = Matcher(policy, "veto")
    batches = [({operand: book.columns[operand.metric] for operand in matcher.operands}, len(book)) for book in books]
    fired = _count_fired(matcher, batches)
    middle, processor = time.perf_counter(), time.process_time() - processor
    if _count_fired(matcher, batches) != fired:
        raise AssertionError("the second pass gave something else than the first")
    return middle - start, time.perf_counter() - middle, processor, fired


def _count_fired(matcher, batches):
    return sum(len(rules) for columns, count in batches for rules in matcher.match(columns, count))


def make_books(customers, seed=1):
    """Facts of the customers in batches: each metric on a scale of its own, many small values and few big ones."""
    draw = random.Random(seed)
    return [_make_book(draw, range(first, min(first + BATCH, customers))) for first in range(0, customers, BATCH)]


def _make_book(draw, keys):
    columns = {
        f"m{metric}": [
            None if draw.random() < MISSING else Decimal(round(100 * 10 ** (1 + metric % 5) * draw.random() ** 3)) / 100
            for _key in keys
        ]
        for metric in range(METRICS)
    }
    return FactBatch(list(keys), columns)


def make_policy(book, seed=2):
    """Rules of 2 to 4 conditions each, with thresholds between the values of the book."""
    draw = random.Random(seed)
    rules = [
        {"key": f"r{number}", "name": f"Rule {number}", "tier": "B", "conditions": _make_conditions(draw, book)}
        for number in range(RULES)
    ]
    return Policy.load(
        {
            "schema": 1,
            "name": "Benchmark",
            "metrics": [{"code": code, "name": code, "kind": "number", "options": []} for code in book.columns],
            "tiers": [{"code": "A", "name": "A", "rank": 1}, {"code": "B", "name": "B", "rank": 2}],
            "criteria": [],
            # Of the tables, the one where all rules that fire count, so that each of them shows.
            "tables": [{"kind": "tier", "rules": []}, {"kind": "veto", "rules": rules}],
        }
    )


def _make_conditions(draw, book):
    """Each holds for a half of the customers or somewhat more, so that about 5 of 50 rules fire."""
    return [
        _make_condition(draw, metric, sorted(value for value in book.columns[metric] if value is not None))
        for metric in draw.sample(sorted(book.columns), draw.randint(2, 4))
    ]


def _make_condition(draw, metric, values):
    holds = draw.uniform(0.3, 0.6)
    operator = draw.choice([">=", ">", "<=", "<"])
    place = 1 - holds if operator.startswith(">") else holds
    return {
        "metric": metric,
        "measure": "value",
        "operator": operator,
        "values": [str(values[int(place * len(values))])],
    }


if __name__ == "__main__":
    main(sys.argv[1])
