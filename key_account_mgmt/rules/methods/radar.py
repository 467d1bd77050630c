"""The geometry of a radar: axes from a middle, the first one upwards, the others clockwise. Floats: only drawn."""

from collections.abc import Sequence
from math import cos, pi, sin
from typing import NamedTuple

# Nearer to the vertical through the middle than this part of the radius, a label stands centred on its axis.
_CENTRED = 0.2


class Corner(NamedTuple):
    """A point of the drawing (y downwards), and how a text at it is to be anchored: start, middle or end."""

    x: float
    y: float
    anchor: str


def corners(lengths: Sequence[float], middle: tuple[float, float] = (0.0, 0.0)) -> list[Corner]:
    """The point at each length along its axis, one axis per length; lengths of zero lie in the middle."""
    step = 2 * pi / len(lengths) if lengths else 0.0
    return [_corner(length, step * place, middle) for place, length in enumerate(lengths)]


def _corner(length: float, angle: float, middle: tuple[float, float]) -> Corner:
    side = sin(angle)
    anchor = "middle" if abs(side) < _CENTRED else "start" if side > 0 else "end"
    return Corner(round(middle[0] + length * side, 2), round(middle[1] - length * cos(angle), 2), anchor)
