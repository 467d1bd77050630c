"""The generated book: two years of a wholesaler of workshop supplies, always the same for the same year."""

import random

from .book import Book
from .catalogue import products
from .documents import documents_of
from .names import COMPANY, SALESPEOPLE
from .profiles import profiles

SEED = 20_190_719


def generate(last_year):
    """The book of `last_year` and the year before."""
    rng = random.Random(SEED)
    catalogue = products()
    people = profiles(rng)
    found = [document for profile in people for document in documents_of(profile, last_year, catalogue, rng)]
    return Book(
        title=f"generated book {last_year - 1}-{last_year}",
        currency="EUR",
        customers=tuple(profile.customer for profile in people),
        products=catalogue,
        documents=tuple(sorted(found, key=lambda document: (document.date, document.number))),
        salespeople=SALESPEOPLE,
        company=COMPANY,
    )
