"""The generated book has the shape that it promises."""

from collections import defaultdict
from decimal import Decimal

import pytest

from workbench.demo.generate import generate

LAST_YEAR = 2025


@pytest.fixture(scope="module")
def book():
    return generate(LAST_YEAR)


def revenues(book, year):
    sums = defaultdict(Decimal)
    for document in book.documents:
        if document.date.year == year:
            sums[document.customer] += document.signed_amount
    return sums


def test_the_same_book_for_everybody(book):
    assert generate(LAST_YEAR).dump() == book.dump()
    assert generate(LAST_YEAR).content_hash == book.content_hash
    assert generate(LAST_YEAR - 1).content_hash != book.content_hash


def test_three_hundred_customers_two_years_two_thousand_documents(book):
    assert len(book.customers) == len({customer.name for customer in book.customers}) == 300
    assert book.years == [LAST_YEAR - 1, LAST_YEAR]
    assert 1_900 <= len(book.documents) <= 2_100
    assert len({document.number for document in book.documents}) == len(book.documents)


@pytest.mark.parametrize("year", [LAST_YEAR - 1, LAST_YEAR])
def test_the_biggest_fifth_holds_most_of_the_revenue(book, year):
    sums = sorted(revenues(book, year).values(), reverse=True)
    share = sum(sums[: len(sums) // 5]) / sum(sums)
    assert Decimal("0.70") <= share <= Decimal("0.80")


def test_customers_come_and_go(book):
    before, after = revenues(book, LAST_YEAR - 1), revenues(book, LAST_YEAR)
    assert len(before.keys() - after.keys()) >= 10
    assert len(after.keys() - before.keys()) >= 10


def test_refunds_belong_to_an_invoice_and_are_smaller(book):
    invoices = {document.number: document for document in book.documents if not document.is_refund}
    refunds = [document for document in book.documents if document.is_refund]
    assert len(refunds) >= 50
    for refund in refunds:
        invoice = invoices[refund.refund_of]
        assert 0 < refund.amount < invoice.amount
        assert (refund.customer, refund.product) == (invoice.customer, invoice.product)
        assert refund.date > invoice.date


def test_payments_are_late_in_part_missing_in_part_and_never_too_much(book):
    refunded = {document.refund_of: document.amount for document in book.documents if document.is_refund}
    invoices = [document for document in book.documents if not document.is_refund]
    late = [invoice for invoice in invoices if any(payment.date > invoice.due for payment in invoice.payments)]
    unpaid = [invoice for invoice in invoices if not invoice.payments]
    assert len(late) >= 100
    assert len(unpaid) >= 50
    for invoice in invoices:
        paid = sum(payment.amount for payment in invoice.payments)
        assert 0 <= paid <= invoice.amount - refunded.get(invoice.number, 0)
        assert all(payment.amount > 0 and payment.date.year <= LAST_YEAR for payment in invoice.payments)


def test_one_off_purchases_reach_the_ranks_of_key_accounts(book):
    sums, biggest, counts = revenues(book, LAST_YEAR), defaultdict(Decimal), defaultdict(int)
    for document in book.documents:
        if document.date.year == LAST_YEAR and not document.is_refund:
            biggest[document.customer] = max(biggest[document.customer], document.amount)
            counts[document.customer] += 1
    order = sorted(sums, key=sums.get, reverse=True)
    best = order[: len(order) * 15 // 100]
    assert len([key for key in best if counts[key] <= 2 and biggest[key] >= sums[key] * 7 / 10]) == 3


def test_some_big_customers_buy_with_hardly_any_margin_and_some_send_much_back(book):
    products = {product.key: product for product in book.products}
    revenue, cost, returned = defaultdict(Decimal), defaultdict(Decimal), defaultdict(Decimal)
    for document in book.documents:
        sign = -1 if document.is_refund else 1
        revenue[document.customer] += document.signed_amount
        cost[document.customer] += sign * document.quantity * products[document.product].cost
        returned[document.customer] += document.amount if document.is_refund else 0
    best = sorted(revenue, key=revenue.get, reverse=True)[:45]
    assert len([key for key in best if revenue[key] - cost[key] < revenue[key] / 20]) == 2
    assert len([key for key in best if returned[key] > revenue[key] / 5]) == 2


def test_amounts_are_whole_cents(book):
    assert all(document.amount > 0 and document.amount == round(document.amount, 2) for document in book.documents)
