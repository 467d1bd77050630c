"""What the rules of each kind of table give: the columns of their rows."""

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
    """All conditions hold → the outcome, which the kinds of tables add; without conditions it always holds."""

    key: Code
    name: Text = ""
    conditions: tuple[Condition, ...] = ()


class TierRule(Rule):
    """Outcome: the tier."""

    tier: TierCode


class VetoRule(TierRule):
    """Outcome: the best tier still allowed; ``freezes_credit``: for bad credit, so no credit is granted either."""

    freezes_credit: StrictBool | None = None

    @field_validator("freezes_credit")
    @classmethod
    def _unsaid(cls, freezes: bool | None) -> bool | None:
        """The default is left out, so that saying it is no other content."""
        return freezes or None


class CapRule(Rule):
    """Outcome: the highest discount a salesperson may give alone, and the lowest margin, both in % (0..100)."""

    cap: Percent
    margin_floor: Percent | None = None


class CreditRule(Rule):
    """Outcome: a new credit limit in company currency (``credit.new_limit`` says in which order all of it counts).

    ``rounding``: the step that limits are rounded to. ``max_change_pct``: at most so much up or down, in % of the
    current limit. ``below_exposure``: lowering may go under what the customer owes and has ordered today.
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

    ``cost``: what one reward is estimated to cost. ``budget``: for all rewards of this rule in one evaluation.
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


ValueKind = Literal["intrinsic", "extrinsic", "strategic"]


class ValueKindRule(Rule):
    """Outcome: what the customer seems to value: price (intrinsic), service (extrinsic), a partner (strategic)."""

    value_kind: ValueKind
