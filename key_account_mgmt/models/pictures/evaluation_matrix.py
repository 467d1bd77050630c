"""Present against potential value: the number of customers by thirds of the maximum of each."""

from odoo.tools import SQL

from .evaluation_levels import EvaluationLevels
from .evaluation_measures import VALUES, EvaluationMeasures


class ValueMatrix:
    """The value matrix of one evaluation."""

    def __init__(self, evaluation):
        self.evaluation = evaluation
        self.env = evaluation.env
        self.formatter = self.env["key.account.formatter"]
        self.measures = EvaluationMeasures(evaluation)

    def exists(self):
        """Return whether the rules give points for both values."""
        return all(self.measures.get_value_maximum(value) > 0 for value in VALUES)

    def get_values(self):
        """Return the matrix, as described by ``get_value_matrix`` of the evaluation."""
        figures = self._read()
        total = sum(customers for customers, _revenue in figures.values())
        labels = [self.env._("High"), self.env._("Middle"), self.env._("Low")]
        # Present value grows to the right, potential value upwards, as such matrices are drawn.
        columns = list(reversed(range(len(labels))))
        return {
            "present": self._get_text("present"),
            "potential": self._get_text("potential"),
            "columns": [labels[place] for place in columns],
            "rows": [
                {"label": label, "cells": [self._get_cell(column, row, figures, total) for column in columns]}
                for row, label in enumerate(labels)
            ],
        }

    def _get_cut(self, value):
        """Return thirds of the maximum as levels. The measure is three times the points: thirds are inexact."""
        maximum = self.measures.get_value_maximum(value)
        limits = [format(maximum * 2, "f"), format(maximum, "f")]
        return {"measure": f"value:{value}", "cut": "score", "limits": limits}

    def _read(self):
        """Return customers and revenue by ``(level of present value, level of potential value)``."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT present.level, potential.level, count(*), COALESCE(sum(present.revenue), 0)
                  FROM (%s) present
                  JOIN (%s) potential ON potential.id = present.id
              GROUP BY present.level, potential.level
                """,
                *(
                    EvaluationLevels(self.evaluation, **self._get_cut(value)).get_sql()
                    for value in ("present", "potential")
                ),
            )
        )
        return {(present, potential): figures for present, potential, *figures in rows}

    def _get_cell(self, present, potential, figures, total):
        customers, revenue = figures.get((present, potential), (0, 0))
        places = {"present": present, "potential": potential}
        return {
            "customers": customers and self.formatter._format_number(customers),
            "revenue": self.formatter._format_amount(revenue, self.evaluation.currency_id),
            "shade": round(customers / total, 3) if total else 0.0,
            "part": {"levels": [{**self._get_cut(value), "level": places[value]} for value in VALUES]},
        }

    def _get_text(self, value):
        """Return the perspectives that a value consists of, and their points, as text."""
        codes = {one["perspective"] for one in self.measures.get_criteria(VALUES[value])}
        return self.env._(
            "%(perspectives)s: %(points)s points at most",
            perspectives=self.formatter._format_list(self.measures.get_perspective_names(codes).values()),
            points=self.formatter._format_number(self.measures.get_value_maximum(value)),
        )
