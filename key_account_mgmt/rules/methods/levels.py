"""Levels of a pyramid of customers, the best first: by shares of the customers, or by bounds of their measure."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from pydantic_core import PydanticCustomError

from ..exact import HUNDRED, number, shown

MOST_LIMITS = 10


class LevelError(ValueError):
    """Limits that do not make levels: ``code`` says why, ``got`` is the value as text.

    ``code`` is ``none``, ``too_many``, ``not_a_number``, ``not_positive``, ``over_100`` or ``twice``.
    """

    def __init__(self, code: str, got: Any) -> None:
        super().__init__(code, got)
        self.code, self.got = code, str(got)


class Level(NamedTuple):
    """One level; the last one has no limit and takes the rest.

    By shares: ``limit`` is the highest rank in % within it, ``share`` its size in %. By bounds: ``limit`` is the lowest
    value within it, ``share`` is None.
    """

    limit: Decimal | None
    share: Decimal | None


def by_shares(limits: Sequence[str | int | Decimal]) -> list[Level]:
    """Make levels from shares of customers in %; the rest up to 100 % is one more level.

    Curry's pyramid is ``by_shares([1, 4, 15, 80])``, and so is ``by_shares([1, 4, 15])``.
    """
    shares = _numbers(limits)
    wrong = [share for share in shares if share <= 0]
    if wrong:
        raise LevelError("not_positive", wrong[0])
    if sum(shares) > HUNDRED:
        raise LevelError("over_100", sum(shares))
    shares += [HUNDRED - sum(shares)] if sum(shares) < HUNDRED else []
    reached = [*accumulate(shares)][:-1]
    return [Level(limit, share) for limit, share in zip([*reached, None], shares, strict=True)]


def by_bounds(limits: Sequence[str | int | Decimal]) -> list[Level]:
    """Make levels from bounds in any order, the highest first; below the lowest bound is one more level."""
    bounds = sorted(_numbers(limits), reverse=True)
    twice = [upper for upper, lower in pairwise(bounds) if upper == lower]
    if twice:
        raise LevelError("twice", twice[0])
    return [Level(bound, None) for bound in [*bounds, None]]


def _numbers(limits: Sequence[str | int | Decimal]) -> list[Decimal]:
    if not limits:
        raise LevelError("none", "")
    if len(limits) > MOST_LIMITS:
        raise LevelError("too_many", len(limits))
    return [_number(limit) for limit in limits]


def _number(limit: str | int | Decimal) -> Decimal:
    try:
        return number(limit)
    except PydanticCustomError as error:
        raise LevelError("not_a_number", shown(limit)) from error
