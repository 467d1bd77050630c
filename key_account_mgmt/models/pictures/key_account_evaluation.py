import json
from decimal import Decimal
from itertools import pairwise

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

from ...rules import LevelError, by_bounds, by_shares
from ..evaluations.key_account_evaluation_summary import EvaluationSummary
from ..metrics.key_account_metric import UNCOLLECTED_SOURCES
from ..shared.access import SALES_ALL_DOCUMENTS

# The perspectives that show what a customer is worth now, and what it may be worth later.
VALUES = {"present": ("finance", "sales"), "potential": ("customer", "service")}
CUTS = {"share": by_shares, "score": by_bounds}
# Each pyramid is a picture and a query; more than a few are of no use to readers.
MOST_PYRAMIDS = 8
PARTS = {"measure", "cut", "limits"}
NO_CUSTOMERS = (0, 0)
# Curry's customer pyramid.
DEFAULT_PYRAMIDS = [{"measure": "metric:revenue", "cut": "share", "limits": ["1", "4", "15", "80"]}]


class KeyAccountEvaluation(models.Model):
    """The measures of an evaluation's customers: points of the frozen rules, and frozen facts.

    A measure is a text: ``score``, ``perspective:<code>``, ``criterion:<key>``, ``metric:<code>`` or ``value:<present,
    potential>``. The last one is three times the points, so that thirds of a maximum are exact.
    """

    _inherit = "key.account.evaluation"  # pylint: disable=consider-merging-classes-inherited

    # Not part of the decision: users may change them at any time to view the same customers differently.
    pyramids = fields.Json(
        "Value Pyramids",
        default=lambda self: DEFAULT_PYRAMIDS,
        help="What the pyramids other than the tier pyramid measure, and how they are divided into levels.",
    )
    has_value_matrix = fields.Boolean(
        compute="_compute_has_value_matrix", help="The rules give points for present and for potential value."
    )

    def _get_measures(self):
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
        codes = {criterion.get("perspective") for criterion in self._get_frozen_criteria()} - {None, ""}
        names = self._get_perspective_names(codes)
        total = {"score": self.env._("Score")} if self._get_frozen_criteria() else {}
        return total | {f"perspective:{code}": name for code, name in names.items()}

    def _get_perspective_names(self, codes):
        """Return the names of perspectives by code, in their order; deleted ones are named by their code."""
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
        """Return the criteria of the frozen rules, all or those of some perspectives; none before computing."""
        criteria = (self.policy or {}).get("criteria", [])
        return [one for one in criteria if perspectives is None or one.get("perspective") in perspectives]

    def _get_measure_sql(self, measure):
        """Return the measure as a numeric expression over ``key_account_evaluation_line``; NULL means no value."""
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
        """Return the sum of the points of some criteria, as SQL."""
        return SQL(" + ").join([SQL("0.0"), *(SQL("COALESCE((points->>%s)::numeric, 0)", key) for key in keys)])

    # -------------------------------------------------------------------------
    # The levels into which a measure divides an evaluation's customers, and the list of customers of a level
    # -------------------------------------------------------------------------

    def _check_sees_all(self):
        """Check that the user may read all lines: the figures include all customers. Remote calls bypass views."""
        self.check_access("read")
        if not (self.env.su or self.env.user.has_group(SALES_ALL_DOCUMENTS)):
            raise AccessError(
                self.env._(
                    "Only users who can see all customers (Sales: All Documents) can see totals of all customers."
                )
            )

    def _get_levels(self, cut, limits):
        """Return the levels of a cut, the best first; raise an error in the user's words if it is invalid.

        :rtype: list[Level]
        """
        if not isinstance(cut, str) or cut not in CUTS or not isinstance(limits, list):
            raise UserError(self.env._("Customers cannot be divided into levels that way. Choose shares or bounds."))
        try:
            return CUTS[cut](limits)
        except LevelError as error:
            raise UserError(self._get_level_message(error)) from error

    def _get_level_message(self, error):
        messages = {
            "none": self.env._("Enter at least one number, such as 20."),
            "too_many": self.env._("%s levels are too many for a picture. Enter at most 10 numbers.", error.got),
            "not_a_number": self.env._("“%s” is not a number. Enter numbers such as 1 / 4 / 15 / 80.", error.got),
            "not_positive": self.env._("A level of %s %% has no customers. Enter shares above zero.", error.got),
            "over_100": self.env._("The shares are %s %% together. Enter shares of 100 %% or less.", error.got),
            "twice": self.env._("%s appears twice. Enter each bound once.", error.got),
        }
        return messages[error.code]

    # -------------------------------------------------------------------------
    # SQL
    # -------------------------------------------------------------------------

    def _get_level_sql(self, measure, cut, limits):
        """Return a query of the population: ``id``, ``revenue``, ``level`` (0 is the best; NULL: no value).

        Customers with equal values share the better rank, as in the rules, so a limit never separates them. Customers
        without a value count in the population of which the shares are taken.
        """
        return SQL(
            """
            SELECT id, revenue, CASE WHEN value IS NOT NULL THEN %(level)s END AS level
              FROM (
                SELECT id, revenue, value,
                       rank() OVER (ORDER BY value DESC NULLS LAST) AS place, count(*) OVER () AS population
                  FROM (
                    SELECT id, revenue, %(measure)s AS value
                      FROM key_account_evaluation_line
                     WHERE evaluation_id = %(evaluation)s AND in_population AND decided
                  ) measured
              ) ranked
            """,
            measure=self._get_measure_sql(measure),
            level=self._get_place_sql(cut, self._get_levels(cut, limits)),
            evaluation=self.id,
        )

    def _get_place_sql(self, cut, levels):
        """Return the number of the first level whose limit holds, as SQL."""
        last = SQL("%s", len(levels) - 1)
        if len(levels) == 1:
            return last
        test = "WHEN place * 100 <= %s * population THEN %s" if cut == "share" else "WHEN value >= %s THEN %s"
        whens = [SQL(test, level.limit, place) for place, level in enumerate(levels[:-1])]
        return SQL("CASE %s ELSE %s END", SQL(" ").join(whens), last)

    def _read_levels(self, measure, cut, limits):
        """Return customers and revenue by level.

        :rtype: dict[int | None, tuple[int, Decimal]]
        """
        rows = self.env.execute_query(
            SQL(
                "SELECT level, count(*), COALESCE(sum(revenue), 0) FROM (%s) levels GROUP BY level",
                self._get_level_sql(measure, cut, limits),
            )
        )
        return {level: (customers, revenue) for level, customers, revenue in rows}

    def _get_level_members_sql(self, level, **values):
        """Return a query of the ids of the lines in one level."""
        query = self._get_level_sql(**values)
        return SQL("SELECT id FROM (%s) levels WHERE level IS NOT DISTINCT FROM %s", query, level)

    # -------------------------------------------------------------------------
    # Lists
    # -------------------------------------------------------------------------

    def action_open_level(self, part, title):
        """Open the list of customers that a part of a picture stands for.

        :param part: ``{"tier": id or False}``, or ``{"levels": [level, …]}``: customers in all of these levels. Each
            level has the definition of its cut, and its number as ``level`` (None: customers without a value)
        :param title: the name of the part
        """
        self.ensure_one()
        self._check_sees_all()
        if "tier" in part:
            condition = ("tier_id", "=", part["tier"])
        else:
            condition = ("filter_for_level", "=", json.dumps({"evaluation": self.id, "levels": part["levels"]}))
        action = self.env["ir.actions.actions"]._for_xml_id("key_account_mgmt.key_account_evaluation_line_action")
        # The client shows the display name if there is one.
        names = {"name": title, "display_name": title}
        population = [("evaluation_id", "=", self.id), ("in_population", "=", True)]
        return {**action, **names, "domain": [*population, condition], "context": {}}

    # -------------------------------------------------------------------------
    # The names of the levels of a pyramid: "Top 1 %", "500 to under 1,000".
    # -------------------------------------------------------------------------

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

    # -------------------------------------------------------------------------
    # Value pyramids: the levels of the tiers, and of every other chosen measure
    # -------------------------------------------------------------------------

    @api.constrains("pyramids")
    def _check_pyramids(self):
        for evaluation in self:
            pyramids = evaluation._get_some_pyramids(evaluation.pyramids or [])
            problem = next(filter(None, map(evaluation._get_pyramid_problem, pyramids)), None)
            if problem:
                raise ValidationError(problem)

    def _get_some_pyramids(self, pyramids):
        """Return these pyramids; raise an error if there are too many."""
        if not isinstance(pyramids, list) or len(pyramids) > MOST_PYRAMIDS:
            raise ValidationError(self.env._("An evaluation has %s pyramids at most. Remove one first.", MOST_PYRAMIDS))
        return pyramids

    def _get_pyramid_problem(self, pyramid):
        """Return why a pyramid is invalid, or False. A measure missing from the rules is reported in its picture."""
        if not isinstance(pyramid, dict) or set(pyramid) != PARTS or not isinstance(pyramid["measure"], str):
            return self.env._("A pyramid needs a measure, a cut and limits. Choose them on the evaluation.")
        try:
            self._get_levels(pyramid["cut"], pyramid["limits"])
        except UserError as error:
            return str(error)
        return False

    # -------------------------------------------------------------------------
    # Pictures
    # -------------------------------------------------------------------------

    def get_pyramids(self, pyramids=None):
        """Return the page of pyramids, as texts in the user's language. Only for users who may read all customers.

        :param pyramids: pyramids being edited, instead of the stored ones
        :return: ``{"measures": [[group, [[measure, name], …]], …], "tiers": picture, "pyramids": [picture, …]}``.
            A picture is ``{"title", "problem", "levels": [level, …], "others": [level, …]}``; with a problem, nothing
            else. ``others`` are the levels outside of the pyramid. A level is ``{"label", "customers", "revenue",
            "share", "width", "part"}``: its share of the revenue as text and as 0..100, and the argument of
            ``action_open_level``.
        """
        self.ensure_one()
        self._check_sees_all()
        pyramids = self._get_some_pyramids((self.pyramids or []) if pyramids is None else pyramids)
        groups = self._get_measures()
        names = {measure: name for _group, measures in groups for measure, name in measures.items()}
        return {
            "measures": [[group, [[*item] for item in measures.items()]] for group, measures in groups],
            "tiers": self._get_tier_picture(),
            "pyramids": [self._get_pyramid_picture(pyramid, names) for pyramid in pyramids],
        }

    def _get_tier_picture(self):
        """Return the tiers of the rule set, including empty ones; customers without a tier stand outside."""
        rows = {row["tier"]: (row["customers"], row["revenue"]) for row in EvaluationSummary(self).get_rows()}
        no_tier = self.env["key.account.tier"]
        tiers = (self.ruleset_id.tier_ids | no_tier.union(*rows)).sorted("rank")
        levels = [(tier.name, {"tier": tier.id}, rows.get(tier, NO_CUSTOMERS)) for tier in tiers]
        others = [(self.env._("No tier"), {"tier": False}, rows.get(no_tier, NO_CUSTOMERS))]
        return self._get_picture(self.env._("Tiers"), levels, others)

    def _get_pyramid_picture(self, pyramid, names):
        """Return the picture of a pyramid; one that cannot be drawn states why, without affecting the others."""
        problem = self._get_pyramid_problem(pyramid)
        title = names.get(pyramid["measure"]) if not problem else None
        if not problem and not title:
            problem = self.env._("This evaluation no longer measures that. Choose something else.")
        if problem:
            return {"title": title or self.env._("Pyramid"), "problem": problem, "levels": [], "others": []}
        return self._get_measured_picture(title, pyramid)

    def _get_measured_picture(self, title, pyramid):
        figures = self._read_levels(**pyramid)
        labels = self._get_level_labels(**pyramid)
        parts = {level: {"levels": [{**pyramid, "level": level}]} for level in [*range(len(labels)), None]}
        levels = [(label, parts[level], figures.get(level, NO_CUSTOMERS)) for level, label in enumerate(labels)]
        others = [(self.env._("No value"), parts[None], figures.get(None, NO_CUSTOMERS))]
        return self._get_picture(title, levels, others)

    def _get_picture(self, title, levels, others):
        """Return the texts of a picture.

        :param levels: ``(label, part, (customers, revenue))`` of each level; ``others`` likewise, left out if empty
        """
        total = sum(revenue for _label, _part, (_customers, revenue) in levels + others if revenue > 0)
        return {
            "title": title,
            "problem": False,
            "levels": [self._get_picture_level(*level, total) for level in levels],
            "others": [self._get_picture_level(*level, total) for level in others if level[2][0]],
        }

    def _get_picture_level(self, label, part, figures, total):
        formatter = self.env["key.account.formatter"]
        customers, revenue = figures
        share = Decimal(revenue) * 100 / Decimal(total) if total else None
        return {
            "label": label,
            "customers": customers and formatter._format_number(customers),
            "revenue": formatter._format_amount(revenue, self.currency_id),
            "share": formatter._format_percentage(share, 1) if share is not None else "",
            "width": min(max(float(share or 0), 0.0), 100.0),
            "part": part,
        }

    # -------------------------------------------------------------------------
    # Present against potential value: the number of customers by thirds of the maximum of each
    # -------------------------------------------------------------------------

    @api.depends("policy")
    def _compute_has_value_matrix(self):
        for evaluation in self:
            evaluation.has_value_matrix = all(evaluation._get_value_maximum(value) > 0 for value in VALUES)

    def _get_value_maximum(self, value):
        return sum((Decimal(one["max_points"]) for one in self._get_frozen_criteria(VALUES[value])), Decimal(0))

    def get_value_matrix(self):
        """Return the matrix as texts in the user's language, potential value downwards.

        Only for users who may read all customers.

        :return: ``{"columns": [label, …], "rows": [{"label", "cells": [cell, …]}, …], "present", "potential"}``; the
            last two describe the values. A cell is ``{"customers", "revenue", "shade", "part"}``: its share of the
            customers as 0..1, and the argument of ``action_open_level``. False when the rules give no points for one of
            the values.
        """
        self.ensure_one()
        self._check_sees_all()
        if not self.has_value_matrix:
            return False
        figures = self._read_value_matrix()
        total = sum(customers for customers, _revenue in figures.values())
        labels = [self.env._("High"), self.env._("Middle"), self.env._("Low")]
        # Present value grows to the right, potential value upwards, as such matrices are drawn.
        columns = list(reversed(range(len(labels))))
        return {
            "present": self._get_value_text("present"),
            "potential": self._get_value_text("potential"),
            "columns": [labels[place] for place in columns],
            "rows": [
                {"label": label, "cells": [self._get_value_cell(column, row, figures, total) for column in columns]}
                for row, label in enumerate(labels)
            ],
        }

    def _get_value_levels(self, value):
        """Return thirds of the maximum as levels. The measure is three times the points: thirds are inexact."""
        maximum = self._get_value_maximum(value)
        limits = [format(maximum * 2, "f"), format(maximum, "f")]
        return {"measure": f"value:{value}", "cut": "score", "limits": limits}

    def _read_value_matrix(self):
        """Return customers and revenue by ``(level of present value, level of potential value)``."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT present.level, potential.level, count(*), COALESCE(sum(present.revenue), 0)
                  FROM (%s) present
                  JOIN (%s) potential ON potential.id = present.id
              GROUP BY present.level, potential.level
                """,
                *(self._get_level_sql(**self._get_value_levels(value)) for value in ("present", "potential")),
            )
        )
        return {(present, potential): figures for present, potential, *figures in rows}

    def _get_value_cell(self, present, potential, figures, total):
        formatter = self.env["key.account.formatter"]
        customers, revenue = figures.get((present, potential), (0, 0))
        places = {"present": present, "potential": potential}
        return {
            "customers": customers and formatter._format_number(customers),
            "revenue": formatter._format_amount(revenue, self.currency_id),
            "shade": round(customers / total, 3) if total else 0.0,
            "part": {"levels": [{**self._get_value_levels(value), "level": places[value]} for value in VALUES]},
        }

    def _get_value_text(self, value):
        """Return the perspectives that a value consists of, and their points, as text."""
        codes = {one["perspective"] for one in self._get_frozen_criteria(VALUES[value])}
        formatter = self.env["key.account.formatter"]
        return self.env._(
            "%(perspectives)s: %(points)s points at most",
            perspectives=formatter._format_list(self._get_perspective_names(codes).values()),
            points=formatter._format_number(self._get_value_maximum(value)),
        )
