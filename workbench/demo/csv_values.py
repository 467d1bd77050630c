"""The values of one row, exactly, or a reason why not."""

import re
from datetime import date
from decimal import Decimal

# Beyond this, a cent is smaller than what the floats of Odoo's price fields can tell apart.
LARGEST_AMOUNT = Decimal(10) ** 13
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
FIRST_YEAR, LAST_YEAR = 1970, 2099


class ValueProblem(Exception):
    """A reason that a value cannot be used."""


def required(text, what):
    value = text.strip()
    if not value:
        raise ValueProblem(f"the {what} is empty")
    return value


def parse_date(text):
    value = required(text, "date")
    if not ISO_DATE.fullmatch(value):
        raise ValueProblem(f"the date {value!r} is not of the form 2011-12-31")
    try:
        parsed = date.fromisoformat(value)
    except ValueError:
        raise ValueProblem(f"the date {value!r} does not exist") from None
    if not FIRST_YEAR <= parsed.year <= LAST_YEAR:
        raise ValueProblem(f"the date {value!r} is not between {FIRST_YEAR} and {LAST_YEAR}")
    return parsed


def parse_amount(text):
    value = required(text, "amount")
    if not NUMBER.fullmatch(value):
        raise ValueProblem(f"the amount {value[:40]!r} is not a number of the form 1234.56")
    amount = Decimal(value)
    if abs(amount) >= LARGEST_AMOUNT:
        raise ValueProblem(f"the amount {value[:40]} is too big: it must be below {LARGEST_AMOUNT:,}")
    if amount != round(amount, 2):
        raise ValueProblem(f"the amount {value[:40]} has more than two decimals")
    return amount
