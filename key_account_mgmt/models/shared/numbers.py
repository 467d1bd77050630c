"""Numbers that users type, files bring and remote calls send."""

import math
from decimal import ROUND_HALF_UP, Context, Decimal

# Enough for the largest float there is with 6 decimals.
_ANY_FLOAT = Context(prec=400)
_FINEST = Decimal("0.000001")
# Beyond so many cents, or whatever the currency's steps are, Odoo's rounding is not exact any more.
LARGEST_STEPS = 10**14


def is_number(value, limit):
    """Whether ``value``, from a form, a file or a remote call, is a number from -``limit`` to ``limit``; empty is 0."""
    try:
        number = float(value or 0.0)
    except (TypeError, ValueError):
        return False
    return math.isfinite(number) and abs(number) <= limit


def exact_text(value):
    """A number of a form as exact text. What people typed has at most 6 decimals, and its shortest spelling gives
    back those digits, where the float's own digits would not (0.1 is 0.1000000000000000055…). The fields themselves
    have no fixed digits, since Odoo would then round them as floats: 10^15 would become 1000000000000000.9."""
    number = Decimal(repr(value or 0.0))
    if not number.is_finite():
        return str(number)
    # Half up, as PostgreSQL rounds: what a statement counts with and what explanations show must be the same.
    plain = format(number.quantize(_FINEST, ROUND_HALF_UP, _ANY_FLOAT), "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def get_largest_amount(currency):
    """The largest amount that people may enter, a whole number: 10^12 in a currency with cents."""
    return round(LARGEST_STEPS * currency.rounding)


def spell(number):
    """A Decimal as text without exponent, on its way to the database."""
    return format(number, "f")


def get_exact_column(column):
    """Numbers of frozen facts, which are text, as the core wants them."""
    return [None if value is None else Decimal(value) for value in column]
