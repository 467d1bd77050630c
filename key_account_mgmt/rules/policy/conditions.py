"""The closed vocabulary of conditions: metric, measure, operator, values."""

from functools import cached_property
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from ..exact import number, shown, text
from .rows import Code, Row
from .scope import CAPS, known_metric, known_option

Measure = Literal["value", "rank", "rank_pct", "cumulative_share_pct"]
Operator = Literal[">=", ">", "<=", "<", "=", "!=", "in", "not in"]
CHOICE_OPERATORS = ("=", "!=", "in", "not in")


class Operand(NamedTuple):
    """What a condition reads: a metric's value, or a customer's place in the population by that metric."""

    metric: str
    measure: str

    @property
    def compared(self) -> "Operand":
        """The column to compare with limits: for a cumulative share the start of the customer's slice, not its end."""
        return self._replace(measure="crossing") if self.measure == "cumulative_share_pct" else self


def _choice(info: ValidationInfo) -> bool:
    """Return whether the condition's metric is known to be a choice."""
    return bool(info.context and info.context.metric and info.context.metric.kind == "choice")


def _value(value: Any, info: ValidationInfo) -> Any:
    """Convert ``value`` to what its metric holds: an option's code or an exact number."""
    if not info.context or not info.context.metric:
        return value
    if not _choice(info):
        return number(value)
    if not isinstance(value, str):
        raise PydanticCustomError("wrong_type", "not an option", {"got": shown(value), "allowed": "option"})
    return known_option(value, info)


Value = Annotated[Any, BeforeValidator(_value), PlainSerializer(lambda v: v if isinstance(v, str) else text(v))]


class Condition(Row):
    """Holds when the metric's measure is known and the operator is true for it and ``values``."""

    metric: Annotated[Code, AfterValidator(known_metric)]
    measure: Measure = "value"
    operator: Operator
    values: tuple[Value, ...]

    @cached_property
    def operand(self) -> Operand:
        """The column that the condition reads."""
        return Operand(self.metric, self.measure)

    @field_validator("measure")
    @classmethod
    def _measurable(cls, measure: str, info: ValidationInfo) -> str:
        if _choice(info) and measure != "value":
            raise PydanticCustomError(
                "measure_not_allowed", "choices have no rank", {"got": measure, "allowed": ["value"]}
            )
        if measure != "value" and info.context and info.context.table == CAPS:
            raise PydanticCustomError(
                "place_not_allowed", "an order has no population", {"got": measure, "allowed": ["value"]}
            )
        return measure

    @field_validator("operator")
    @classmethod
    def _comparable(cls, operator: str, info: ValidationInfo) -> str:
        if _choice(info) and operator not in CHOICE_OPERATORS:
            allowed = {"got": operator, "allowed": list(CHOICE_OPERATORS)}
            raise PydanticCustomError("operator_not_allowed", "choices have no order", allowed)
        return operator

    @field_validator("values")
    @classmethod
    def _counted(cls, values: tuple, info: ValidationInfo) -> tuple:
        if not values:
            raise PydanticCustomError("no_value", "no value")
        operator = info.data.get("operator")
        if len(values) > 1 and operator and operator not in ("in", "not in"):
            raise PydanticCustomError("too_many_values", "one value only", {"got": len(values), "allowed": 1})
        return values
