"""The table that `make demo` prints and the file that it writes."""

import csv
from decimal import Decimal

COLUMNS = ("customer", "revenue", "score", "rank", "tier", "vetoes")
# In the order people ask for them.
MOVEMENTS = ("new", "up", "same", "down", "lost", "none")


def write_rows(path, rows):
    """One row per customer, whole or not at all."""
    draft = path.with_suffix(".new")
    with draft.open("w", newline="", encoding="utf-8") as handle:
        csv.writer(handle, lineterminator="\n").writerows([COLUMNS, *rows])
    draft.replace(path)


def describe(result):
    """The lines of the report."""
    currency = result["currency"]
    return [
        f"{result['evaluation']}: {len(result['rows']):,} customers, {result['state'].lower()}",
        f"Rule set: {result['ruleset']}.  The evaluation took {result['seconds']:.1f} s.",
        "",
        *_columns(_tier_rows(result["tiers"], currency), "<>>>>"),
        "",
        f"Movements: {_counts(result['movements'], MOVEMENTS)}",
        f"Vetoes: {_counts(result['vetoes'], sorted(result['vetoes']))}",
        "",
        *_compared(result["comparison"]),
        "",
        "Every method on the same customers",
        *_columns([[one["name"], _tier_counts(one["tiers"])] for one in result["methods"]], "<<"),
        "",
        *_example(result["example"]),
        "",
        f"The {len(result['biggest'])} biggest customers",
        *_biggest(result["biggest"], currency),
    ]


def _compared(comparison):
    """What several rule sets make of the same customers."""
    return [
        f"Compared: {', '.join(comparison['rulesets'])}.  All agree on {comparison['agreed']:,} of"
        f" {comparison['customers']:,} customers.",
        f"The comparison took {comparison['seconds']:.1f} s, {comparison['collecting']:.1f} s of it for collecting.",
    ]


def _tier_counts(tiers):
    return ", ".join(f"{name} {count:,}" for name, count in tiers)


def _example(example):
    """The worked example of the yearly appraisal."""
    for customer, score, tier in example["lines"]:
        yield f"Company {example['company']}: {customer}, {score} points, {tier}."


def _tier_rows(tiers, currency):
    customers = sum(count for _name, count, _revenue in tiers)
    revenue = sum(Decimal(amount) for _name, _count, amount in tiers)
    rows = [["Tier", "Customers", "Share", f"Revenue {currency}", "Share"]]
    for name, count, amount in tiers:
        share = _percent(Decimal(amount), revenue)
        rows.append([name, f"{count:,}", _percent(count, customers), _money(amount), share])
    return [*rows, ["All", f"{customers:,}", "", _money(revenue), ""]]


def _percent(part, whole):
    return f"{100 * part / whole:.1f} %" if whole else ""


def _money(amount):
    return f"{Decimal(amount):,.2f}"


def _counts(counts, order):
    return ", ".join(f"{name} {counts[name]:,}" for name in order if counts.get(name)) or "none"


def _biggest(customers, currency):
    head = ["Rank", "Tier", "Score", f"Revenue {currency}", "Customer"]
    rows = [[str(row["rank"]), row["tier"], row["score"], _money(row["revenue"]), row["customer"]] for row in customers]
    first, *lines = _columns([head, *rows], "><>><")
    yield first
    for line, row in zip(lines, customers, strict=True):
        yield line
        yield from (f"        {sentence}" for sentence in row["reasons"])


def _columns(rows, alignment):
    """Rows of text in columns as wide as their widest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [f"{cell:{align}{width}}" for cell, align, width in zip(row, alignment, widths, strict=True)]
        yield "  " + "  ".join(cells).rstrip()
