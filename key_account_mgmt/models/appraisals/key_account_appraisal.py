from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from ..plans.key_account_plan_overlap import get_overlap_message

APPRAISAL_STATES = [("draft", "To Do"), ("done", "Done")]
NOT_DONE = {"state": "draft", "done_by_id": False, "done_on": False}


class KeyAccountAppraisal(models.Model):
    """The grades that one appraiser gives one customer for a fiscal year or a quarter of it.

    Done appraisals become entered values of the metrics (``key_account_appraisal_result``); evaluations read those.
    """

    _name = "key.account.appraisal"
    _description = "Key Account Appraisal"
    _inherit = ["key.account.plan.mixin", "key.account.internal.thread"]
    _order = "year desc, partner_id, date_from, user_id"

    user_id = fields.Many2one(
        "res.users",
        string="Appraiser",
        required=True,
        index=True,
        check_company=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        tracking=True,
    )
    is_lead = fields.Boolean(
        "Lead", tracking=True, help="Where the company takes the lead's word, the grades of this appraiser alone count."
    )
    state = fields.Selection(APPRAISAL_STATES, default="draft", required=True, copy=False, tracking=True)
    done_by_id = fields.Many2one("res.users", "Done by", readonly=True, copy=False, index="btree_not_null")
    done_on = fields.Datetime("Done on", readonly=True, copy=False)
    line_ids = fields.One2many(
        "key.account.appraisal.line",
        "appraisal_id",
        string="Grades",
        copy=True,
        default=lambda self: self._prepare_lines(self._get_asked_metrics(self.env.company)),
    )
    missing_count = fields.Integer("Missing", compute="_compute_missing_count", help="Grades not given yet.")

    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(partner_id, partner_id, '[]') WITH =,"
        " int4range(user_id, user_id, '[]') WITH =, int4range(company_id, company_id, '[]') WITH =,"
        " daterange(date_from, date_to, '[]') WITH &&) WHERE (date_from IS NOT NULL)",
        get_overlap_message,
    )

    @api.model
    def _get_asked_metrics(self, company):
        """What people are asked to grade: the choices among the metrics of the active rule set.

        :return: ``key.account.metric``
        """
        return self.env["key.account.ruleset"]._get_active(company)._get_graded_metrics()

    @api.model
    def _prepare_lines(self, metrics):
        return [Command.create({"metric_id": metric.id}) for metric in metrics]

    @api.depends("line_ids.option_id")
    def _compute_missing_count(self):
        for appraisal in self:
            appraisal.missing_count = len(appraisal.line_ids.filtered(lambda line: not line.option_id))

    @api.constrains("is_lead", "partner_id", "company_id", "year", "quarter")
    def _check_one_lead(self):
        groups = self._read_group(
            [("partner_id", "in", self.partner_id.ids), ("is_lead", "=", True)],
            ["partner_id", "company_id", "year", "quarter"],
            having=[("__count", ">", 1)],
        )
        for appraisal in self:
            if (appraisal.partner_id, appraisal.company_id, appraisal.year, appraisal.quarter) in groups:
                raise ValidationError(
                    self.env._(
                        "%(row)s has two leads. Only one of the appraisers can have the last word.",
                        row=appraisal.display_name,
                    )
                )

    # -------------------------------------------------------------------------
    # Done, and back
    # -------------------------------------------------------------------------

    def action_done(self):
        """The grades are given: they count from now on."""
        drafts = self.filtered(lambda appraisal: appraisal.state == "draft")
        for appraisal in drafts:
            if not appraisal.line_ids.option_id:
                raise UserError(
                    self.env._(
                        "%(row)s: no grade is given yet. Give at least one; what you cannot judge stays empty.",
                        row=appraisal.display_name,
                    )
                )
        drafts._set_state({"state": "done", "done_by_id": self.env.uid, "done_on": fields.Datetime.now()})
        drafts._note_grades()
        self._end_activities(drafts.user_id)
        return True

    def action_reset(self):
        """Take the grades back, to give others."""
        done = self.filtered(lambda appraisal: appraisal.state == "done")
        done._set_state(NOT_DONE)
        return True

    def _set_state(self, values):
        self._check_open()
        result = super().write(values)  # pylint: disable=super-method-mismatch
        self._refresh_values(self._get_keys())
        return result

    def _note_grades(self):
        """Who gave which grades, and when, stays in the chatter whatever happens later."""
        bodies = {
            appraisal.id: ", ".join(
                f"{line.metric_id.name}: {line.option_id.name}" for line in appraisal.line_ids if line.option_id
            )
            for appraisal in self
        }
        if bodies:
            self._message_log_batch(bodies)
