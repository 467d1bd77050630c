"""The names that rows may refer to while they are validated: metrics, tiers and the row's own metric."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationInfo
from pydantic_core import PydanticCustomError

from .metric import Metric

SCORE = "score"
# The tier decided by the tier table and the vetoes, or NO_TIER; only tables of grants can use it.
TIER = "tier"
NO_TIER = "no_tier"
CAPS = "discount_cap"
CREDIT = "credit_limit"
REWARDS = "reward"
VALUE_TYPES = "value_type"
GRANTS = (CREDIT, REWARDS, VALUE_TYPES)


@dataclass(frozen=True)
class Scope:
    """``metrics`` and ``tiers`` by code (None: the row exists, but is broken).

    For the row being validated: its ``metric``, and the kind of its ``table``.
    """

    metrics: Mapping[str, Any] = field(default_factory=dict)
    tiers: Mapping[str, Any] = field(default_factory=dict)
    metric: Metric | None = None
    table: str | None = None

    def of(self, metric: Any) -> "Scope":
        """Return the scope of a row about ``metric``, an unchecked value."""
        known = self.metrics.get(metric) if isinstance(metric, str) else None
        return replace(self, metric=known)


def known_metric(code: str, info: ValidationInfo) -> str:
    """Return ``code`` if the policy has such a metric, else raise ``unknown_metric``.

    Only discount caps see an order line: in other tables its metrics are ``metric_not_allowed``.
    """
    scope = info.context
    if scope and code not in scope.metrics:
        raise PydanticCustomError("unknown_metric", "unknown metric", {"got": code, "allowed": sorted(scope.metrics)})
    metric = scope.metrics[code] if scope else None
    if metric and metric.of == "line" and scope.table != CAPS:
        raise PydanticCustomError("metric_not_allowed", "of an order line", {"got": code, "allowed": [CAPS]})
    return code


def own_metric(code: str, info: ValidationInfo) -> str:
    """Return the code of a metric that can be scored; the score itself is the sum of criteria, so it cannot."""
    if code == SCORE:
        raise PydanticCustomError("score_not_allowed", "score in a criterion", {"got": code})
    return known_metric(code, info)


def numeric_metric(code: str, info: ValidationInfo) -> str:
    """Return the code of a metric that can be scored and is numeric."""
    metric = info.context.metrics.get(own_metric(code, info)) if info.context else None
    if metric and metric.kind == "choice":
        raise PydanticCustomError("wrong_metric_kind", "needs numbers", {"got": code, "kind": metric.kind})
    return code


def known_tier(code: str, info: ValidationInfo) -> str:
    """Return ``code`` if the policy has such a tier, else raise ``unknown_tier``."""
    scope = info.context
    if scope and code not in scope.tiers:
        raise PydanticCustomError("unknown_tier", "unknown tier", {"got": code, "allowed": list(scope.tiers)})
    return code


def known_option(code: str, info: ValidationInfo) -> str:
    """Return ``code`` if the row's metric offers it as an option, else raise ``unknown_option``."""
    metric = info.context.metric if info.context else None
    if metric and metric.kind == "choice" and code not in metric.offered:
        raise PydanticCustomError("unknown_option", "unknown option", {"got": code, "allowed": list(metric.options)})
    return code
