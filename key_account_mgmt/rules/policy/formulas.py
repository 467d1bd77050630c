"""The closed set of formulas for amounts of money: a few metrics of the customer and one number of the rule.

Each formula names the metrics it needs in ``inputs``; ``compute`` returns an unrounded amount from their values. It
uses the decimal context of the caller, which must be exact (``exact.EXACT``).
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import Field, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from ..exact import HUNDRED, Percent, Points, Positive, at_most
from .rows import Row

# Codes of the metrics that formulas read, in company currency.
LIMIT = "credit_limit"
EXPOSURE = "exposure"
REVENUE = "revenue"
GROWTH = "revenue_growth"
MONTH = "average_month_since_first"
DAY = "average_day"

Values = Mapping[str, Decimal]


class Formula(Row):
    """An amount in company currency."""

    inputs: ClassVar[tuple[str, ...]] = ()

    @model_validator(mode="after")
    def _computable(self, info: ValidationInfo) -> "Formula":
        """Refuse a policy that uses the code of an input for a metric that is not an amount; it may omit the metric."""
        for code in self.inputs:
            metric = info.context.metrics.get(code) if info.context else None
            if metric and (metric.kind == "choice" or metric.of == "line"):
                raise PydanticCustomError("wrong_metric_kind", "needs numbers", {"got": code, "kind": metric.kind})
        return self


class Fixed(Formula):
    """The amount itself: 10,000 → 10,000."""

    type: Literal["fixed"]
    amount: Points

    def compute(self, _values: Values) -> Decimal:
        """Return the amount, whatever the customer's figures are."""
        return self.amount


class Factor(Formula):
    """Current limit × factor: 10,000 × 1.2 → 12,000. Without a current limit it cannot be computed."""

    inputs = (LIMIT,)
    type: Literal["factor"]
    factor: Annotated[Positive, at_most(100)]

    def compute(self, values: Values) -> Decimal:
        """Return credit_limit × factor."""
        return values[LIMIT] * self.factor


class RevenueShare(Formula):
    """Share of the period's revenue in %: 5 % of 240,000 → 12,000."""

    inputs = (REVENUE,)
    type: Literal["revenue_share"]
    share_pct: Percent

    def compute(self, values: Values) -> Decimal:
        """Return revenue × share_pct ÷ 100."""
        return values[REVENUE] * self.share_pct / HUNDRED


class GrowthShare(Formula):
    """Share in % of the growth in revenue over the previous period: 10 % of 240,000 − 200,000 → 4,000.

    It rewards small customers that grow, which a share of revenue does not. Falling revenue gives a negative amount.
    """

    inputs = (GROWTH,)
    type: Literal["growth_share"]
    share_pct: Percent

    def compute(self, values: Values) -> Decimal:
        """Return revenue_growth × share_pct ÷ 100."""
        return values[GROWTH] * self.share_pct / HUNDRED


class Months(Formula):
    """A number of average months since the first invoice: 1.5 × (240,000 ÷ 12 months) → 30,000.

    A customer since October with 60,000 has an average month of 20,000, not of 5,000.
    """

    inputs = (MONTH,)
    type: Literal["months"]
    months: Annotated[Positive, at_most(120)]

    def compute(self, values: Values) -> Decimal:
        """Return average_month_since_first × months."""
        return values[MONTH] * self.months


class Days(Formula):
    """A number of days of sales: 45 × (240,000 ÷ 366 days) → 29,508.196…"""

    inputs = (DAY,)
    type: Literal["days"]
    days: Annotated[Positive, at_most(3660)]

    def compute(self, values: Values) -> Decimal:
        """Return average_day × days."""
        return values[DAY] * self.days


CreditFormula = Annotated[Fixed | Factor | RevenueShare | Months | Days, Field(discriminator="type")]
BonusFormula = Annotated[Fixed | RevenueShare | GrowthShare, Field(discriminator="type")]

FORMULAS: dict[str, type[Formula]] = {
    "fixed": Fixed,
    "factor": Factor,
    "revenue_share": RevenueShare,
    "growth_share": GrowthShare,
    "months": Months,
    "days": Days,
}


def formula_inputs(formula: str) -> tuple[str, ...]:
    """Return the codes of the metrics that a formula of this ``type`` needs; none for an unknown type."""
    return FORMULAS[formula].inputs if formula in FORMULAS else ()
