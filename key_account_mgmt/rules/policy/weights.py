"""Weights that must add up: the points of a scorecard, 30 + 30 + 20 + 20, are 100, or one of them is a typing error."""

from collections.abc import Mapping
from decimal import Decimal
from functools import reduce

from ..exact import EXACT, ZERO, text
from .problems import Problem


def weights_problem(total: Decimal | None, weights: Mapping[str, Decimal]) -> Problem | None:
    """Return the problem with the maximum points of criteria, or None if they add up to ``total`` exactly.

    :param total: None accepts any sum
    :param weights: maximum points by key of the criterion; an empty mapping is no problem
    """
    got = reduce(EXACT.add, weights.values(), ZERO)
    if total is None or not weights or got == total:
        return None
    rows = {key: text(points) for key, points in weights.items()}
    return Problem(
        (), "weights_total", "weights_not_in_total", {"got": text(got), "allowed": text(total), "rows": rows}
    )
