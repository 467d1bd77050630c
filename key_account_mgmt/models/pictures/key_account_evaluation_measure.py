from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..metrics.key_account_metric import UNCOLLECTED_SOURCES

# The perspectives that tell what a customer is worth now, and what it may be worth later.
VALUES = {"present": ("finance", "sales"), "potential": ("customer", "service")}


class KeyAccountEvaluation(models.Model):
    """What the customers of an evaluation can be measured by: points of the frozen rules, and frozen facts.

    A measure is a text: ``score``, ``perspective:<code>``, ``criterion:<key>``, ``metric:<code>`` or
    ``value:<present, potential>``, which is the points three times, so that thirds of a maximum are exact.
    """

    _inherit = "key.account.evaluation"  # pylint: disable=consider-merging-classes-inherited

    def _get_measures(self):
        """What people can choose from, in the order in which they are offered.

        :return: list of ``(name of the group, {measure: name})``; groups without any are left out
        """
        groups = [
            (self.env._("Points"), self._get_point_measures()),
            (self.env._("Criteria"), self._get_criterion_measures()),
            (self.env._("Metrics"), self._get_metric_measures()),
        ]
        return [(name, measures) for name, measures in groups if measures]

    def _get_point_measures(self):
        codes = {criterion.get("perspective") for criterion in self._get_frozen_criteria()} - {None, ""}
        names = self._get_perspective_names(codes)
        total = {"score": self.env._("Score")} if self._get_frozen_criteria() else {}
        return total | {f"perspective:{code}": name for code, name in names.items()}

    def _get_perspective_names(self, codes):
        """Names of perspectives by code, in their order; those that are gone go by their code."""
        perspectives = self.env["key.account.perspective"].search([("code", "in", list(codes))])
        return {item.code: item.name for item in perspectives} | {
            code: code for code in sorted(codes - set(perspectives.mapped("code")))
        }

    def _get_criterion_measures(self):
        names = self.env["key.account.labels"]._get_labels(self.policy or {}).criteria
        return {
            f"criterion:{criterion['key']}": names.get(criterion["key"]) or criterion["key"]
            for criterion in self._get_frozen_criteria()
        }

    def _get_metric_measures(self):
        metrics = self.env["key.account.metric"].search(
            [("source", "not in", UNCOLLECTED_SOURCES), ("kind", "!=", "choice")]
        )
        return {f"metric:{metric.code}": metric.name for metric in metrics}

    def _get_frozen_criteria(self, perspectives=None):
        """The criteria of the frozen rules, all or those of some perspectives; none before computing."""
        criteria = (self.policy or {}).get("criteria", [])
        return [one for one in criteria if perspectives is None or one.get("perspective") in perspectives]

    def _get_measure_sql(self, measure):
        """What a line measures, as a numeric expression over ``key_account_evaluation_line``; NULL: it has no value."""
        kind, _colon, code = (measure or "").partition(":")
        if kind == "score":
            return SQL("score")
        if kind == "criterion":
            return self._get_points_sql([code])
        if kind == "perspective":
            return self._get_points_sql(one["key"] for one in self._get_frozen_criteria([code]))
        if kind == "metric":
            return SQL("(facts->>%s)::numeric", code)
        if kind == "value" and code in VALUES:
            keys = (one["key"] for one in self._get_frozen_criteria(VALUES[code]))
            return SQL("3 * (%s)", self._get_points_sql(keys))
        raise UserError(self.env._("Customers cannot be measured by “%s”. Choose something else.", measure))

    def _get_points_sql(self, keys):
        """The points of some criteria together."""
        return SQL(" + ").join([SQL("0.0"), *(SQL("COALESCE((points->>%s)::numeric, 0)", key) for key in keys)])
