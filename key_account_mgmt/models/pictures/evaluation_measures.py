"""What customers of an evaluation can be measured by: points of the frozen rules, and frozen facts."""

from decimal import Decimal

from odoo.exceptions import UserError
from odoo.tools import SQL

from ..metrics.key_account_metric import UNCOLLECTED_SOURCES

# The perspectives that show what a customer is worth now, and what it may be worth later.
VALUES = {"present": ("finance", "sales"), "potential": ("customer", "service")}


class EvaluationMeasures:
    """The measures of one evaluation.

    A measure is a text: ``score``, ``perspective:<code>``, ``criterion:<key>``, ``metric:<code>`` or ``value:<present,
    potential>``. The last one is three times the points, so that thirds of a maximum are exact.
    """

    def __init__(self, evaluation):
        self.evaluation = evaluation
        self.env = evaluation.env

    # -------------------------------------------------------------------------
    # Names
    # -------------------------------------------------------------------------

    def get_groups(self):
        """Return the measures to choose from, in the order of display.

        :return: list of ``(name of the group, {measure: name})``; empty groups are left out
        """
        groups = [
            (self.env._("Points"), self._get_point_measures()),
            (self.env._("Criteria"), self._get_criterion_measures()),
            (self.env._("Metrics"), self._get_metric_measures()),
        ]
        return [(name, measures) for name, measures in groups if measures]

    def _get_point_measures(self):
        codes = {criterion.get("perspective") for criterion in self.get_criteria()} - {None, ""}
        names = self.get_perspective_names(codes)
        total = {"score": self.env._("Score")} if self.get_criteria() else {}
        return total | {f"perspective:{code}": name for code, name in names.items()}

    def get_perspective_names(self, codes):
        """Return the names of perspectives by code, in their order; deleted ones are named by their code."""
        perspectives = self.env["key.account.perspective"].search([("code", "in", list(codes))])
        return {item.code: item.name for item in perspectives} | {
            code: code for code in sorted(codes - set(perspectives.mapped("code")))
        }

    def _get_criterion_measures(self):
        names = self.env["key.account.policy.labels"]._get_labels(self.evaluation.policy or {}).criteria
        return {
            f"criterion:{criterion['key']}": names.get(criterion["key"]) or criterion["key"]
            for criterion in self.get_criteria()
        }

    def _get_metric_measures(self):
        metrics = self.env["key.account.metric"].search(
            [("source", "not in", UNCOLLECTED_SOURCES), ("kind", "!=", "choice")]
        )
        return {f"metric:{metric.code}": metric.name for metric in metrics}

    # -------------------------------------------------------------------------
    # Criteria of the frozen rules
    # -------------------------------------------------------------------------

    def get_criteria(self, perspectives=None):
        """Return the criteria of the frozen rules, all or those of some perspectives; none before computing."""
        criteria = (self.evaluation.policy or {}).get("criteria", [])
        return [one for one in criteria if perspectives is None or one.get("perspective") in perspectives]

    def get_value_maximum(self, value):
        """Return the points that the rules give for a value at most.

        :param value: a key of ``VALUES``
        """
        return sum((Decimal(one["max_points"]) for one in self.get_criteria(VALUES[value])), Decimal(0))

    # -------------------------------------------------------------------------
    # SQL
    # -------------------------------------------------------------------------

    def get_sql(self, measure):
        """Return the measure as a numeric expression over ``key_account_evaluation_line``; NULL means no value."""
        kind, _colon, code = (measure or "").partition(":")
        if kind == "score":
            return SQL("score")
        if kind == "criterion":
            return self._get_points_sql([code])
        if kind == "perspective":
            return self._get_points_sql(one["key"] for one in self.get_criteria([code]))
        if kind == "metric":
            return SQL("(facts->>%s)::numeric", code)
        if kind == "value" and code in VALUES:
            keys = (one["key"] for one in self.get_criteria(VALUES[code]))
            return SQL("3 * (%s)", self._get_points_sql(keys))
        raise UserError(self.env._("Customers cannot be measured by “%s”. Choose something else.", measure))

    def _get_points_sql(self, keys):
        """Return the sum of the points of some criteria, as SQL."""
        return SQL(" + ").join([SQL("0.0"), *(SQL("COALESCE((points->>%s)::numeric, 0)", key) for key in keys)])
