"""Warn of rules that are valid and still doubtful: unreachable, out of order, or beyond what a population can attain.

Asks ``policy`` and ``matching``.
"""

from .lint import lint
from .places import asks_for_places, out_of_reach

__all__ = [
    "asks_for_places",
    "lint",
    "out_of_reach",
]
