"""The closed set of formulas for amounts of money: a few metrics of the customer and one number of the rule.

Each has ``inputs``, the metrics that it needs, and ``compute`` of their values: an amount that is not rounded yet, in
the context of the caller, who sees to it that it is exact (``exact.EXACT``).
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import Field, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from ..exact import HUNDRED, Percent, Points, Positive, at_most
from .rows import Row

# What formulas ask of a customer, in company currency: the codes of metrics.
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
        """A policy may leave these metrics out, but not use their codes for something that is no amount."""
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
        """The amount, whatever the customer's figures."""
        return self.amount


class Factor(Formula):
    """Current limit × factor: a limit of 10,000 × 1.2 → 12,000. Without a limit there is nothing to multiply."""

    inputs = (LIMIT,)
    type: Literal["factor"]
    factor: Annotated[Positive, at_most(100)]

    def compute(self, values: Values) -> Decimal:
        """credit_limit × factor."""
        return values[LIMIT] * self.factor


class RevenueShare(Formula):
    """Share of the period's revenue in %: 5 % of 240,000 → 12,000."""

    inputs = (REVENUE,)
    type: Literal["revenue_share"]
    share_pct: Percent

    def compute(self, values: Values) -> Decimal:
        """revenue × share_pct ÷ 100."""
        return values[REVENUE] * self.share_pct / HUNDRED


class GrowthShare(Formula):
    """Share in % of what revenue grew against the period before: 10 % of 240,000 − 200,000 → 4,000.

    It rewards small customers that grow, whom a share of revenue forgets. Revenue that fell gives a negative amount.
    """

    inputs = (GROWTH,)
    type: Literal["growth_share"]
    share_pct: Percent

    def compute(self, values: Values) -> Decimal:
        """revenue_growth × share_pct ÷ 100."""
        return values[GROWTH] * self.share_pct / HUNDRED


class Months(Formula):
    """So many average months since the first invoice: 1.5 × (240,000 ÷ 12 months) → 30,000.

    A customer since October with 60,000 has an average month of 20,000, not of 5,000.
    """

    inputs = (MONTH,)
    type: Literal["months"]
    months: Annotated[Positive, at_most(120)]

    def compute(self, values: Values) -> Decimal:
        """average_month_since_first × months."""
        return values[MONTH] * self.months


class Days(Formula):
    """So many days of sales: 45 × (240,000 ÷ 366 days) → 29,508.196…"""

    inputs = (DAY,)
    type: Literal["days"]
    days: Annotated[Positive, at_most(3660)]

    def compute(self, values: Values) -> Decimal:
        """average_day × days."""
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
    """Codes of the metrics that a formula of this ``type`` needs; none for a type that there is not."""
    return FORMULAS[formula].inputs if formula in FORMULAS else ()
