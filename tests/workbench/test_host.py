import pytest

from workbench import host
from workbench.host_difference import Difference

SALE = "odoo.addons.sale.tests.test_sale_order.TestSaleOrder"
MARGIN = "odoo.addons.sale_margin.tests.test_sale_margin.TestSaleMargin"


@pytest.mark.parametrize(
    ("without", "with_addon", "differs"),
    [
        (None, None, False),
        (None, "AssertionError: 1 != 2", True),
        ("AssertionError: 1 != 2", None, True),
        # Ids in messages change from run to run; another exception is another fault.
        ("AssertionError: record 5", "AssertionError: record 7", False),
        ("AssertionError: record 5", "KeyError: 'x'", True),
        ("skipped: no browser", "skipped: no browser", False),
        ("skipped: no browser", None, True),
        ("skipped: no browser", "AssertionError: no", True),
    ],
)
def test_a_test_differs_by_how_it_ends(without, with_addon, differs):
    difference = Difference({"test": without}, {"test": with_addon})
    assert (difference.differing, difference.same) == ((["test"], []) if differs else ([], ["test"]))


def test_a_test_that_runs_on_one_side_only_differs():
    difference = Difference({"a": None, "b": None}, {"b": None, "c": None})
    assert (difference.differing, difference.same) == (["a", "c"], ["b"])
    assert "    without: did not run" in difference.lines()


def test_what_differs_is_run_again_by_method_and_where_the_class_failed_by_class():
    differing = {f"{SALE}.test_a": "KeyError: 1", f"setUpClass ({MARGIN})": "KeyError: 1"}
    difference = Difference(dict.fromkeys(differing), differing)
    assert difference.tags() == ["/sale:TestSaleOrder.test_a", "/sale_margin:TestSaleMargin"]


@pytest.mark.parametrize(
    ("again", "left"),
    [
        ({"slow": None, "broken": "KeyError: 1"}, ["broken"]),
        ({"slow": "Timeout: 1", "broken": "KeyError: 1"}, ["broken", "slow"]),
        ({"slow": None, "broken": None}, []),
        # Did not run again at all: nothing is settled.
        ({}, ["broken", "slow"]),
    ],
)
def test_only_what_differs_twice_is_a_difference(again, left):
    passed = {"slow": None, "broken": None, "good": None}
    first = Difference(passed, {"slow": "Timeout: 1", "broken": "KeyError: 1", "good": None})
    confirmed = first.confirmed_by(dict.fromkeys(again), again)
    assert confirmed.differing == left
    assert sorted(confirmed.same) == sorted({*passed} - {*left})
    told = "\n".join(confirmed.lines())
    assert ("differed once" in told) == (len(left) < 2)


def test_what_fails_on_both_sides_is_told_and_counts_as_the_same():
    outcomes = {"good": None, "bad": "KeyError: 1", "absent": "skipped: no browser"}
    told = "\n".join(Difference(outcomes, dict(outcomes)).lines())
    assert "1 fail on both sides" in told and "bad: KeyError: 1" in told
    assert "1 are skipped on both sides" in told
    assert told.endswith("difference: none")


@pytest.mark.parametrize(
    ("chosen", "wanted"),
    [
        ("", "/sale,/sale_management,/sale_margin,/loyalty,/sale_loyalty"),
        ("/sale_margin", "/sale_margin"),
    ],
)
def test_what_runs(chosen, wanted):
    assert host.tags(chosen) == wanted


def test_the_subset_covers_every_addon():
    chosen = host.tags("subset").split(",")
    assert {tag.strip("/").partition(":")[0] for tag in chosen} == set(host.MODULES)


@pytest.mark.parametrize(
    ("tag", "runs"),
    [
        ("/sale", True),
        ("/sale:TestSaleOrder", True),
        ("/sale:TestSaleOrder.test_a", True),
        ("/sale:TestSaleOrder.test_b", False),
        ("/sale:TestSale", False),
        ("/sale_margin", False),
        ("-/sale:TestOther", True),
    ],
)
def test_tags_that_run_nothing_are_found(tag, runs):
    assert host.empty_tags(tag, [f"{SALE}.test_a"]) == ([] if runs else [tag])
