"""Puts the measurements together: a table for people, JSON for machines, and whether the bars hold.

    python -m benchmarks.report results.json                 # reads matching.json, before.json and the others beside it
    python -m benchmarks.report results-orders.json orders   # that part alone

Exit code 1 with STRICT=1 when a bar is missed, else 0: a busy machine must not break anything.
"""

import json
import os
import statistics
import sys
from datetime import datetime, timezone
from pathlib import Path

from . import machine

# What each part of the benchmark writes.
PARTS = {
    "matching": ["matching"],
    "evaluation": ["full", "before", "after"],
    "plans": ["plans"],
    "orders": ["orders"],
    "credit": ["credit"],
    "documents": ["documents"],
    "journeys": ["journeys"],
}
BARS = {
    # name: (what, unit, limit, whether more is better)
    "ratio": ("(a) whole evaluation, times the floor", "×", 2.5, False),
    "memory": ("(a) peak memory above an idle worker", "MB", 400, False),
    "matching": ("(b) matching alone", "customers/s", 100_000, True),
    "growth": ("(c) time for ten times the customers", "×", 11, False),
    "confirm": ("(d) confirming an order, more time", "%", 20, False),
    "confirm_queries": ("(d) confirming an order, more queries", "", 3, False),
    "edit": ("(d) editing one line, more time", "ms", 3, False),
    "credit": ("(e) credit check, 20,000 documents, more time", "%", 20, False),
    "credit_others": ("(e) credit check, more time than others'", "%", 0, False),
    "post": ("(f) posting an invoice, more time", "%", 5, False),
    "pay": ("(f) registering its payment, more time", "%", 5, False),
    "reconcile": ("(f) reconciling 200 open items, more time", "%", 5, False),
    "plans": ("(g) a source's statement, times its best", "×", 3, False),
    "judgements": ("(h) judgements of an order whose line is saved", "", 2, False),
}


DOCUMENTS = {
    "post": "Posting an invoice of {lines} lines",
    "pay": "Registering its payment",
    "reconcile": "Reconciling {items} open items",
}


def main(path, *chosen):
    path = Path(path)
    names = [name for part in chosen or PARTS for name in PARTS[part]]
    parts = {name: json.loads((path.parent / f"{name}.json").read_text()) for name in names}
    results = {
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "machine": machine.describe(),
        "bars": judge(measure(parts)),
        **parts,
    }
    results["passed"] = all(bar["passed"] for bar in results["bars"].values())
    path.write_text(json.dumps(results, indent=1) + "\n")
    print("\n".join(lines(results)))
    print(f"\n{path}")
    return 1 if os.environ.get("STRICT") == "1" and not results["passed"] else 0


def measure(parts):
    """The figures that have bars."""
    figures = {}
    if "full" in parts:
        small = statistics.mean(map(_per_customer, (parts["before"], parts["after"])))
        figures["ratio"] = parts["full"]["ratio"]
        figures["memory"] = parts["full"]["above_idle_mb"]
        figures["growth"] = 10 * _per_customer(parts["full"]) / small
    if "matching" in parts:
        figures["matching"] = parts["matching"]["customers_per_second"]
    if "orders" in parts:
        figures["confirm"] = parts["orders"]["confirm"]["more_pct"]
        figures["confirm_queries"] = parts["orders"]["confirm"]["more_queries"]
        figures["edit"] = parts["orders"]["edit"]["more_ms"]
    if "credit" in parts:
        sizes = parts["credit"]["documents"]
        figures["credit"] = sizes[max(sizes, key=int)]["over_plain"]
        figures["credit_others"] = max(size["over_oca"] for size in sizes.values())
    if "documents" in parts:
        figures |= {action: parts["documents"][action]["more_pct"] for action in DOCUMENTS}
    if "plans" in parts:
        figures["plans"] = parts["plans"]["worst"]
    if "journeys" in parts:
        figures["judgements"] = max(case["save a line"] for case in parts["journeys"]["judgements"].values())
    return figures


def _per_customer(part):
    """Should the books not be ten to one, this is what counts."""
    return part["evaluation_seconds"] / part["customers"]


