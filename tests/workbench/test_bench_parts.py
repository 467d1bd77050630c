import pytest

from workbench import bench
from workbench.problems import Problem


@pytest.mark.parametrize(
    ("given", "wanted"),
    [("", list(bench.PARTS)), ("orders", ["orders"]), ("orders,matching", ["orders", "matching"])],
)
def test_parts_are_chosen_by_name(monkeypatch, given, wanted):
    monkeypatch.setenv("BENCH_ONLY", given)
    assert bench.chosen_parts() == wanted


@pytest.mark.parametrize("given", ["order", "orders,", "orders, matching"])
def test_an_unknown_part_is_refused(monkeypatch, given):
    monkeypatch.setenv("BENCH_ONLY", given)
    with pytest.raises(Problem, match="BENCH_ONLY"):
        bench.chosen_parts()
