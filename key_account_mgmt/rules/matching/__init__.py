"""Find which rules of a table fire for each customer of a book, by durable-rules or by the reference matcher.

Asks ``policy``; ``engine_durable`` alone imports durable-rules.
"""

from .book import Book
from .matching import Matcher, matcher_name

__all__ = [
    "Book",
    "Matcher",
    "matcher_name",
]
