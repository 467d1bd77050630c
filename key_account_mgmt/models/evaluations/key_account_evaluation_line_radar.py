from odoo import models

from ...rules import corners

RADIUS = 100.0
# From the top of the picture to the middle, and below the lowest label.
TOP, BELOW = 135, 23
RINGS = (25, 50, 75, 100)


class KeyAccountEvaluationLine(models.Model):
    """The radar of a customer: points of each perspective in % of the maximum."""

    _inherit = "key.account.evaluation.line"  # pylint: disable=consider-merging-classes-inherited

    def _get_scorecard_values(self):
        values = super()._get_scorecard_values()
        return {**values, "radar": self._get_radar_values(values["perspectives"])}

    def _get_radar_values(self, groups):
        """What the template draws, or None: two perspectives are a line and no picture.

        :param groups: those of the scorecard; criteria without perspective are no axis
        """
        axes = [group for group in groups if group["code"]]
        if len(axes) < 3:
            return None
        formatter = self.env["key.account.formatter"]
        labels = corners([RADIUS + 12] * len(axes))
        return {
            # As high as the drawing is: with three axes nothing is at the bottom.
            "height": TOP + max(label.y for label in labels) + BELOW,
            "rings": [_draw([RADIUS * ring / 100] * len(axes)) for ring in RINGS],
            "spokes": corners([RADIUS] * len(axes)),
            "shape": _draw([RADIUS * axis["width"] / 100 for axis in axes]),
            "dots": corners([RADIUS * axis["width"] / 100 for axis in axes]),
            "labels": [
                {"name": axis["name"], "share": formatter._format_percentage(axis["width"]), "at": place}
                for axis, place in zip(axes, labels, strict=True)
            ],
        }


def _draw(lengths):
    """The corners as SVG wants them."""
    return " ".join(f"{corner.x},{corner.y}" for corner in corners(lengths))
