from odoo import fields, models
from odoo.tools import SQL


class KeyAccountEvaluation(models.Model):
    """The profiles as they were when the evaluation was computed, for rules that look at the fit."""

    _inherit = "key.account.evaluation"  # pylint: disable=consider-merging-classes-inherited

    fit_tables = fields.Json(
        "Profiles", readonly=True, copy=False, help="The profiles as they were when the evaluation was computed."
    )

    def _collect_lines(self):
        result = super()._collect_lines()
        if self._looks_at_fit():
            self._set_workflow_values({"fit_tables": self.env["key.account.fit"]._get_tables(self.company_id)})
            with self.env["key.account.collector"]._planned(self._get_scope()):
                self.env.cr.execute(self._get_fit_sql())
        return result

    def _looks_at_fit(self):
        codes = self.env["key.account.source.profile"]._get_metric_codes()
        return not self._get_evaluator().metrics.isdisjoint(codes)

    def _get_fit_sql(self):
        """Keep what each score came from: in the transaction that froze the facts, so of the same moment."""
        return SQL(
            """
            UPDATE key_account_evaluation_line line
               SET fit = input.fit
              FROM (%(inputs)s) input
             WHERE line.evaluation_id = %(evaluation)s
               AND line.partner_id = input.partner_id
               AND line.in_population
            """,
            inputs=self.env["key.account.source.profile"]._get_inputs_sql(self._get_scope()),
            evaluation=self.id,
        )


class KeyAccountEvaluationLine(models.Model):
    """What the fit score of a line came from."""

    _inherit = "key.account.evaluation.line"  # pylint: disable=consider-merging-classes-inherited

    fit = fields.Json(readonly=True, help="The industry, the matching rows of the profile and what was unknown.")

    def _get_scorecard_values(self):
        values = super()._get_scorecard_values()
        tables = self.evaluation_id.fit_tables
        if not (self.fit and tables):
            return values
        return {**values, "fit": self.env["key.account.fit"]._get_values(tables, self.fit)}
