"""Find the rules of a table that fire for each customer of a book, by durable-rules or by the reference matcher.

May ask ``policy``; ``engine_durable`` alone imports durable-rules.
"""

from .book import Book
from .matching import Matcher, matcher_name

__all__ = [
    "Book",
    "Matcher",
    "matcher_name",
]
