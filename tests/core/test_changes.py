"""What changed in an order between a request for approval and now."""

import pytest
from rules import changed_rows, is_changed

NAMES = ("quantity", "net")


def row(line=None, quantity="10", net="700"):
    """A line of an order; rows of old requests do not say which one."""
    return {"quantity": quantity, "net": net} | ({} if line is None else {"line": line})


@pytest.mark.parametrize(
    ("then", "now", "expected"),
    [
        ("1.50", "1.5", False),
        ("1.50", "1.51", True),
        (None, None, False),
        (None, "0", True),  # no limit is not a limit of zero
        ("0", None, True),
    ],
)
def test_value_changes(then, now, expected):
    assert is_changed({"limit": then}, {"limit": now}, "limit") is expected


@pytest.mark.parametrize(
    ("then", "now", "expected"),
    [
        ([row(1)], [row(1)], []),
        ([row(1)], [row(1, net="700.00")], []),
        ([row(1)], [row(1, "12")], [(row(1), row(1, "12"))]),
        ([row(1), row(2)], [row(2), row(1)], []),  # moved, not changed
        ([row(1)], [row(1), row(2)], [(None, row(2))]),
        ([row(1), row(2)], [row(2)], [(row(1), None)]),
        ([row(1)], [row(2)], [(row(1), None), (None, row(2))]),
        ([row(), row()], [row(7), row(8, "9")], [(row(), row(8, "9"))]),  # an old request goes by the places
        ([row()], [row(7), row(8)], [(None, row(8))]),
        ([], [row(1)], [(None, row(1))]),
    ],
)
def test_changed_rows(then, now, expected):
    assert changed_rows(then, now, NAMES) == expected
