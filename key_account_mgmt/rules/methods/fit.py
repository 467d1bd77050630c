"""How well a prospect fits what was learnt from others: experience matching (经历推算法) for markets without history.

Fit score = industry fit % × customer points ÷ 100. The industry profile says how well an industry fits. The customer
profile has rows by feature (size, region, tag, …): the best matching row of each counts, and these add up to the
customer points, at most 100.

An industry of 80 %; rows that match are large (40 points), China (15), Shanghai (25) and no tag: 40 + 25 = 65 points,
and a fit score of 80 × 65 ÷ 100 = 52.
"""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple, TypeVar

from ..decision.reasons import Reason
from ..exact import EXACT, HUNDRED, ZERO, stepped

# Percentages of customers have 12 decimals, half up.
_FINEST = Decimal("1e-12")
_ONE = Decimal(1)

Key = TypeVar("Key")


class ProfileRow(NamedTuple):
    """A row of the customer profile that matches a customer: ``points`` of ``feature``."""

    key: int
    feature: str
    points: Decimal


class Fit(NamedTuple):
    """``score`` and ``points`` are 0..100, None where they are missing; ``rows`` are the keys of those that counted."""

    score: Decimal | None
    points: Decimal | None
    rows: tuple[int, ...]
    reasons: tuple[Reason, ...]


def fit(
    industry: int | None,
    industry_pct: Decimal | None,
    features: Sequence[str],
    matching: Sequence[ProfileRow],
    unknown: Collection[str] = (),
) -> Fit:
    """The fit score of one customer, with its reasons.

    :param industry: of the customer; None is not known
    :param industry_pct: 0..100, how well the industry fits; None: it is not in the industry profile
    :param features: all that the customer profile asks about, in the order of the reasons; none: it says nothing
    :param matching: its rows that match the customer; of rows with equal points the first counts
    :param unknown: features of which nothing is known of the customer
    """
    best = _get_best(matching)
    points = min(sum((row.points for row in best.values()), ZERO), HUNDRED) if features else None
    reasons = [_get_industry_reason(industry, industry_pct)]
    reasons += [_get_feature_reason(feature, best, unknown) for feature in features] or [Reason("no_profile", {})]
    score = None
    if industry_pct is not None and points is not None:
        score = stepped(EXACT.divide(EXACT.multiply(industry_pct, points), HUNDRED), _FINEST)
    counted = tuple(best[feature].key for feature in features if feature in best)
    return Fit(score, points, counted, tuple(reasons))


def _get_best(matching: Sequence[ProfileRow]) -> dict[str, ProfileRow]:
    best: dict[str, ProfileRow] = {}
    for row in matching:
        if row.feature not in best or row.points > best[row.feature].points:
            best[row.feature] = row
    return best


def _get_industry_reason(industry: int | None, industry_pct: Decimal | None) -> Reason:
    if industry is None:
        return Reason("no_industry", {})
    if industry_pct is None:
        return Reason("industry_not_listed", {"industry": industry})
    return Reason("industry_fit", {"industry": industry, "pct": industry_pct})


def _get_feature_reason(feature: str, best: dict[str, ProfileRow], unknown: Collection[str]) -> Reason:
    """A feature with a matching row is never unknown, whatever the caller says."""
    if feature in best:
        row = best[feature]
        return Reason("profile_row", {"feature": feature, "row": row.key, "points": row.points})
    return Reason("profile_unknown" if feature in unknown else "profile_no_row", {"feature": feature})


def propose_fits(counts: Mapping[Key, tuple[int, int]]) -> dict[Key, Decimal]:
    """What industries fit by where the best customers are: 100 % where their share is highest, others in proportion.

    Of 4 banks 2 are of the best tier, of 10 farms 1, of 3 mines none: shares of 50, 10 and 0 % make fits of 100, 20
    and 0 %, whole percents, half up.

    :param counts: customers of the best tier and all with a tier, at least one, by industry
    """
    shares = {key: EXACT.divide(Decimal(best), Decimal(total)) for key, (best, total) in counts.items()}
    highest = max(shares.values(), default=ZERO)
    if not highest:
        return {}
    return {key: stepped(EXACT.divide(share * HUNDRED, highest), _ONE) for key, share in shares.items()}
