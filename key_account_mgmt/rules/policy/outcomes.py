"""The outcomes of the rules of each kind of table: the columns of their rows."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StrictBool, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from ..exact import Percent, Points, Positive, text
from .conditions import Condition
from .formulas import BonusFormula, CreditFormula
from .rows import Code, Row, Text
from .scope import known_tier

TierCode = Annotated[Code, AfterValidator(known_tier)]
CENT = Decimal("0.01")


class Rule(Row):
    """Conditions that must all hold for the outcome, which subclasses add; without conditions it always holds."""

    key: Code
    name: Text = ""
    conditions: tuple[Condition, ...] = ()


class TierRule(Rule):
    """Outcome: the tier."""

    tier: TierCode


class VetoRule(TierRule):
    """Outcome: the best tier still allowed. ``freezes_credit`` marks bad credit: no new credit is granted either."""

    freezes_credit: StrictBool | None = None

    @field_validator("freezes_credit")
    @classmethod
    def _unsaid(cls, freezes: bool | None) -> bool | None:
        """Leave out the default, so that stating it does not change the content hash."""
        return freezes or None


class CapRule(Rule):
    """Outcome: the highest discount a salesperson may give without approval, and the lowest margin, in % (0..100)."""

    cap: Percent
    margin_floor: Percent | None = None


class CreditRule(Rule):
    """Outcome: a new credit limit in company currency (``credit.new_limit`` documents the order of the steps).

    ``rounding``: the step that limits are rounded to. ``max_change_pct``: the largest change up or down, in % of the
    current limit. ``below_exposure``: the limit may be lowered below what the customer owes and has on order today.
    """

    formula: CreditFormula
    maximum: Points | None = None
    minimum: Points | None = None
    rounding: Positive = CENT
    max_change_pct: Positive | None = None
    direction: Literal["raise", "both"] = "raise"
    below_exposure: StrictBool = False

    @field_validator("minimum")
    @classmethod
    def _within(cls, minimum: Decimal | None, info: ValidationInfo) -> Decimal | None:
        maximum = info.data.get("maximum")
        if minimum is not None and maximum is not None and minimum > maximum:
            found = {"got": text(minimum), "allowed": f"<= {text(maximum)}"}
            raise PydanticCustomError("minimum_above_maximum", "minimum above maximum", found)
        return minimum


RewardKind = Literal[
    "none", "bonus", "equipment", "training", "credit", "payment_term", "priority_delivery", "free"
]  # fmt: skip


class RewardRule(Rule):
    """Outcome: a reward; a bonus has a ``formula`` for its amount, in steps of ``rounding`` (the currency's cents).

    ``cost``: the estimated cost of one reward. ``budget``: for all rewards of this rule in one evaluation.
    """

    reward: RewardKind
    formula: BonusFormula | None = Field(None, validate_default=True)
    rounding: Positive = CENT
    cost: Points | None = None
    budget: Points | None = None

    @field_validator("formula")
    @classmethod
    def _bonus_only(cls, formula: BonusFormula | None, info: ValidationInfo) -> BonusFormula | None:
        reward = info.data.get("reward")
        if formula and reward and reward != "bonus":
            raise PydanticCustomError("formula_not_allowed", "no bonus", {"got": reward, "allowed": ["bonus"]})
        if reward == "bonus" and not formula:
            raise PydanticCustomError("required", "a bonus without formula")
        return formula


ValueType = Literal["intrinsic", "extrinsic", "strategic"]


class ValueTypeRule(Rule):
    """Outcome: what the customer seems to value: price (intrinsic), service (extrinsic) or partnership (strategic)."""

    value_type: ValueType
