"""What somebody consented to covers an order for as long as it does not get worse."""

import json
from decimal import Decimal

import pytest
from builders import line
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from rules import covered, judge, no_worse, terms

CENT = Decimal("0.01")
BASIS = {"currency": "EUR", "payer": 7}


def judged(*lines):
    return judge(lines, CENT)


def goods(key, price, worth="100", cap="10", quantity=1, product="desk", **columns):
    """``quantity`` pieces at ``price`` each, which are worth ``worth`` each."""
    amounts = [None if one is None else Decimal(one) * quantity for one in (price, worth)]
    return line(*amounts, cap, key=key, quantity=quantity, product=product, unit_net=price, **columns)


def taken_off(key, amount, **columns):
    """A line of a discount for the whole order."""
    return goods(key, f"-{amount}", None, cap=None, product="discount", **columns)


def within(now, then, **basis):
    """Whether lines ``now`` are within the consent to lines ``then``, after a stay in the database."""
    kept = json.loads(json.dumps(terms(judged(*then), BASIS)))
    return covered(judged(*now), BASIS | basis, kept)


THEN = [goods(1, 80, quantity=5), goods("b", 99, product="chair")]


def test_consent_is_kept_as_plain_values():
    kept = terms(judged(*THEN), BASIS)
    assert (kept["basis"], kept["total"]) == (BASIS, "41")
    assert kept["lines"][0] == {"key": 1, "product": "desk", "quantity": "5", "unit_net": "80", "given_pct": "20",
                                "margin_pct": None, "beyond": "50"}  # fmt: skip
    assert json.loads(json.dumps(kept)) == kept


@pytest.mark.parametrize(
    ("now", "covers"),
    [
        (THEN, True),
        ([goods(1, 81, quantity=5), THEN[1]], True),
        ([goods(1, 79.99, quantity=5), THEN[1]], False),
        ([goods(1, 80, quantity=4), THEN[1]], True),
        ([goods(1, 80, quantity=6), THEN[1]], False),
        ([goods(1, 80, quantity=5, product="chair"), THEN[1]], False),
        ([goods(2, 80, quantity=5), THEN[1]], False),
        ([*THEN, goods(2, 80)], False),
        # The other line was within its cap, and may be moved within it, as long as the order's total is no worse.
        ([THEN[0], goods("b", 100, product="chair")], True),
        ([THEN[0], goods("b", 90, product="chair")], False),
        ([goods(1, 85, quantity=5), goods("b", 90, product="chair")], True),
        ([goods(1, 85, quantity=5), goods("b", 89, product="chair")], False),
        ([goods(1, 85, quantity=5), goods("b", 90, product="chair"), goods(3, 90)], True),
        ([*THEN, goods(3, 90)], True),
        ([*THEN, goods(3, 90), taken_off(4, 1)], False),
    ],
)
def test_it_covers_what_is_no_worse_line_by_line(now, covers):
    assert within(now, THEN) is covers


def test_another_currency_is_another_price_and_another_payer_another_deal():
    assert within(THEN, THEN, currency="EUR", payer=7)
    assert not within(THEN, THEN, currency="JPY")
    assert not within(THEN, THEN, payer=8)


def test_an_order_within_its_caps_needs_no_consent():
    assert within([goods(9, 95)], THEN, currency="JPY")


# --- What things are worth has changed since ---


@pytest.mark.parametrize(
    ("price", "worth", "covers"),
    [("80", "120", True), ("80", "60", True), ("79", "120", False), ("48", "60", True), ("47.99", "60", False)],
)
def test_the_same_price_or_the_same_discount_will_do_for_a_line(price, worth, covers):
    assert within([goods(1, price, worth)], [goods(1, "80", "100")]) is covers


def test_the_same_price_or_the_same_margin_will_do_for_a_floor():
    def at(price, cost):
        return [goods(1, price, cap="100", margin_floor=50, cost=cost)]

    assert within(at(80, 70), at(80, 60))
    assert within(at(40, 30), at(80, 60))
    assert not within(at(39.99, 30), at(80, 60))
    assert not within(at(79, 60), at(80, 60))


