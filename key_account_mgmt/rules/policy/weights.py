"""Weights that have to add up: 30 + 30 + 20 + 20 points of a scorecard are 100, or somebody mistyped one of them."""

from collections.abc import Mapping
from decimal import Decimal
from functools import reduce

from ..exact import EXACT, ZERO, text
from .problems import Problem


def weights_problem(total: Decimal | None, weights: Mapping[str, Decimal]) -> Problem | None:
    """What is wrong with the maximum points of criteria, or None: they add up to ``total``, to the last digit.

    :param total: None where any sum will do
    :param weights: maximum points by key of the criterion; without criteria there is nothing to add up
    """
    got = reduce(EXACT.add, weights.values(), ZERO)
    if total is None or not weights or got == total:
        return None
    rows = {key: text(points) for key, points in weights.items()}
    return Problem(
        (), "weights_total", "weights_not_in_total", {"got": text(got), "allowed": text(total), "rows": rows}
    )
