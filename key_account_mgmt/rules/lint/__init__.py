"""Find rules that are valid and still doubtful: unreachable, contradictory, or not attainable by so few customers.

May ask ``matching`` and what is above it.
"""

from .lint import lint
from .places import asks_for_places, out_of_reach

__all__ = [
    "asks_for_places",
    "lint",
    "out_of_reach",
]
