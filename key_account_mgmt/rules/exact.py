"""Exact numbers: the only arithmetic of the core.

Decisions about customers must not depend on binary fractions, so all money and points are ``Decimal``.
"""

import json
import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, PlainSerializer
from pydantic_core import PydanticCustomError

# Enough for 24 integer digits and 26 decimals, so that shares of a population add no rounding errors.
EXACT = Context(prec=50, rounding=ROUND_HALF_UP)
ZERO = Decimal(0)
HUNDRED = Decimal(100)
_SIX = Decimal("0.000001")
_LARGEST = Decimal(10) ** 24
_DECIMALS = 12


def rounded(value: Decimal) -> Decimal:
    """Round ``value`` half up to 6 decimals, the precision of points and totals."""
    return value.quantize(_SIX, ROUND_HALF_UP, EXACT)


def stepped(value: Decimal, step: Decimal, rounding: str = ROUND_HALF_UP) -> Decimal:
    """Round ``value`` to steps of ``step``, half up unless ``rounding`` is given: 1,250 in steps of 100 is 1,300."""
    return EXACT.multiply(EXACT.divide(value, step).to_integral_value(rounding), step)


def text(value: Decimal | int) -> str:
    """Spell a number canonically: no exponent, trailing zeros or minus zero ("70.0" and "7E+1" become "70")."""
    plain = format(value, "f") if isinstance(value, Decimal) else str(value)
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return "0" if plain == "-0" else plain


def number(value: Any) -> Decimal:
    """Convert ``value`` (text, int or Decimal) to a Decimal of a policy.

    Raises PydanticCustomError ``wrong_type`` (a float is not exact, True is not a number), ``not_a_number``,
    ``not_finite``, ``out_of_range`` (at most 24 digits before the point) or ``too_many_decimals`` (more than 12).
    """
    got = shown(value)
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise PydanticCustomError("wrong_type", "not an exact number", {"got": got, "allowed": "number as text"})
    result = parse(value)
    if result is None:
        raise PydanticCustomError("not_a_number", "not a number", {"got": got})
    if not result.is_finite():
        raise PydanticCustomError("not_finite", "not a finite number", {"got": got})
    if abs(result) >= _LARGEST:
        raise PydanticCustomError("out_of_range", "too large", {"got": got, "allowed": f"< {_LARGEST:E}"})
    if result != result.quantize(Decimal(1).scaleb(-_DECIMALS), context=EXACT):
        raise PydanticCustomError("too_many_decimals", "too fine", {"got": got, "allowed": _DECIMALS})
    return result


def plain(value: Any) -> Any:
    """Convert ``value`` (named tuples, dicts, lists, numbers, text) to JSON values; Decimals become text."""
    if isinstance(value, Decimal):
        return text(value)
    if hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, (list, tuple)) else value


def parse(value: str | int | Decimal) -> Decimal | None:
    """Parse ``value`` as a Decimal; return None if it does not spell a number."""
    if isinstance(value, str) and not re.fullmatch(r"[^_]{1,100}", value):
        return None
    try:
        return Decimal(value)
    except InvalidOperation:
        return None


def shown(value: Any) -> Any:
    """Convert ``value`` to a short plain JSON value for a problem."""
    return value if isinstance(value, (int, type(None))) else str(value)[:100]


def read_json(source: str) -> Any:
    """Parse JSON text, keeping numbers exactly as written; raise ValueError on broken JSON."""
    try:
        return json.loads(source, parse_float=str, parse_constant=str)
    except RecursionError as error:
        raise ValueError("too many brackets within brackets") from error


def _not_negative(value: Decimal) -> Decimal:
    if value < 0:
        raise PydanticCustomError("negative", "negative", {"got": text(value), "allowed": ">= 0"})
    return value


def _positive(value: Decimal) -> Decimal:
    if value <= 0:
        raise PydanticCustomError("not_positive", "not positive", {"got": text(value), "allowed": "> 0"})
    return value


def at_most(limit: Decimal | int) -> AfterValidator:
    """Return a validator that refuses numbers above ``limit`` as ``out_of_range``."""

    def check(value: Decimal) -> Decimal:
        if value > limit:
            raise PydanticCustomError("out_of_range", "too large", {"got": text(value), "allowed": f"<= {text(limit)}"})
        return value

    return AfterValidator(check)


Number = Annotated[Decimal, BeforeValidator(number), PlainSerializer(text, return_type=str)]
Points = Annotated[Number, AfterValidator(_not_negative)]
Positive = Annotated[Number, AfterValidator(_positive)]
Percent = Annotated[Points, at_most(HUNDRED)]
