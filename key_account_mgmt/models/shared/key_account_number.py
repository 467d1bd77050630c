import math


def is_number(value, limit):
    """Whether ``value``, from a form, a file or a remote call, is a number from -``limit`` to ``limit``; empty is 0."""
    try:
        number = float(value or 0.0)
    except (TypeError, ValueError):
        return False
    return math.isfinite(number) and abs(number) <= limit