def judge(figures):
    return {
        name: {
            "what": what,
            "unit": unit,
            "measured": figures[name],
            "bar": limit,
            "passed": figures[name] >= limit if more_is_better else figures[name] <= limit,
        }
        for name, (what, unit, limit, more_is_better) in BARS.items()
        if name in figures
    }


def lines(results):
    """The table."""
    yield from ["", "Bars", *_bar_lines(results["bars"])]
    for part, names in PARTS.items():
        for name in names:
            if name in results:
                yield from ["", *TABLES[part](results[name])]


def _bar_lines(bars):
    for name, bar in bars.items():
        limit = f"bar {'≥' if BARS[name][3] else '≤'} {_number(bar['bar'])}"
        measured = f"{_number(bar['measured']):>12} {bar['unit']}"
        yield f"  {bar['what']:<46} {measured:<26} {limit:<16} {'holds' if bar['passed'] else 'MISSED'}"


def _evaluation_lines(part):
    customers = part["customers"]
    yield f"Evaluation of {customers:,} customers (median of {len(part['rounds'])})"
    yield _speed_line("whole evaluation", part["evaluation_seconds"], customers)
    yield _speed_line("floor", part["floor_seconds"], customers)
    for step, figures in part["steps"].items():
        yield _speed_line(f"  step: {step}", figures["seconds"], customers)


def _matching_lines(part):
    yield f"Matching alone, {part['customers']:,} customers × {part['rules']} rules ({part['matcher']})"
    yield _speed_line("first pass, nothing inferred yet", part["seconds"], part["customers"])
    yield _speed_line("  processor time of it", part["processor_seconds"], part["customers"])
    yield _speed_line("next pass", part["seconds_again"], part["customers"])


def _order_lines(part):
    for action, what in (("confirm", "Confirming an order"), ("edit", "Editing one line")):
        yield f"{what} of {part['lines']} lines (median of {part['rounds']})"
        for side in ("without", "with"):
            figures = part[action][side]
            what = f"  {side} the addon"
            yield _order_line(what, figures)
    yield _order_line("Figures of discounts, asked for afterwards", part["figures"])


def _credit_lines(part):
    for number, size in part["documents"].items():
        yield f"Confirming an order of a customer with {int(number):,} open documents (median of {part['rounds']})"
        yield _order_line("  plain Odoo", size["plain"])
        yield _order_line("  with the addon's credit check", size["addon"])
        yield _order_line("  with that of OCA's sale_financial_risk", size["oca"])


def _document_lines(part):
    for action, what in DOCUMENTS.items():
        yield f"{what.format(**part)} (median of {part['rounds']})"
        for side in ("without", "with"):
            yield _order_line(f"  {side} the addon", part[action][side])


def _plan_lines(part):
    yield f"Statements of sources for {part['customers']:,} customers, in seconds by PostgreSQL's statistics"
    yield f"  {'':<16} {'fresh':>9} {'old':>9} {'none':>9}"
    for name, times in part["statements"].items():
        yield f"  {name:<16} {times['fresh']:>9.2f} {times['old']:>9.2f} {times['none']:>9.2f}"


def _journey_lines(part):
    yield "Files / functions of the addon that run, up to the commit"
    yield f"  {'':<22} {'all':>11}" + "".join(f" {name:>11}" for name in REACHED)
    for journey, reached in part["journeys"].items():
        figures = "".join(f" {_reached(reached[name]):>11}" for name in ("all", *REACHED))
        yield f"  {journey:<22}{figures}"
    yield "Judgements of one order"
    for case, counts in part["judgements"].items():
        yield f"  {case:<22} " + ", ".join(f"{what}: {count}" for what, count in counts.items())


def _reached(figures):
    return f"{figures['files']} / {figures['functions']}"


def _order_line(what, figures):
    return f"{what:<42} {figures['ms']:>12.1f} ms {figures['queries']:>14.0f} queries"


REACHED = ("models", "rules", "wizard")
TABLES = {
    "matching": _matching_lines,
    "evaluation": _evaluation_lines,
    "plans": _plan_lines,
    "orders": _order_lines,
    "credit": _credit_lines,
    "documents": _document_lines,
    "journeys": _journey_lines,
}


def _speed_line(what, seconds, customers):
    return f"  {what:<40} {seconds:>12.2f} s {customers / seconds:>14,.0f} customers/s"


def _number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:,.2f}"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
