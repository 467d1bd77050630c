"""Experience matching: fit score = industry fit % × customer points ÷ 100."""

from decimal import Decimal

import pytest
from rules import ProfileRow, fit, propose_fits
from rules.decision import Reason

BANKING = 7
FEATURES = ("size", "region", "tag")
LARGE = ProfileRow(1, "size", Decimal(40))
CHINA = ProfileRow(2, "region", Decimal(15))
SHANGHAI = ProfileRow(3, "region", Decimal(25))
VIP = ProfileRow(4, "tag", Decimal(35))


def judge(*rows, pct="80", industry=BANKING, features=FEATURES, unknown=()):
    return fit(industry, None if pct is None else Decimal(pct), features, rows, unknown)


@pytest.mark.parametrize(
    ("rows", "pct", "points", "score"),
    [
        ((LARGE, CHINA, SHANGHAI), "80", "65", "52"),
        ((LARGE, SHANGHAI, VIP), "100", "100", "100"),
        ((LARGE, SHANGHAI, VIP), "0", "100", "0"),
        ((), "80", "0", "0"),
        ((CHINA,), "33.333333", "15", "4.99999995"),
        ((LARGE, SHANGHAI, VIP, ProfileRow(5, "size", Decimal("40.5"))), "80", "100", "80"),
        ((ProfileRow(5, "tag", Decimal("99.999999")),), "99.999999", "99.999999", "99.999998"),
    ],
)
def test_the_best_row_of_each_feature_counts(rows, pct, points, score):
    found = judge(*rows, pct=pct)
    assert (found.points, found.score) == (Decimal(points), Decimal(score))


@pytest.mark.parametrize(
    ("values", "first"),
    [
        ({"pct": "80"}, Reason("industry_fit", {"industry": BANKING, "pct": Decimal(80)})),
        ({"pct": None}, Reason("industry_not_listed", {"industry": BANKING})),
        ({"pct": None, "industry": None}, Reason("no_industry", {})),
    ],
)
def test_without_a_known_industry_there_is_no_score(values, first):
    found = judge(LARGE, **values)
    assert found.reasons[0] == first
    assert found.points == 40
    assert (found.score is None) == (values["pct"] is None)


def test_without_a_customer_profile_there_is_no_score():
    found = judge(features=())
    assert (found.score, found.points, found.rows) == (None, None, ())
    assert found.reasons[1:] == (Reason("no_profile", {}),)


def test_what_counted_and_what_is_unknown_is_said_in_the_order_of_the_features():
    found = judge(SHANGHAI, CHINA, unknown=("tag", "region"))
    assert found.rows == (3,)
    assert found.reasons[1:] == (
        Reason("profile_no_row", {"feature": "size"}),
        Reason("profile_row", {"feature": "region", "row": 3, "points": Decimal(25)}),
        Reason("profile_unknown", {"feature": "tag"}),
    )


def test_of_equal_rows_the_first_counts():
    again = ProfileRow(9, "size", Decimal(40))
    assert judge(LARGE, again).rows == (1,)
    assert judge(again, LARGE).rows == (9,)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"banks": (2, 4), "farms": (1, 10), "mines": (0, 3)}, {"banks": 100, "farms": 20, "mines": 0}),
        ({"banks": (1, 1)}, {"banks": 100}),
        ({"banks": (2, 3), "farms": (1, 3), "mines": (1, 400)}, {"banks": 100, "farms": 50, "mines": 0}),
        ({"banks": (1, 1), "farms": (1, 8)}, {"banks": 100, "farms": 13}),
        ({"banks": (0, 3)}, {}),
        ({}, {}),
    ],
)
def test_industries_fit_by_their_share_of_the_best_customers(counts, expected):
    assert propose_fits(counts) == expected
