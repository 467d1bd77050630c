"""The geometry of a radar chart: axes from a centre, the first upwards, then clockwise. In floats, for drawing only."""

from collections.abc import Sequence
from math import cos, pi, sin
from typing import NamedTuple

# A label is centred on its axis if its distance from the vertical is less than this part of the radius.
_CENTRED = 0.2


class Corner(NamedTuple):
    """A point of the drawing (y downwards), and the anchor of a text at it: start, middle or end."""

    x: float
    y: float
    anchor: str


def corners(lengths: Sequence[float], middle: tuple[float, float] = (0.0, 0.0)) -> list[Corner]:
    """Return the point at each length along its axis, one axis per length; a length of zero is the centre."""
    step = 2 * pi / len(lengths) if lengths else 0.0
    return [_corner(length, step * place, middle) for place, length in enumerate(lengths)]


def _corner(length: float, angle: float, middle: tuple[float, float]) -> Corner:
    side = sin(angle)
    anchor = "middle" if abs(side) < _CENTRED else "start" if side > 0 else "end"
    return Corner(round(middle[0] + length * side, 2), round(middle[1] - length * cos(angle), 2), anchor)
