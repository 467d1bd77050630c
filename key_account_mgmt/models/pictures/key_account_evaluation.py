import json

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ..shared.access import SALES_ALL_DOCUMENTS
from .evaluation_matrix import ValueMatrix
from .evaluation_measures import EvaluationMeasures
from .evaluation_pyramids import EvaluationPyramids

# Curry's customer pyramid.
DEFAULT_PYRAMIDS = [{"measure": "metric:revenue", "cut": "share", "limits": ["1", "4", "15", "80"]}]


class KeyAccountEvaluation(models.Model):
    """Pictures of an evaluation's customers: they are stored with the evaluation and asked for on its form."""

    _inherit = "key.account.evaluation"

    # Not part of the decision: users may change them at any time to view the same customers differently.
    pyramids = fields.Json(
        "Value Pyramids",
        default=lambda self: DEFAULT_PYRAMIDS,
        help="What the pyramids other than the tier pyramid measure, and how they are divided into levels.",
    )
    has_value_matrix = fields.Boolean(
        compute="_compute_has_value_matrix", help="The rules give points for present and for potential value."
    )

    @api.depends("policy")
    def _compute_has_value_matrix(self):
        for evaluation in self:
            evaluation.has_value_matrix = ValueMatrix(evaluation).exists()

    @api.constrains("pyramids")
    def _check_pyramids(self):
        for evaluation in self:
            problem = EvaluationPyramids(evaluation, evaluation.pyramids or []).get_problem()
            if problem:
                raise ValidationError(problem)

    # -------------------------------------------------------------------------
    # What customers are measured by
    # -------------------------------------------------------------------------

    def _get_measures(self):
        """Return the measures to choose from, in the order of display. Extend it, and the SQL, to add others.

        :return: list of ``(name of the group, {measure: name})``; empty groups are left out
        """
        return EvaluationMeasures(self).get_groups()

    def _get_measure_sql(self, measure):
        """Return the measure as a numeric expression over ``key_account_evaluation_line``; NULL means no value."""
        return EvaluationMeasures(self).get_sql(measure)

    # -------------------------------------------------------------------------
    # Pictures
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
        return EvaluationPyramids(self, (self.pyramids or []) if pyramids is None else pyramids).get_values()

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
        return self.has_value_matrix and ValueMatrix(self).get_values()

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
