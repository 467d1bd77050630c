"""The fit of a prospect with past experience: experience matching (经历推算法) for markets without history.

Fit score = industry fit % × customer points ÷ 100. The industry profile rates industries. The customer profile has
rows by feature (size, region, tag, …): of each feature the best matching row counts, and these add up to the customer
points, at most 100.

For an industry of 80 % and the matching rows large (40 points), China (15) and Shanghai (25), but no tag: 40 + 25 = 65
points, and a fit score of 80 × 65 ÷ 100 = 52.
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
    """A row of the customer profile that matches a customer: ``points`` for ``feature``."""

    key: int
    feature: str
    points: Decimal


class Fit(NamedTuple):
    """``score`` and ``points`` are 0..100, None if missing; ``rows`` are the keys of the rows that counted."""

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
    """Compute the fit score of one customer, with its reasons.

    :param industry: of the customer; None if unknown
    :param industry_pct: fit of the industry, 0..100; None if it is not in the industry profile
    :param features: features of the customer profile, in the order of the reasons; empty without a profile
    :param matching: rows of the profile that match the customer; of rows with equal points the first counts
    :param unknown: features for which the customer has no data
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
    """Return the reason of a feature; one with a matching row is never ``unknown``."""
    if feature in best:
        row = best[feature]
        return Reason("profile_row", {"feature": feature, "row": row.key, "points": row.points})
    return Reason("profile_unknown" if feature in unknown else "profile_no_row", {"feature": feature})


def propose_fits(counts: Mapping[Key, tuple[int, int]]) -> dict[Key, Decimal]:
    """Propose the fit of industries by their share of best customers: 100 % for the highest, others in proportion.

    2 of 4 banks, 1 of 10 farms and none of 3 mines are in the best tier: shares of 50, 10 and 0 % give fits of 100, 20
    and 0 %, rounded half up to whole percents.

    :param counts: customers of the best tier and all with a tier, at least one, by industry
    """
    shares = {key: EXACT.divide(Decimal(best), Decimal(total)) for key, (best, total) in counts.items()}
    highest = max(shares.values(), default=ZERO)
    if not highest:
        return {}
    return {key: stepped(EXACT.divide(share * HUNDRED, highest), _ONE) for key, share in shares.items()}
