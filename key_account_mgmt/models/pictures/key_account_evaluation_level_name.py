from itertools import pairwise

from odoo import models


class KeyAccountEvaluation(models.Model):
    """What the levels of a pyramid are called: "Top 1 %", "500 to under 1,000"."""

    _inherit = "key.account.evaluation"  # pylint: disable=consider-merging-classes-inherited

    def _get_level_labels(self, measure, cut, limits):
        levels = self._get_levels(cut, limits)
        if cut == "share":
            return [self._get_share_label(place, len(levels), level.share) for place, level in enumerate(levels)]
        texts = [self._format_measure(measure, level.limit) for level in levels[:-1]]
        between = [
            self.env._("%(lower)s to under %(upper)s", lower=lower, upper=upper) for upper, lower in pairwise(texts)
        ]
        return [
            self.env._("%s and more", texts[0]),
            *between,
            self.env._("Under %s", texts[-1]),
        ]

    def _get_share_label(self, place, count, share):
        text = self.env["key.account.formatter"]._format_percentage(share)
        if not place:
            return self.env._("Top %s", text)
        return self.env._("Last %s", text) if place == count - 1 else self.env._("Next %s", text)

    def _format_measure(self, measure, value):
        kind, _colon, code = measure.partition(":")
        if kind == "metric":
            return self.env["key.account.explainer"]._format_value(code, value, self.currency_id)
        return self.env["key.account.formatter"]._format_number(value)