@pytest.mark.parametrize(("now", "then", "covers"), [(0, 0, True), (0, 5, False), (5, 0, True), (-1, 0, False)])
def test_a_margin_that_cannot_be_said_is_the_worst(now, then, covers):
    def at(price):
        return [goods(1, price, cap="100", margin_floor=50, cost=60)]

    assert within(at(now), at(then)) is covers


def test_a_line_has_to_be_no_worse_in_whatever_was_broken():
    then = [goods(1, 80, margin_floor=50, cost=60)]
    assert within([goods(1, 70, "80", margin_floor=50, cost=50)], then)
    assert not within([goods(1, 70, "80", margin_floor=50, cost=60)], then)  # margin
    assert not within([goods(1, 70, "100", margin_floor=50, cost=50)], then)  # discount
    # Only the floor is broken now, so the discount does not matter.
    assert within([goods(1, 76, "80", margin_floor=50, cost=57)], [goods(1, 80, "80", margin_floor=50, cost=60)])
    # A line without a known discount then has none to be the same as.
    assert not within([goods(1, 70, "80")], [goods(1, 80, None)])


HELD = [goods(1, 100, quantity=10), taken_off(2, 120)]  # leaves 100, takes 120


@pytest.mark.parametrize(
    ("now", "covers"),
    [
        (HELD, True),
        # Worth more than then: the room is gone, and nobody has changed a thing.
        ([goods(1, 100, "130", quantity=10, cap="25"), taken_off(2, 120)], True),
        ([goods(1, 100, "130", quantity=10, cap="25"), taken_off(2, 110)], True),
        ([goods(1, 100, "130", quantity=10, cap="25"), taken_off(2, 121)], False),
        ([goods(1, 99, "130", quantity=10, cap="25"), taken_off(2, 120)], False),
        # What left room for others has to stay, whole.
        ([taken_off(2, 120), goods(3, 100, cap="1")], False),
        ([goods(1, 100, quantity=9), taken_off(2, 120)], False),
        ([goods(1, 100, quantity=9), taken_off(2, 110)], True),
        ([goods(1, 100, quantity=10, product="chair", cap="9"), taken_off(2, 120)], False),
        # New lines may leave room, and take none.
        ([goods(1, 100, "130", quantity=10, cap="25"), taken_off(2, 120), goods(3, 95)], True),
        ([goods(1, 100, "130", quantity=10, cap="25"), taken_off(2, 120), taken_off(3, "0.01")], False),
    ],
)
def test_the_order_as_a_whole_may_stay_what_it_was(now, covers):
    assert within(now, HELD) is covers


def test_what_took_room_may_go():
    then = [goods(1, 100, quantity=10), taken_off(2, 70), taken_off(3, 50)]
    dearer = goods(1, 100, "130", quantity=10, cap="25")
    assert within([dearer, taken_off(2, 70)], then)
    assert within([dearer, taken_off(3, 50), taken_off(2, 70)], then)


def test_returned_goods_stay_as_they_were():
    then = [goods(1, 95), goods(2, 150, quantity=-2)]  # taken back at more than their worth
    worth_less = "80"
    assert within([goods(1, 95), goods(2, 150, worth_less, quantity=-2)], then)
    assert not within([goods(1, 95), goods(2, 150, worth_less, quantity=-3)], then)
    assert not within([goods(1, 95), goods(2, 150, worth_less, quantity=-1), goods(3, 140, quantity=-2)], then)
    assert not within([goods(1, 95), goods(2, 160, worth_less, quantity=-2)], then)
    returned = [goods(1, 95), goods(2, 100, quantity=-2), taken_off(3, 50)]
    assert within([goods(1, 95), taken_off(3, 60)], returned)
    assert not within([goods(1, 95), taken_off(3, 61)], returned)


# --- Any order ---

PRICE = st.decimals(-20, 200, places=2)
WORTH = st.none() | st.decimals(0, 150, places=2)
PERCENT = st.none() | st.sampled_from([Decimal(one) for one in ("0", "5", "10", "50", "100")])
LINES = st.lists(
    st.builds(lambda *columns, **named: (columns, named), PRICE, WORTH, PERCENT, st.integers(-2, 5),
              own=st.booleans(), cost=st.none() | st.integers(0, 120), margin_floor=PERCENT),
    min_size=1, max_size=5,
)  # fmt: skip


