"""What is invoiced of an order gives no more than the order gives for exactly that."""

from decimal import Decimal

import pytest
from builders import line
from hypothesis import given, settings
from hypothesis import strategies as st
from rules import Entry, invoiced, judge

CENT = Decimal("0.01")


def goods(key, price, quantity=1, cap="10", worth="100", **columns):
    """``quantity`` pieces at ``price`` each, which are worth ``worth`` each; what is taken back has no reference."""
    amounts = [None if one is None else Decimal(one) * quantity for one in (price, worth if quantity > 0 else None)]
    return line(*amounts, cap, key=key, quantity=Decimal(quantity), product=key, unit_net=Decimal(price), **columns)


def taken_off(key, amount, quantity=1):
    return goods(key, -Decimal(amount), Decimal(quantity), worth=None)


def entry(one, new=False, **options):
    return Entry(judge([one], CENT).lines[0], new, **options)


def new(*lines, **options):
    return [entry(one, new=True, **options) for one in lines]


def settle(order, *entries):
    return invoiced(order and judge(order, CENT), entries, CENT)


ORDER = [goods(1, 90, 10), goods(2, 100, 10), taken_off(3, 100)]


@pytest.mark.parametrize(
    ("entries", "over"),
    [
        # A part of the order, with the part of its discount that it allows.
        (new(*ORDER), False),
        (new(ORDER[0]), False),
        (new(goods(2, 100, 5), taken_off(3, 50)), False),
        (new(goods(2, 100, 5), taken_off(3, "50.02")), True),
        (new(goods(2, 100, 5), taken_off(3, 100, "0.5")), False),
        (new(goods(2, 100, 1), taken_off(3, 100)), True),
        (new(taken_off(3, 100)), True),
        # What was invoiced before counts, on both sides.
        ([entry(ORDER[1]), *new(taken_off(3, 100))], False),
        ([entry(ORDER[1]), entry(ORDER[2]), *new(taken_off(3, 100))], True),
        ([entry(goods(2, 100, 5)), entry(taken_off(3, 50)), *new(goods(2, 100, 5), taken_off(3, 50))], False),
        # Not as ordered: judged by itself.
        (new(goods(1, 89, 1)), True),
        (new(goods(1, 90, 11)), False),
        ([entry(goods(1, 90, 10)), *new(goods(1, 90, 1))], False),
        ([entry(goods(1, 90, 10)), *new(goods(1, 80, 1))], True),
        (new(goods(1, 95, 1), comparable=False), False),
        # Goods taken back, at no more than they were invoiced for.
        ([entry(goods(1, 90, 2)), *new(goods(1, 90, -1))], False),
        ([entry(goods(1, 90, 2)), *new(goods(1, 180, -1))], True),
        (new(goods(2, 100, 10), goods(1, 90, -1), taken_off(3, 100)), True),
    ],
)
def test_a_part_gives_what_the_same_part_of_the_order_gives(entries, over):
    assert settle(ORDER, *entries).over is over


def test_a_cap_that_was_earned_by_the_whole_holds_for_its_parts():
    order = [goods(1, 70, 10, cap="30")]
    part = goods(1, 70, 4, cap="10")
    assert not settle(order, *new(part)).over
    assert settle(None, *new(part)).over


def test_goods_that_are_not_invoiced_lend_nothing():
    order = [goods(1, 100), goods(2, 180), taken_off(3, 90)]
    assert not judge(order, CENT).over
    result = settle(order, *new(order[0], order[2]))
    assert (result.order_over, result.excess) == (True, 80)
    assert not settle(order, entry(order[1]), *new(order[0], order[2])).over


def test_what_somebody_consented_to_may_be_invoiced_once():
    order = [goods(1, 50, 4)]
    assert not settle(order, *new(goods(1, 50, 4))).over
    again = settle(order, entry(goods(1, 50, 4)), *new(goods(1, 50, 1)))
    assert again.over
    assert again.lines[0].line.quantity == 5


def test_credit_notes_make_room_to_invoice_again():
    order = [goods(1, 50, 4)]
    for price in (50, 1):
        credit = entry(goods(1, price, -4), credit=True)
        assert not settle(order, entry(goods(1, 50, 4)), credit, *new(goods(1, 50, 4))).over


def test_what_was_credited_of_a_line_does_not_stop_others():
    before = [entry(ORDER[1]), entry(ORDER[2]), entry(goods(2, 100, -5), credit=True)]
    assert not settle(ORDER, *before, *new(goods(1, 90, 1))).over


def test_down_payments_are_deducted_as_far_as_they_were_invoiced():
    def advance(amount, **options):
        return entry(goods("d", abs(amount), 1 if amount > 0 else -1, worth=None, cap=None), advance=True, **options)

    whole = new(ORDER[1])
    assert not settle(ORDER, advance(300), *whole, advance(-300, new=True)).over
    # The goods may be given away by 100.
    assert not settle(ORDER, advance(300), *whole, advance(-400, new=True)).over
    assert settle(ORDER, advance(300), *whole, advance(-401, new=True)).over
    assert settle(ORDER, advance(300), advance(-300), *whole, advance(-300, new=True)).over


@settings(max_examples=100)
@given(st.data())
def test_no_way_to_cut_an_order_into_invoices_stops_the_last_one(data):
    """Parts in any order: each that is posted is within what was invoiced; all of them together are the order."""
    numbers = st.integers(min_value=1, max_value=9)
    lines = data.draw(st.lists(st.tuples(st.integers(min_value=90, max_value=120), numbers), min_size=1, max_size=4))
    order = [goods(key, price, quantity) for key, (price, quantity) in enumerate(lines)]
    room = judge(order, CENT).remaining
    order.append(taken_off("off", data.draw(st.integers(min_value=0, max_value=int(room)))))
    posted = [entry(one) for one in data.draw(st.permutations(order))[1:]]
    missing = next(one for one in order if all(one.key != known.key for known in posted))
    assert not settle(order, *posted, *new(missing)).over
    together = sum((one.judged.given - one.judged.allowed for one in posted), Decimal(0))
    assert settle(order, *(one._replace(new=True) for one in posted)).order_over is (together > Decimal("0.005"))
