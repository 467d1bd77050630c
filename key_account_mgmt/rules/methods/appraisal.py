"""What the grades of several appraisers come to."""

from collections.abc import Sequence


def average_place(places: Sequence[int]) -> int:
    """The grade that several appraisers gave on average; between two grades it is the lower one.

    A metric's grades stand from the best (place 0) to the worst. Excellent (0) and good (1) average to 0.5, so good:
    nobody gets a grade that the appraisers together did not reach.

    :raise ValueError: there are no places
    """
    if not places:
        raise ValueError("no grades to average")
    return -(-sum(places) // len(places))
