from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command

from ..plans.plan_overlap import get_overlap_message
from ..shared.access import ACTIVITY_APPRAISAL, KEY_ACCOUNT_MANAGER, strip_caller_context
from ..shared.statements import touch

APPRAISAL_STATES = [("draft", "To Do"), ("done", "Done")]
NOT_DONE = {"state": "draft", "done_by_id": False, "done_on": False}
# Fields that an appraiser without manager rights may write. Customer and appraiser are part of the request.
APPRAISER_FIELDS = {"line_ids", "note", "state"}


class KeyAccountAppraisal(models.Model):
    """The grades that one appraiser gives one customer for a fiscal year or a quarter.

    Done appraisals become entered values of the metrics (``key_account_appraisal_result``); evaluations read those.
    """

    _name = "key.account.appraisal"
    _description = "Key Account Appraisal"
    _inherit = ["key.account.protected.mixin", "key.account.plan.mixin", "key.account.internal.thread"]
    _order = "year desc, partner_id, date_from, user_id"
    # A file may mark appraisals as done: ``create`` and ``write`` complete and reopen them as the buttons do.
    _protected_defaults = NOT_DONE

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
        "Lead", tracking=True, help="If the company counts the lead's grades, only the grades of this appraiser count."
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
        """Return the metrics to grade: the choices among the metrics of the active rule set.

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
                        "%(row)s has two leads. Only one appraiser can be the lead.",
                        row=appraisal.display_name,
                    )
                )

    # -------------------------------------------------------------------------
    # Completing and reopening
    # -------------------------------------------------------------------------

    def action_done(self):
        """Mark the appraisal as done: its grades count from now on."""
        drafts = self.filtered(lambda appraisal: appraisal.state == "draft")
        for appraisal in drafts:
            if not appraisal.line_ids.option_id:
                raise UserError(
                    self.env._(
                        "%(row)s: no grade is given yet. Give at least one; leave grades that you cannot judge empty.",
                        row=appraisal.display_name,
                    )
                )
        drafts._set_state({"state": "done", "done_by_id": self.env.uid, "done_on": fields.Datetime.now()})
        drafts._note_grades()
        self._end_activities(drafts.user_id)
        return True

    def action_reset(self):
        """Reopen the appraisal, so that the appraiser can change the grades."""
        done = self.filtered(lambda appraisal: appraisal.state == "done")
        done._set_state(NOT_DONE)
        return True

    def _set_state(self, values):
        self._check_open()
        result = self._write_protected(values)
        self._refresh_values(self._get_keys())
        return result

    def _note_grades(self):
        """Log in the chatter who gave which grades, and when: this stays whatever happens later."""
        bodies = {
            appraisal.id: ", ".join(
                f"{line.metric_id.name}: {line.option_id.name}" for line in appraisal.line_ids if line.option_id
            )
            for appraisal in self
        }
        if bodies:
            self._message_log_batch(bodies)

    # -------------------------------------------------------------------------
    # Who may write which fields, and when; after each write, by any route, the entered values follow
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Create appraisals; those that a file marks as done are completed as by the button."""
        appraisals = super().create(vals_list)
        appraisals._check_open()
        done = [one.id for one, vals in zip(appraisals, vals_list, strict=True) if vals.get("state") == "done"]
        self.browse(done).action_done()
        leads = appraisals.filtered("is_lead")
        leads._refresh_values(leads._get_keys())
        return appraisals

    def write(self, vals):
        if vals.keys() <= set(self.env["mail.thread"]._fields):
            return super().write(vals)
        self._check_appraiser(vals)
        self._check_open()
        if vals.get("state") == "draft":
            self.action_reset()
        rest = {name: value for name, value in vals.items() if name not in NOT_DONE}
        result = True
        if rest:
            self._check_draft()
            keys = self._get_keys()
            result = super().write(rest)
            self._check_open()
            # If the lead's grades count, naming a lead takes effect even before the lead's appraisal is done.
            self._refresh_values(keys | self._get_keys())
        if vals.get("state") == "done":
            self.action_done()
        return result

    def unlink(self):
        self._check_open()
        self._check_draft()
        keys, users = self._get_keys(), self.user_id
        result = super().unlink()
        self._refresh_values(keys)
        self._end_activities(users)
        return result

    def _check_appraiser(self, vals):
        """Check that an appraiser writes only grades: the customer and the lead are for others to set."""
        if self.env.su or vals.keys() <= APPRAISER_FIELDS or self.env.user.has_group(KEY_ACCOUNT_MANAGER):
            return
        raise AccessError(
            self.env._(
                "%(row)s: you can only give grades. Ask a Key Accounts manager to change customer, period,"
                " appraiser or lead.",
                row=self[:1].display_name,
            )
        )

    def _check_open(self):
        """Refuse changes to the basis of an applied evaluation. Hook of the room of evaluations; empty here."""

    def _check_draft(self):
        for appraisal in self:
            if appraisal.state == "done":
                raise UserError(
                    self.env._(
                        "%(row)s: the appraisal of %(appraiser)s is done. Reset it first.",
                        row=appraisal.display_name,
                        appraiser=appraisal.user_id.name,
                    )
                )

    # -------------------------------------------------------------------------
    # The result of all appraisals of a customer and period: entered values of the metrics
    # -------------------------------------------------------------------------

    def _get_keys(self):
        """Return the customers and periods of the appraisals: ``{(company, partner, date_from, date_to)}``."""
        return {one._get_key() for one in self}

    def _get_key(self):
        return self.company_id.id, self.partner_id.id, self.date_from, self.date_to

    def _refresh_values(self, keys):
        """Set the entered values of these customers and periods to the result of all their appraisals.

        :param keys: as ``_get_keys`` returns them
        """
        if not keys:
            return
        companies, partners, _starts, _ends = zip(*keys, strict=True)
        # sudo: an appraiser reads only their own appraisals and may not enter values. The result needs all appraisals,
        # and only the grades of this customer and period are written
        appraisals = self.sudo().search([("company_id", "in", companies), ("partner_id", "in", partners)])
        by_key = appraisals.filtered(lambda one: one._get_key() in keys).grouped(lambda one: one._get_key())
        self.union(*by_key.values())._lock()
        grades = {}
        for key, counted in by_key.items():
            grades |= {(*key, metric.id): option.id for metric, option in counted._get_grades().items()}
        self.env["key.account.metric.value"]._set_appraised(keys, grades)

    def _lock(self):
        """Make the second of two concurrent completions be retried, so that it sees both appraisals."""
        self.flush_recordset()
        touch(self)

    def _get_grades(self):
        """Return the grade of each metric by the appraisals of one customer and period.

        :return: ``{key.account.metric: key.account.metric.option}``
        """
        lines = self._get_counting().line_ids.filtered("option_id")
        return {metric: graded._get_average() for metric, graded in lines.grouped("metric_id").items()}

    def _get_counting(self):
        """Return the done appraisals; if the lead's grades count and there is a lead, only the lead's."""
        counting = self.filtered("is_lead") if self.company_id.key_account_appraisal_rule == "lead" else self
        return (counting or self).filtered(lambda appraisal: appraisal.state == "done")

    # -------------------------------------------------------------------------
    # One activity per appraiser, however many customers there are, until all their appraisals are done
    # -------------------------------------------------------------------------

    def _notify_appraisers(self, deadline):
        """Create one activity for each appraiser, linked to their list; on no record, because it is about many.

        :param deadline: date by which the grades are wanted
        """
        notified = self._get_activities(self.user_id).user_id
        # sudo: a manager need not have the right to plan activities for other users
        strip_caller_context(self.env["mail.activity"]).sudo().create(
            [
                user_appraisals._prepare_activity(user, deadline)
                for user, user_appraisals in self.grouped("user_id").items()
                if user not in notified
            ]
        )

    def _message_auto_subscribe_followers(self, updated_values, default_subtype_ids):
        """Send no message per customer: the activity informs the appraiser."""
        return []

    def _prepare_activity(self, user, deadline):
        record = self.with_context(lang=user.lang)
        return {
            "activity_type_id": self.env.ref(ACTIVITY_APPRAISAL).id,
            "user_id": user.id,
            "date_deadline": deadline,
            "summary": record.env._("Appraise customers"),
            "note": Markup('<a href="/odoo/key-account-grades">%s</a>') % record.env._("My grades to give"),
        }

    def _get_activities(self, users):
        # sudo: activities of other users, whose content is not shown
        return (
            self.env["mail.activity"]
            .sudo()
            .search(
                [
                    ("activity_type_id", "=", self.env.ref(ACTIVITY_APPRAISAL).id),
                    ("user_id", "in", users.ids),
                    ("res_model", "=", False),
                ]
            )
        )

    def _end_activities(self, users):
        """Remove the reminders of users who have no open appraisals left."""
        # sudo: the open appraisals of other users are counted, not shown
        busy = {
            user
            for [user] in self.sudo()._read_group([("user_id", "in", users.ids), ("state", "=", "draft")], ["user_id"])
        }
        self._get_activities(users.filtered(lambda user: user not in busy)).unlink()
