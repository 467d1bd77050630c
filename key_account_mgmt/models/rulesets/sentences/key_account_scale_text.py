from odoo import api, models

from ...shared.numbers import exact_text


class KeyAccountScaleText(models.AbstractModel):
    """Scales of criteria as sentences: the points for each value."""

    _name = "key.account.scale.text"
    _inherit = ["key.account.rule.text"]
    _description = "Explainer of Key Account Scales"

    @api.model
    def _get_scale_sentence(self, criterion):
        """Return how a criterion scores a value, such as "below 0: 0; from 0: 5; from 50,000: 20 points"."""
        if not criterion.metric_id or not criterion.scale:
            return ""
        currency = (criterion.ruleset_id.company_id or self.env.company).currency_id
        return getattr(self, f"_get_{criterion.scale}_sentence")(criterion, currency)

    @api.model
    def _points(self, value):
        return self._format_number(exact_text(value))

    @api.model
    def _get_bands_sentence(self, criterion, currency):
        steps = criterion.step_ids.sorted(lambda step: (step.lower_bound, step.sequence))
        if not steps:
            return self.env._("No bands yet: every customer gets 0 points.")
        metric = self._prepare_metric_label(criterion.metric_id)
        bounds = [self._format_threshold(metric, "value", exact_text(s.lower_bound), currency) for s in steps]
        parts = [self.env._("Below %(bound)s → 0", bound=bounds[0])]
        parts += [
            self.env._("from %(bound)s → %(points)s", bound=bound, points=self._points(step.points))
            for bound, step in zip(bounds, steps, strict=True)
        ]
        return self.env._("%(bands)s points", bands="; ".join(parts))

    @api.model
    def _get_linear_sentence(self, criterion, currency):
        points = self._points(criterion.max_points)
        if criterion.target_metric_id:
            target = self._lowercase_title(criterion.target_metric_id.name)
            return self.env._(
                "0 → 0, the customer's %(target)s → %(points)s points, in proportion between them",
                target=target,
                points=points,
            )
        metric = self._prepare_metric_label(criterion.metric_id)
        target = self._format_threshold(metric, "value", exact_text(criterion.target), currency)
        return self.env._(
            "0 → 0, %(target)s or more → %(points)s points, in proportion between them", target=target, points=points
        )

    @api.model
    def _get_grades_sentence(self, criterion, _currency):
        if not criterion.step_ids:
            return self.env._("No grades yet: every customer gets 0 points.")
        parts = [f"{step.option_id.name or '…'} → {self._points(step.points)}" for step in criterion.step_ids]
        return self.env._("%(grades)s points", grades="; ".join(parts))

    @api.model
    def _get_deductions_sentence(self, criterion, _currency):
        values = {
            "points": self._points(criterion.max_points),
            "each": self._points(criterion.points_each),
            "metric": self._lowercase_title(criterion.metric_id.name),
        }
        if criterion.offset_metric_id:
            return self.env._(
                "%(points)s points less %(each)s for each of: %(metric)s; each of: %(offset)s offsets one of them",
                offset=self._lowercase_title(criterion.offset_metric_id.name),
                **values,
            )
        return self.env._("%(points)s points less %(each)s for each of: %(metric)s", **values)

    @api.model
    def _get_percentile_sentence(self, criterion, _currency):
        return self.env._(
            "Best customer → %(points)s points, the others in proportion to their rank",
            points=self._points(criterion.max_points),
        )
