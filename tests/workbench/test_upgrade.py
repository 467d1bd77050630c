"""What an upgrade changed is named by its place, value before and value after."""

import pytest

from workbench.upgrade import differences, small_book


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        ({"a": {"x": [1, "A"]}}, {"a": {"x": [1, "A"]}}, []),
        ({"a": {"x": [1, "A"]}}, {"a": {"x": [1, "B"]}}, ["state / a / x: [1, 'A'] before, [1, 'B'] after"]),
        ({"a": {"x": 1}}, {"a": {}}, ["state / a / x: 1 before, None after"]),
        ({}, {"a": 0}, ["state / a: None before, 0 after"]),
    ],
)
def test_what_differs_is_named(before, after, wanted):
    assert differences(before, after) == wanted


def test_the_small_book_is_whole():
    book = small_book()
    numbers = {document.number for document in book.documents}
    assert {document.customer for document in book.documents} <= {customer.key for customer in book.customers}
    assert {document.refund_of for document in book.documents if document.refund_of} <= numbers
