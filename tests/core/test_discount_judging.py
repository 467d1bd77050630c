"""What an order gives away: each line against its own cap and floor, the whole against what its lines allow."""

from decimal import Decimal

import pytest
from builders import line
from hypothesis import given, settings
from hypothesis import strategies as st
from rules import judge

CENT = Decimal("0.01")


def judged(*lines, rounding=CENT):
    return judge(lines, Decimal(rounding))


def alone(net, reference, cap=None, **columns):
    return judged(line(net, reference, cap, **columns)).lines[0]


# --- A line and its own cap ---


@pytest.mark.parametrize(
    ("net", "reference", "cap", "over"),
    [
        ("180.00", "200", "10", False),
        ("179.99", "200", "10", True),
        ("180.01", "200", "10", False),
        ("179.995", "200", "10", False),  # half a cent is rounded up
        ("179.9949", "200", "10", True),
        ("8.99", "9.99", "10", False),  # the least is 8.991, as money 8.99
        ("8.98", "9.99", "10", True),
        ("200", "200", "0", False),
        ("199.99", "200", "0", True),
        ("210", "200", "0", False),
        ("0", "200", "100", False),
        ("-0.01", "200", "100", True),
        ("0", "200", "99.99", True),
        ("0.02", "200", "99.99", False),
        ("-50", "200", "10", True),
        ("900000000000000000000", "1000000000000000000000", "10", False),
        ("899999999999999999999.99", "1000000000000000000000", "10", True),
        ("0.004", "0.004", "10", False),  # worth nothing as money: no reference
        ("0", None, "10", False),
        ("0", "0", "10", False),
        ("0", "200", None, False),
    ],
)
def test_at_the_cap_a_line_is_within_and_a_cent_less_is_not(net, reference, cap, over):
    assert alone(net, reference, cap).over is over


def test_a_line_says_what_it_gives_and_what_it_may_give():
    one = alone("170", "200", "10")
    assert (one.given_pct, one.given, one.allowed, one.excess, one.beyond) == (15, 30, 20, 10, 10)
    within = alone("190", "200", "10")
    assert (within.given_pct, within.given, within.allowed, within.excess, within.beyond) == (5, 10, 20, 0, -10)


@pytest.mark.parametrize("columns", [{"own": False}, {"quantity": 0}, {"quantity": -1}])
def test_a_reward_and_returned_goods_are_not_judged_alone(columns):
    one = alone("0", "200", "10", margin_floor=20, cost=100, **columns)
    assert (one.over_cap, one.below_floor, one.excess, one.shortfall) == (False, False, 0, 0)


@pytest.mark.parametrize(("slack", "over"), [("0.01", False), ("0.009", True)])
def test_slack_is_what_prices_cannot_say_exactly(slack, over):
    assert judged(line("179.99", "200", "10", slack=slack)).over is over


@pytest.mark.parametrize(
    ("rounding", "net", "over"),
    [("1", "180", False), ("1", "179.5", False), ("1", "179.4", True),
     ("0.05", "179.975", False), ("0.05", "179.97", True), ("0.001", "179.999", True)],
)  # fmt: skip
def test_money_has_the_steps_of_its_currency(rounding, net, over):
    assert judged(line(net, "200", "10"), rounding=rounding).over is over


# --- The margin floor ---


@pytest.mark.parametrize(
    ("net", "cost", "floor", "below"),
    [
        ("100", "80", "20", False),
        ("99.99", "80", "20", True),
        ("100.01", "80", "20", False),
        ("100", "80", None, False),
        ("100", None, "20", False),  # an unknown cost breaks no floor
        ("100", "0", "100", False),
        ("100", "0.01", "100", True),
        ("80", "80", "0", False),
        ("79.99", "80", "0", True),
        ("0", "80", "0", True),
        ("0", "0", "0", True),  # it is worth something
        ("-1", None, "0", True),
    ],
)
def test_the_margin_floor_counts_exactly(net, cost, floor, below):
    one = alone(net, "120", "100", margin_floor=floor, cost=cost)
    assert one.below_floor is below
    assert one.over is (below or Decimal(net) < 0)


