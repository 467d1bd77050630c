"""The customers of the generated book: who they are, how much they buy, and how they behave."""

import math
from dataclasses import dataclass, replace
from statistics import NormalDist

from .book import Customer
from .names import PLACES, SALESPEOPLE

CUSTOMERS = 300
# A lognormal distribution of this width puts about three quarters of the revenue on the biggest 20 %.
SPREAD = 1.45
MEDIAN_VOLUME = 9_000
GONE, NEW = 18, 22


@dataclass(frozen=True)
class Profile:
    """What decides a customer's documents."""

    customer: Customer
    volume: float  # a usual year
    invoices: float  # a usual year
    growth: float = 1.0
    years: tuple = (0, 1)  # of the book's two
    punctuality: str = "good"  # good, slow, bad
    returns: float = 0.03  # share of invoices that come back in part
    returned: float = 0.15  # share of such an invoice that comes back
    discount: int = 0  # percent off the list price
    one_off: float = 0.0  # a single big purchase in the last year


def profiles(rng):
    """All of them, in order of customer number."""
    ordinary = [_ordinary(customer, size, rng) for customer, size in zip(_customers(rng), _sizes(rng), strict=True)]
    return _with_pseudo_key_accounts(_with_coming_and_going(ordinary, rng))


def _customers(rng):
    people = [(code, name) for code, place in PLACES.items() for name in place.company_names()]
    rng.shuffle(people)
    chosen = _spread(people, rng)[:CUSTOMERS]
    return [_customer(number, code, name, rng) for number, (code, name) in enumerate(chosen, 1)]


def _spread(people, rng):
    """More companies than names: a second one of the same name trades in another town."""
    again = [(code, f"{name}, {_city(code, rng)} branch") for code, name in people]
    return people + again


def _customer(number, code, name, rng):
    return Customer(f"C{number:04d}", name, code, _city(code, rng), rng.choice(SALESPEOPLE))


def _city(code, rng):
    return rng.choice(PLACES[code].cities.split(", "))


def _sizes(rng):
    """Sizes from 0 to 1, evenly spread, so that the shape of the book does not hang on chance."""
    sizes = [(number + 0.5) / CUSTOMERS for number in range(CUSTOMERS)]
    rng.shuffle(sizes)
    return sizes


def _ordinary(customer, size, rng):
    habit = rng.random()
    return Profile(
        customer,
        volume=MEDIAN_VOLUME * math.exp(SPREAD * NormalDist().inv_cdf(size)),
        invoices=1.6 + 6.2 * size**3 + rng.random(),
        growth=math.exp(0.35 * NormalDist().inv_cdf(0.01 + 0.98 * rng.random())),
        punctuality="good" if habit < 0.68 else "slow" if habit < 0.9 else "bad",
    )


def _with_coming_and_going(ordinary, rng):
    """Some customers are lost after the first year, some are new in the second."""
    moving = rng.sample(range(len(ordinary)), GONE + NEW)
    changed = list(ordinary)
    for place, number in enumerate(moving):
        changed[number] = replace(changed[number], years=(0,) if place < GONE else (1,))
    return changed


def _with_pseudo_key_accounts(ordinary):
    """Big in volume and yet no key accounts: one big purchase, a thin margin, many returns."""
    order = sorted(range(len(ordinary)), key=lambda number: -ordinary[number].volume)
    changed = list(ordinary)
    for number, amount in zip(order[150:153], (185_000, 92_000, 64_000), strict=True):
        changed[number] = replace(changed[number], one_off=amount, years=(1,))
    for number in order[5:7]:
        changed[number] = replace(changed[number], discount=14, years=(0, 1))
    for number in order[12:14]:
        changed[number] = replace(changed[number], returns=0.85, returned=0.45, years=(0, 1))
    return changed