# Given away beyond all that the other lines could make up for.
GIVEN_AWAY = ((Decimal(0), Decimal(10_000), Decimal(0), 1), {})
LINES_OVER = st.builds(lambda rows, place: [*rows[:place], GIVEN_AWAY, *rows[place:]], LINES, st.integers(0, 5))


def made(rows):
    return [goods(key, *columns, **named) for key, (columns, named) in enumerate(rows)]


@settings(max_examples=30, deadline=None)
@given(LINES)
def test_any_order_is_within_the_consent_to_itself(rows):
    assert within(made(rows), made(rows))


@settings(max_examples=30, deadline=None)
@given(LINES_OVER, st.data())
def test_a_line_that_is_over_and_gets_worse_is_never_covered(rows, data):
    lines = made(rows)
    over = [index for index, one in enumerate(judged(*lines).lines) if one.over]
    index = data.draw(st.sampled_from(over))
    (price, *rest), named = rows[index]
    worse = data.draw(st.sampled_from(["price", "quantity", "product", "key"]))
    one = {
        "price": goods(index, price - CENT, *rest, **named),
        "quantity": goods(index, price, *rest[:2], rest[2] + 1, **named),
        "product": goods(index, price, *rest, product="chair", **named),
        "key": goods(99, price, *rest, **named),
    }[worse]
    lines_now = [*lines[:index], one, *lines[index + 1 :]]
    assume(judged(*lines_now).lines[index].over)  # more of it costs no more here
    assert not within(lines_now, lines)


@settings(max_examples=30, deadline=None)
@given(LINES_OVER, st.decimals("0.02", 100, places=2))
def test_an_order_that_is_over_and_gives_more_is_never_covered(rows, amount):
    lines = made(rows)
    assert judged(*lines).order_over
    assert not within([*lines, taken_off(99, amount)], lines)


@settings(max_examples=30, deadline=None)
@given(LINES)
def test_taking_away_what_leaves_room_is_never_covered_where_the_order_is_over(rows):
    fewer = [*made(rows), taken_off(99, 10_000), goods(98, "100", cap="1")]
    lines = [*fewer, goods(97, "95")]
    # Not where returned goods had used up all allowance of the others.
    assume(judged(*fewer).total > judged(*lines).total)
    assert not within(fewer, lines)


@settings(max_examples=30, deadline=None)
@given(LINES, st.data())
def test_higher_prices_for_goods_sold_are_always_covered(rows, data):
    lines = made(rows)
    raised = [
        ((price + data.draw(st.integers(0, 9)) if quantity > 0 else price, worth, cap, quantity), named)
        for (price, worth, cap, quantity), named in rows
    ]
    assert within(made(raised), lines)


def no_worse_now(now, before, **basis):
    return no_worse(judged(*now), BASIS | basis, judged(*before), BASIS)


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        # What was over already may stay as it is, and get better.
        ([goods(1, 80)], [goods(1, 80)], True),
        ([goods(1, 85)], [goods(1, 80)], True),
        ([goods(1, 79.99)], [goods(1, 80)], False),
        ([goods(1, 80, quantity=2)], [goods(1, 80)], False),
        ([goods(1, 80), goods(2, 100)], [goods(1, 80)], True),
        # What was within excuses nothing, also where it is the cap that fell with the size of the order.
        ([goods(1, 80)], [goods(1, 80, cap="20")], False),
        ([goods(1, 80), goods(2, 80)], [goods(1, 80), goods(2, 80, cap="20")], False),
        ([goods(1, 80, cap="20"), taken_off(2, 30)], [goods(1, 80, cap="20")], False),
        ([goods(1, 80, cap="20"), taken_off(2, 30)], [goods(1, 80, cap="20"), taken_off(2, 30)], True),
        ([goods(1, 80, cap="20"), taken_off(2, 31)], [goods(1, 80, cap="20"), taken_off(2, 30)], False),
    ],
)
def test_a_change_may_leave_an_order_over_its_caps_as_it_was(now, before, expected):
    assert no_worse_now(now, before) is expected


@pytest.mark.parametrize("other", [{"currency": "USD"}, {"payer": 8}])
def test_on_another_basis_nothing_is_as_it_was(other):
    assert not no_worse_now([goods(1, 80)], [goods(1, 80)], **other)