def test_what_is_free_and_worth_nothing_breaks_no_floor():
    assert not alone("0", None, "10", margin_floor=20, cost=0).over
    assert not alone("0", None, "10", margin_floor=20, cost=None).over
    assert alone("0", None, "10", margin_floor=20, cost="0.01").below_floor


@pytest.mark.parametrize(
    ("net", "cost", "floor", "margin", "shortfall"),
    [("90", "80", "20", Decimal(100) / 9, 10), ("100", "80", "20", 20, 0), ("-5", "80", "20", None, 85),
     ("10", "4", "100", 60, 4), ("100", None, "20", None, 0)],
)  # fmt: skip
def test_the_margin_and_what_is_missing_to_its_floor(net, cost, floor, margin, shortfall):
    one = alone(net, "120", "100", margin_floor=floor, cost=cost)
    assert one.margin_pct == (margin and pytest.approx(margin))
    assert one.shortfall == shortfall


def test_slack_counts_for_the_floor_too():
    assert not alone("99.99", "120", "100", margin_floor=20, cost=80, slack="0.01").over


# --- The whole order ---

FULL = line("190", "200", "10")  # leaves 10


@pytest.mark.parametrize(
    ("others", "given", "allowed", "over"),
    [
        ([], 10, 20, False),
        ([line("-10", None, "10")], 20, 20, False),
        ([line("-10.01", None, "10")], "20.01", 20, True),
        ([line("-10.01", None)], "20.01", 20, True),
        ([line("-10", None, own=False)], 20, 20, False),
        ([line("-10.01", None, "100", own=False)], "20.01", 20, True),
        # Money for something of unknown worth is no discount in reverse; without a cap it may be let off.
        ([line("50", None, "10"), line("-10.01", None)], "20.01", 20, True),
        ([line("50", None), line("-60", None)], 70, 70, False),
        ([line("50", None), line("-60.01", None)], "70.01", 70, True),
        # A reward: what it is worth counts, its cap allows nothing.
        ([line("0", "10", "50", own=False)], 20, 20, False),
        ([line("0", "10.01", "50", own=False)], "20.01", 20, True),
        ([line("0", "500", own=False)], 510, 520, False),
        # Without a cap it may be given away wholly.
        ([line("0", "500")], 510, 520, False),
        ([line("500", "500"), line("-510", None)], 520, 520, False),
        # A surcharge makes up for others, at the level of the order only.
        ([line("120", "100", "0"), line("-30", None)], 20, 20, False),
        ([line("120", "100", "0"), line("99.99", "100", "0")], "-9.99", 20, True),
        # Returned goods take back what they allow.
        ([line("-90", "-100", "10", quantity=-1)], 0, 10, False),
        ([line("-100", "-100", "10", quantity=-1)], 10, 10, False),
        ([line("-100.01", "-100", "10", quantity=-1)], "10.01", 10, True),
        ([line("-500", "-500", quantity=-1)], 10, 20, False),
        ([line("-510.01", "-500", quantity=-1)], "20.01", 20, True),
    ],
)
def test_an_order_may_give_what_its_lines_allow_together(others, given, allowed, over):
    order = judged(FULL, *others)
    assert (order.given, order.allowed, order.over) == (Decimal(given), allowed, over)


def test_goods_taken_back_at_their_worth_are_no_discount():
    assert not judged(line("-200", "-200", "10", quantity=-2)).over
    assert not judged(line("-200", "-200", "10", quantity=-2), line("-50", "-50", quantity=-1)).over
    assert judged(line("-200.01", "-200", "10", quantity=-2)).order_over


def test_nothing_is_over_where_nothing_is_capped():
    order = judged(line("0", "200"), line("-500", None), line("-500", "100", own=False))
    assert not order.over
    assert order.excess == 0


