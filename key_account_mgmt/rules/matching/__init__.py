"""Find the rules of a table that fire for each customer of a batch, by durable-rules or by the reference matcher.

May ask ``policy``; ``engine_durable`` alone imports durable-rules.
"""

from .fact_batch import FactBatch
from .matching import Matcher, matcher_name

__all__ = [
    "FactBatch",
    "Matcher",
    "matcher_name",
]
