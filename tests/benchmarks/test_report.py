import json

import pytest

from benchmarks import report


def _evaluation(customers, seconds, ratio=2.0, megabytes=100.0):
    return {
        "customers": customers,
        "evaluation_seconds": seconds,
        "floor_seconds": seconds / ratio,
        "ratio": ratio,
        "above_idle_mb": megabytes,
        "rounds": [{}],
        "steps": {"collect": {"seconds": 1.0, "rows_per_second": customers}},
    }


def _matching(speed):
    return {
        "customers": 100_000,
        "rules": 50,
        "matcher": "reference",
        "seconds": 100_000 / speed,
        "seconds_again": 1,
        "processor_seconds": 1,
        "customers_per_second": speed,
    }


def _orders(more_pct=20.0, more_queries=3, more_ms=3.0):
    sides = {side: {"ms": 30.0, "best_ms": 28.0, "queries": 14} for side in ("without", "with")}
    more = {"more_pct": more_pct, "more_queries": more_queries, "more_ms": more_ms}
    measured = {"confirm": {**sides, **more}, "edit": {**sides, **more}, "figures": sides["with"]}
    return {"lines": 20, "rounds": 100, **measured}


def _credit(over_plain=20.0, over_oca=0.0, over_oca_small=-1.0):
    sides = {side: {"ms": 30.0, "best_ms": 28.0, "queries": 14} for side in ("plain", "addon", "oca")}
    small = {**sides, "over_plain": 90.0, "over_oca": over_oca_small}
    return {
        "rounds": 60,
        "documents": {"10": small, "20000": {**small, "over_plain": over_plain, "over_oca": over_oca}},
    }


def _documents(post=5.0, pay=5.0, reconcile=5.0):
    side = {"ms": 100.0, "best_ms": 90.0, "queries": 60}
    more = {"post": post, "pay": pay, "reconcile": reconcile}
    measured = {action: {"without": side, "with": side, "more_pct": pct} for action, pct in more.items()}
    return {"lines": 20, "items": 200, "rounds": 40, **measured}


def _plans(worst=3.0):
    return {"customers": 100_000, "worst": worst, "statements": {"credit": {"fresh": 1.0, "old": 2.0, "none": 3.0}}}


def _journeys(judged=2):
    reached = {"files": 3, "functions": 17}
    reach = {"all": reached, "models": reached, "rules": reached, "wizard": reached}
    cases = {"without approval": {"save a line": 2}, "with approval": {"save a line": judged}}
    return {"journeys": {"order confirm": reach}, "judgements": cases}


def _parts(**changes):
    tenth = {"before": _evaluation(100, 0.8), "after": _evaluation(100, 1.2)}
    orders = {"orders": _orders(), "credit": _credit(), "documents": _documents(), "plans": _plans()}
    orders["journeys"] = _journeys()
    return {"full": _evaluation(1000, 10), **tenth, "matching": _matching(100_000), **orders, **changes}


@pytest.mark.parametrize(
    ("changes", "missed"),
    [
        ({}, set()),
        ({"full": _evaluation(1000, 10, ratio=2.5)}, set()),
        ({"full": _evaluation(1000, 10, ratio=2.51)}, {"ratio"}),
        ({"full": _evaluation(1000, 10, megabytes=400.5)}, {"memory"}),
        ({"matching": _matching(99_999)}, {"matching"}),
        ({"full": _evaluation(1000, 11)}, set()),
        ({"full": _evaluation(1000, 11.1)}, {"growth"}),
        # Books that are not ten to one are compared by the time for each customer.
        ({"full": _evaluation(500, 5.4)}, set()),
        ({"full": _evaluation(500, 5.6)}, {"growth"}),
        ({"orders": _orders(more_pct=20.1)}, {"confirm"}),
        ({"orders": _orders(more_queries=4)}, {"confirm_queries"}),
        ({"orders": _orders(more_ms=3.1)}, {"edit"}),
        ({"orders": _orders(-1.0, -1, -1.0)}, set()),
        # Against plain Odoo the most documents count, against others each size.
        ({"credit": _credit(over_plain=20.1)}, {"credit"}),
        ({"credit": _credit(over_oca=0.1)}, {"credit_others"}),
        ({"credit": _credit(over_oca_small=0.1)}, {"credit_others"}),
        ({"documents": _documents(post=5.1)}, {"post"}),
        ({"documents": _documents(pay=5.1, reconcile=5.1)}, {"pay", "reconcile"}),
        ({"plans": _plans(3.1)}, {"plans"}),
        ({"journeys": _journeys(judged=3)}, {"judgements"}),
    ],
)
def test_a_bar_holds_up_to_its_limit(changes, missed):
    bars = report.judge(report.measure(_parts(**changes)))
    assert {name for name, bar in bars.items() if not bar["passed"]} == missed


@pytest.mark.parametrize(("strict", "speed", "code"), [("0", 1, 0), ("1", 1, 1), ("1", 200_000, 0)])
def test_only_a_strict_run_fails_on_a_missed_bar(tmp_path, monkeypatch, capsys, strict, speed, code):
    monkeypatch.setenv("STRICT", strict)
    for name, part in _parts(matching=_matching(speed)).items():
        (tmp_path / f"{name}.json").write_text(json.dumps(part))
    assert report.main(tmp_path / "results.json") == code
    results = json.loads((tmp_path / "results.json").read_text())
    assert results["passed"] == (speed > 100_000)
    assert results["machine"]["cores"] >= 1
    printed = capsys.readouterr().out
    assert ("MISSED" in printed) == (not results["passed"])
    assert "step: collect" in printed
    assert "3 / 17" in printed


def test_a_part_alone_is_told_without_the_others(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("STRICT", "1")
    (tmp_path / "orders.json").write_text(json.dumps(_orders(more_queries=4)))
    assert report.main(tmp_path / "results-orders.json", "orders") == 1
    results = json.loads((tmp_path / "results-orders.json").read_text())
    assert {name: bar["passed"] for name, bar in results["bars"].items()} == {
        "confirm": True,
        "confirm_queries": False,
        "edit": True,
    }
    assert "with the addon" in capsys.readouterr().out
