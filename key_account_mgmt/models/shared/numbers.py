"""Numbers from users, files and remote calls."""

import math
from decimal import ROUND_HALF_UP, Context, Decimal

# Enough for the largest float there is with 6 decimals.
_ANY_FLOAT = Context(prec=400)
_FINEST = Decimal("0.000001")
# Above this many cents, or other steps of the currency, Odoo's rounding is no longer exact.
LARGEST_STEPS = 10**14


def is_number(value, limit):
    """Return whether ``value``, from a form, file or remote call, is a number within ±``limit``; empty is 0."""
    try:
        number = float(value or 0.0)
    except (TypeError, ValueError):
        return False
    return math.isfinite(number) and abs(number) <= limit


def exact_text(value):
    """Return a number of a form as exact text.

    Users type at most 6 decimals. The shortest spelling of the float gives these digits back, while its own digits
    would not (0.1 is 0.1000000000000000055…). The fields themselves have no fixed digits, since Odoo would then round
    them as floats: 10^15 would become 1000000000000000.9.
    """
    number = Decimal(repr(value or 0.0))
    if not number.is_finite():
        return str(number)
    # Half up, as PostgreSQL rounds: statements and explanations must show the same number.
    plain = format(number.quantize(_FINEST, ROUND_HALF_UP, _ANY_FLOAT), "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def get_largest_amount(currency):
    """Return the largest amount that users may enter, a whole number: 10^12 in a currency with cents."""
    return round(LARGEST_STEPS * currency.rounding)


def to_plain_text(number):
    """Return a Decimal as text without exponent, for the database."""
    return format(number, "f")


def get_exact_column(column):
    """Return the numbers of frozen facts, stored as text, in the form that the decision core reads."""
    return [None if value is None else Decimal(value) for value in column]
