from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from .key_account_evaluation_measure import VALUES


class KeyAccountEvaluation(models.Model):
    """Present against potential value: how many customers are high, middle or low in both, by thirds of the points."""

    _inherit = "key.account.evaluation"  # pylint: disable=consider-merging-classes-inherited

    has_value_matrix = fields.Boolean(
        compute="_compute_has_value_matrix", help="The rules give points for present and for potential value."
    )

    @api.depends("policy")
    def _compute_has_value_matrix(self):
        for evaluation in self:
            evaluation.has_value_matrix = all(evaluation._get_value_maximum(value) > 0 for value in VALUES)

    def _get_value_maximum(self, value):
        return sum((Decimal(one["max_points"]) for one in self._get_frozen_criteria(VALUES[value])), Decimal(0))

    def get_value_matrix(self):
        """The matrix as texts in the user's language, potential value downwards. For those who see all customers.

        :return: ``{"columns": [label, …], "rows": [{"label", "cells": [cell, …]}, …], "present", "potential"}`` with
            what the values consist of; a cell is ``{"customers", "revenue", "shade", "part"}``: its share of the
            customers as 0..1, and what ``action_open_level`` takes. False when the rules give no points for one of
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
        """Thirds of the maximum, which have no exact decimals: what is measured are the points three times."""
        maximum = self._get_value_maximum(value)
        limits = [format(maximum * 2, "f"), format(maximum, "f")]
        return {"measure": f"value:{value}", "cut": "score", "limits": limits}

    def _read_value_matrix(self):
        """Customers and revenue by ``(level of present value, level of potential value)``."""
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
        """The perspectives that a value consists of, and their points."""
        codes = {one["perspective"] for one in self._get_frozen_criteria(VALUES[value])}
        formatter = self.env["key.account.formatter"]
        return self.env._(
            "%(perspectives)s: %(points)s points at most",
            perspectives=formatter._format_list(self._get_perspective_names(codes).values()),
            points=formatter._format_number(self._get_value_maximum(value)),
        )
