import pytest

from benchmarks.filler import AnotherBook, Book, fill
from benchmarks.filler.columns import COPIES, TABLES


@pytest.mark.parametrize(("customers", "invoices"), [(0, 10), (11, 10), (-1, 1)])
def test_every_customer_of_a_book_has_an_invoice(customers, invoices):
    with pytest.raises(ValueError, match="at least one each"):
        Book(customers=customers, invoices=invoices)


def test_every_table_that_is_written_is_analysed_and_gets_its_indexes_back():
    assert {table for table, *_rest in COPIES} <= set(TABLES)


class _Parameters:
    """Stands for an environment whose database holds ``present``."""

    def __init__(self, present):
        self.present = present

    def __getitem__(self, _model):
        return self

    def sudo(self):
        return self

    def get_param(self, _name):
        return self.present


def test_another_book_is_not_added_to_the_one_that_is_there():
    with pytest.raises(AnotherBook, match="use a fresh one"):
        fill(_Parameters('{"customers": 3}'), Book(customers=1, invoices=1))
