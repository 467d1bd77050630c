"""The average of the grades of several appraisers."""

from collections.abc import Sequence


def average_place(places: Sequence[int]) -> int:
    """Return the average grade of several appraisers; between two grades, the lower one.

    A metric's grades are ordered from the best (place 0) to the worst. Excellent (0) and good (1) average to 0.5, which
    is good: no customer gets a better grade than the appraisers gave on average.

    :raise ValueError: there are no places
    """
    if not places:
        raise ValueError("no grades to average")
    return -(-sum(places) // len(places))
