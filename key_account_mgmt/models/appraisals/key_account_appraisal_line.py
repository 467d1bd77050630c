from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...rules import average_place

# The fields of a grade; all other fields of a line say what is graded.
GRADE_FIELDS = {"option_id", "grade", "note"}


class KeyAccountAppraisalLine(models.Model):
    """One grade of an appraisal: how the appraiser rates the customer by one metric."""

    _name = "key.account.appraisal.line"
    _inherit = "key.account.metric.user.mixin"
    _description = "Key Account Appraisal Grade"
    _order = "partner_id, appraisal_id, metric_id, id"

    appraisal_id = fields.Many2one("key.account.appraisal", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="appraisal_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="appraisal_id.partner_id", store=True, index=True)
    user_id = fields.Many2one(related="appraisal_id.user_id", store=True, index=True)
    year = fields.Integer(related="appraisal_id.year", store=True, aggregator=None)
    quarter = fields.Selection(related="appraisal_id.quarter")
    state = fields.Selection(related="appraisal_id.state", store=True)
    metric_id = fields.Many2one(
        "key.account.metric",
        required=True,
        index=True,
        ondelete="restrict",
        domain=[("source", "=", "manual"), ("kind", "=", "choice")],
    )
    option_id = fields.Many2one(
        "key.account.metric.option",
        string="Grade",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('metric_id', '=', metric_id)]",
    )
    option_description = fields.Char(related="option_id.description", string="Meaning")
    grade = fields.Char(
        "Grade by Name",
        compute="_compute_grade",
        inverse="_inverse_grade",
        help="For spreadsheets: the name or code of a grade of the metric.",
    )
    note = fields.Char()

    _metric_unique = models.Constraint(
        "UNIQUE (appraisal_id, metric_id)", "An appraisal grades each metric once. Change the existing grade."
    )

    @api.depends("partner_id", "metric_id")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.appraisal_id.display_name}: {line.metric_id.name}"

    @api.depends("option_id.name")
    @api.depends_context("lang")
    def _compute_grade(self):
        for line in self:
            line.grade = line.option_id.name

    def _inverse_grade(self):
        for line in self:
            line.option_id = line._find_option((line.grade or "").strip())

    def _find_option(self, text):
        """Return the option of the metric with that name or code; an empty recordset for an empty text.

        :raise ValidationError: the metric has no such grade
        """
        options = self.metric_id.option_ids
        found = options.filtered(lambda option: text.casefold() in (option.name.casefold(), option.code))
        if text and not found:
            raise ValidationError(self._get_option_message(text))
        return found[:1]

    def _get_option_message(self, grade):
        return self.env._(
            "%(line)s has no grade “%(grade)s”. It has: %(options)s.",
            line=self.display_name,
            grade=grade,
            options=", ".join(self.metric_id.option_ids.mapped("name")) or self.env._("none has been defined yet"),
        )

    @api.constrains("metric_id", "option_id")
    def _check_option(self):
        for line in self:
            if line.metric_id.source != "manual" or line.metric_id.kind != "choice":
                raise ValidationError(
                    self.env._("%(line)s is not graded by users. Choose another metric.", line=line.display_name)
                )
            if line.option_id and line.option_id.metric_id != line.metric_id:
                raise ValidationError(line._get_option_message(line.option_id.name))

    # -------------------------------------------------------------------------
    # What may be written
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_editable()
        return lines

    def write(self, vals):
        self._check_editable()
        for name in vals.keys() - GRADE_FIELDS:
            field = self._fields[name]
            if any(field.convert_to_write(line[name], line) != vals[name] for line in self):
                raise UserError(
                    self.env._(
                        "%(line)s: customer, period, appraiser and metric of a grade cannot be changed. Add another"
                        " grade instead.",
                        line=self[:1].display_name,
                    )
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_editable(self):
        self._check_editable()

    def _check_editable(self):
        self.appraisal_id._check_open()
        self.appraisal_id._check_draft()

    def action_done(self):
        """Mark the appraisals of these grades as done."""
        return self.appraisal_id.action_done()

    def _get_average(self):
        """Return the average grade of these lines, which share one metric; between two grades, the lower one."""
        options = self.metric_id.option_ids.sorted(lambda option: (option.sequence, option.id))
        places = {option: place for place, option in enumerate(options)}
        return options[average_place([places[line.option_id] for line in self])]

    @api.model
    def _get_metric_uses(self, metrics):
        found = self.search_count([("metric_id", "in", metrics.ids)], limit=1)
        return [self.env._("appraisals")] if found else []

    @api.model
    def _get_used_options(self, options):
        groups = self._read_group([("option_id", "in", options.ids)], ["option_id"])
        return options.browse(option.id for [option] in groups)
