"""Scales of criteria, which turn a value into points (the formulas are in ``decision.scoring``)."""

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from ..exact import Number, Points, Positive, text
from .rows import Code, Row
from .scope import known_option, numeric_metric

NumericMetric = Annotated[Code, AfterValidator(numeric_metric)]
Option = Annotated[Code, AfterValidator(known_option)]


class Step(Row):
    """``points`` for values from ``lower`` up to the next step."""

    lower: Number
    points: Points


class Bands(Row):
    """Points by half-open bands; no points below the first lower bound."""

    type: Literal["bands"]
    steps: tuple[Step, ...]

    @field_validator("steps")
    @classmethod
    def _ascending(cls, steps: tuple[Step, ...]) -> tuple[Step, ...]:
        # A band that ends before it begins would never pay, so wrong order is refused, not repaired.
        if not steps:
            raise PydanticCustomError("no_steps", "no steps")
        for index, (before, after) in enumerate(pairwise(steps), 1):
            if before.lower >= after.lower:
                code = "duplicate_step" if before.lower == after.lower else "steps_not_ascending"
                found = {"got": text(after.lower), "allowed": f"> {text(before.lower)}", "index": index}
                raise PydanticCustomError(code, "steps must ascend", found)
        return steps


class Linear(Row):
    """Points in proportion to a target: a fixed number, or another metric of the customer."""

    type: Literal["linear"]
    target: Positive | None = None
    target_metric: NumericMetric | None = None

    @model_validator(mode="after")
    def _one_target(self) -> "Linear":
        if (self.target is None) == (self.target_metric is None):
            got = [name for name in ("target", "target_metric") if getattr(self, name) is not None]
            raise PydanticCustomError(
                "one_target", "exactly one target", {"got": got, "allowed": ["target", "target_metric"]}
            )
        return self


class Grades(Row):
    """Points by option of a choice; an option without a grade gets none."""

    type: Literal["grades"]
    grades: dict[Option, Points]

    @field_validator("grades")
    @classmethod
    def _not_empty(cls, grades: dict) -> dict:
        if not grades:
            raise PydanticCustomError("no_grades", "no grades")
        return grades


class Deductions(Row):
    """The maximum less ``points_each`` for each occurrence that ``offset_metric`` does not compensate."""

    type: Literal["deductions"]
    points_each: Positive
    offset_metric: NumericMetric | None = None


class Percentile(Row):
    """Points by rank in the population: the best customer gets the maximum."""

    type: Literal["percentile"]


Scale = Annotated[Bands | Linear | Grades | Deductions | Percentile, Field(discriminator="type")]