def test_a_floor_alone_does_not_cap_the_order():
    assert not judged(line("100", "200", margin_floor=20, cost=80), line("-500", None)).over
    assert judged(line("99", "200", margin_floor=20, cost=80)).over


def test_an_order_without_lines_gives_nothing():
    assert judged() == ((), 0, 0, 0, 0, False, False)


def test_room_and_excess():
    order = judged(FULL)
    assert (order.remaining, order.excess, order.total) == (10, 0, -10)
    order = judged(FULL, line("-25", None))
    assert (order.remaining, order.excess, order.total, order.order_over) == (0, 15, 15, True)


def test_the_excess_is_what_lines_give_too_much_even_where_others_make_up_for_it():
    order = judged(line("100", "200", "10"), line("1000", "500", "10"))
    assert (order.total, order.order_over, order.excess, order.over) == (-470, False, 80, True)
    order = judged(line("90", "200", "100", margin_floor=20, cost=80))
    assert (order.excess, order.over) == (10, True)


def test_an_order_takes_the_slack_of_all_its_lines():
    lines = [line("179.99", "200", "10", slack="0.01")] * 3
    assert not judged(*lines).over
    assert judged(*lines, line("-0.01", None)).over


def test_many_lines_at_their_cap_are_at_the_cap_together():
    # Each least is rounded down by up to half a cent.
    assert not judged(*[line("8.99", "9.99", "10")] * 50).over


MONEY = st.decimals(-1000, 1000, places=2)
PERCENT = st.decimals(0, 100, places=2)


@settings(max_examples=30, deadline=None)
@given(st.decimals("0.01", 100_000, places=2), PERCENT)
def test_the_least_is_within_and_a_cent_less_is_over(reference, cap):
    least = reference - alone("0", reference, cap).allowed
    assert [judged(line(least + step, reference, cap)).over for step in (CENT, 0, -CENT)] == [False, False, True]


@settings(max_examples=30, deadline=None)
@given(MONEY, MONEY, PERCENT)
def test_what_a_line_may_give_lies_between_nothing_and_its_worth(net, reference, cap):
    one = alone(net, reference, cap)
    assert min(Decimal(0), reference) <= one.allowed <= max(Decimal(0), reference)
    assert one.excess == (max(0, one.given - one.allowed) if reference > 0 else 0)


LINE = st.builds(line, MONEY, st.none() | MONEY, st.none() | PERCENT, quantity=st.sampled_from([-1, 0, 1]),
                 own=st.booleans(), cost=st.none() | MONEY, margin_floor=st.none() | PERCENT)  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(st.lists(LINE, max_size=6), LINE)
def test_lowering_a_price_never_puts_an_order_within(lines, one):
    dearer = judged(*lines, one._replace(net=one.net + 1))
    cheaper = judged(*lines, one)
    assert cheaper.total >= dearer.total or one.reference is None or not one.reference
    assert cheaper.lines[-1].over or not dearer.lines[-1].over


@settings(max_examples=30, deadline=None)
@given(st.lists(LINE, max_size=6))
def test_an_order_says_what_it_says_whatever_the_order_of_its_lines(lines):
    assert judged(*lines)[1:] == judged(*reversed(lines))[1:]
    assert judged(*lines).over is bool(judged(*lines).order_over or any(one.over for one in judged(*lines).lines))


def test_what_is_taken_for_the_least_price_stays_so_when_rounded():
    """12.345 % off 100 is 87.655, of which Odoo makes 87.65: neither a line nor many of them are over."""
    one = line("87.65", "87.655", "0", slack="0.005")
    for lines in ([one], [one] * 20):
        assert not judged(*lines).over
    for net in ("87.64", "87.6499"):
        assert judged(line(net, "87.655", "0", slack="0.005")).over
    assert judged(*[one] * 20, line("-0.01", None, None)).over
