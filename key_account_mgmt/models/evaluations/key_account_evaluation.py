from collections import Counter

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ...rules import FactError
from ..shared.access import TOTALS_READERS
from .evaluation_application import EvaluationApplication
from .evaluation_claim import EvaluationClaim
from .evaluation_customers import CustomerWriting
from .evaluation_job import NO_JOB, EvaluationJob, EvaluationProgress
from .evaluation_notices import EvaluationNotices
from .evaluation_replay import Replay
from .evaluation_review import EvaluationReview
from .evaluation_run import EvaluationRun
from .evaluation_summary import COUNTED, EvaluationSummary, format_counts, get_counted_as

EVALUATION_STATES = [
    ("draft", "Draft"),
    ("computed", "Computed"),
    ("in_review", "In Review"),
    ("approved", "Approved"),
    ("applied", "Applied"),
    ("reverted", "Reverted"),
]
JOBS = [
    ("compute", "Computing"),
    ("apply", "Applying"),
    ("revert", "Reverting"),
    ("confirm", "Confirming Value Types"),
]

# A request to revert, to which Finance has to consent.
NO_REQUEST = {"revert_requested_by_id": False, "revert_reason": False}
# Only the workflow sets these fields, whatever values a form, an import or a remote call sends.
WORKFLOW_DEFAULTS = {
    "state": "draft",
    **NO_JOB,
    "policy": False,
    "policy_hash": False,
    "missing_counts": False,
    "profile_snapshot": False,
    "submitted_by_id": False,
    "submitted_on": False,
    "tier_changer_ids": False,
    "approved_by_id": False,
    "approved_on": False,
    "effective_date": False,
    "applied_on": False,
    "superseded": False,
    **NO_REQUEST,
}
# The subject of an evaluation. It cannot change once there are lines.
SETUP_FIELDS = {"company_id", "ruleset_id", "date_from", "date_to"}
SETUP_FIELDS |= {"population", "partner_domain", "partner_ids", "with_prospects"}


class KeyAccountEvaluation(models.Model):
    """One run over a population of customers for a period."""

    _name = "key.account.evaluation"
    _description = "Key Account Evaluation"
    _inherit = [
        "key.account.protected.mixin",
        "key.account.population.mixin",
        "key.account.internal.thread",
        "mail.activity.mixin",
        "key.account.decision.request.mixin",
        "key.account.job.mixin",
    ]
    _order = "date_to desc, id desc"
    _rec_names_search = ["name", "reference"]
    _protected_defaults = {**WORKFLOW_DEFAULTS, "reference": False, "line_ids": []}
    _discloses_totals = True
    # Customers per batch: decided together and recorded by one statement.
    _compute_batch_size = 5000
    # Customers per batch: each write on them is logged, which takes most of the time.
    _apply_batch_size = 500

    name = fields.Char(required=True, tracking=True)
    # Evaluations may have equal names; awards and readers need a unique number.
    reference = fields.Char("Evaluation Number", readonly=True, copy=False)
    ruleset_id = fields.Many2one(
        index=True,
        domain="[('company_id', '=', company_id), ('state', 'in', ('active', 'retired'))]",
    )
    policy = fields.Json(readonly=True, copy=False, help="The rules as they were when the evaluation was computed.")
    policy_hash = fields.Char("Fingerprint of the Rules", readonly=True, copy=False)
    profile_snapshot = fields.Json(
        "Profiles", readonly=True, copy=False, help="The profiles as they were when the evaluation was computed."
    )
    state = fields.Selection(
        EVALUATION_STATES, default="draft", required=True, readonly=True, copy=False, tracking=True
    )
    job = fields.Selection(
        JOBS,
        readonly=True,
        copy=False,
        help="Job that runs in the background, in batches. The state changes when the job is finished.",
    )
    progress = fields.Float("Progress (%)", compute="_compute_progress", help="Progress of the current job.")
    line_ids = fields.One2many("key.account.evaluation.line", "evaluation_id", string="Lines", copy=False)
    line_count = fields.Integer("Customers", compute="_compute_progress")
    customer_counts = fields.Char(
        "Customers and Lost Customers",
        compute="_compute_customer_counts",
        help="Customers with business in the period, and customers that lost their tier without it.",
    )
    missing_counts = fields.Json(
        readonly=True,
        copy=False,
        groups=TOTALS_READERS,
        help="Lines without a value, by metric of the rule set.",
    )
    # Restricted: without the submitter, the four-eyes rule could not tell who must not approve.
    submitted_by_id = fields.Many2one("res.users", readonly=True, copy=False, tracking=True, ondelete="restrict")
    submitted_on = fields.Datetime(readonly=True, copy=False)
    tier_changer_ids = fields.Many2many(
        "res.users",
        "key_account_evaluation_tier_changer_rel",
        string="Tiers Changed By",
        readonly=True,
        copy=False,
        help="Users who overrode tiers or removed overrides. They cannot approve the evaluation.",
    )
    approved_by_id = fields.Many2one("res.users", readonly=True, copy=False, tracking=True)
    approved_on = fields.Datetime(readonly=True, copy=False)
    effective_date = fields.Date(
        readonly=True, copy=False, help="The date written on the customers when the evaluation is applied."
    )
    applied_on = fields.Datetime(readonly=True, copy=False)
    superseded = fields.Boolean(
        readonly=True,
        copy=False,
        help="Applied, but no customer has its tier from this evaluation any more: later ones replaced it.",
    )
    summary_html = fields.Html("Result", compute="_compute_summary_html", sanitize=False)
    notice_html = fields.Html("Notices", compute="_compute_notice_html", sanitize=False)

    _period_order = models.Constraint("CHECK (date_from <= date_to)", "The period ends before it begins.")

    @api.depends("name", "reference", "ruleset_id", "state", "superseded")
    @api.depends_context("lang")
    def _compute_display_name(self):
        states = dict(self._fields["state"]._description_selection(self.env))
        formatter = self.env["key.account.formatter"]
        for evaluation in self:
            # sudo: names of rule sets are not confidential
            parts = [evaluation.reference, evaluation.sudo().ruleset_id.display_name, states.get(evaluation.state)]
            if evaluation.superseded:
                parts.append(self.env._("Superseded"))
            evaluation.display_name = evaluation.name and self.env._(
                "%(name)s (%(details)s)", name=evaluation.name, details=formatter._format_list(filter(None, parts))
            )

    @api.constrains("ruleset_id", "company_id")
    def _check_ruleset_company(self):
        for evaluation in self:
            if evaluation.ruleset_id.company_id != evaluation.company_id:
                raise ValidationError(
                    self.env._(
                        "Rule set “%(ruleset)s” belongs to %(owner)s. Choose a rule set of %(company)s.",
                        ruleset=evaluation.ruleset_id.display_name,
                        owner=evaluation.ruleset_id.company_id.display_name,
                        company=evaluation.company_id.display_name,
                    )
                )

    # -------------------------------------------------------------------------
    # What may be written
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        return super().create(self._prepare_new_awards(vals_list))

    @api.model
    def _prepare_protected_values(self):
        # sudo: managers need no read access to sequences
        sequences = self.env["ir.sequence"].sudo()
        return {**self._protected_defaults, "reference": sequences.next_by_code("key.account.evaluation")}

    def write(self, vals):
        self._check_awards_writable(vals)
        self._check_protected(vals)
        self._check_setup(vals)
        return super().write(vals)

    @api.model
    def _get_protected_message(self, action, names=()):
        return self.env._(
            "%(fields)s of an evaluation cannot be edited. Use the buttons of the evaluation.",
            fields=self._get_protected_labels(names),
        )

    def _check_setup(self, vals):
        """Refuse changes of the subject of computed evaluations."""
        frozen = [name for name in vals if name in SETUP_FIELDS]
        started = self.filtered(lambda evaluation: evaluation.state != "draft" or evaluation.job)
        if frozen and started:
            raise UserError(
                self.env._(
                    "“%(name)s” is computed: %(fields)s can no longer change. Reset it to draft, or create a new"
                    " evaluation.",
                    name=started[0].name,
                    fields=self._get_protected_labels(frozen),
                )
            )

    # Hooks: the room of awards validates the fields of awards.

    @api.model
    def _prepare_new_awards(self, vals_list):
        """Return the values of new evaluations with the fields of awards checked and corrected. Unchanged here."""
        return vals_list

    def _check_awards_writable(self, vals):
        """Refuse invalid values of the fields of awards. Empty here."""

    def _set_workflow_values(self, vals):
        """Write fields that only the workflow may write, without tracking: ``_advance`` logs each step itself."""
        return self.with_context(mail_notrack=True)._write_protected(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_before_review(self):
        for evaluation in self:
            if evaluation.state not in ("draft", "computed") or evaluation.job:
                raise UserError(
                    self.env._(
                        "“%(name)s” is in use: only drafts and computed evaluations can be deleted."
                        " An applied one can be reverted.",
                        name=evaluation.name,
                    )
                )

    # -------------------------------------------------------------------------
    # Claiming an evaluation
    # -------------------------------------------------------------------------

    def _claim(self, *states):
        """Check that the user may work on these evaluations, that no other user does, and that their state allows it.

        :param states: the states in which the work may start
        """
        EvaluationClaim(self).take(states)

    def _check_manager(self):
        """Check that the user is a manager of the company. Views are not enough: remote calls bypass them."""
        EvaluationClaim(self).check_manager()

    def _advance(self, vals, message):
        """Change the state and log in the chatter at once what changed and why.

        Tracking is not used: it logs at the end of the transaction, can be turned off by the context of a remote call,
        and merges several steps into one.
        """
        names = self._track_get_fields() & vals.keys()
        before = {name: self[name] for name in names}
        self._set_workflow_values(vals)
        EvaluationReview(self).end()
        described = self.fields_get(names, ["string", "type", "selection", "currency_field"])
        _changes, tracking_values = self._mail_track(described, before)
        self._message_log(body=message, tracking_value_ids=tracking_values)

    # -------------------------------------------------------------------------
    # Compute
    # -------------------------------------------------------------------------

    def action_compute(self):
        """Create a line for every customer of the population, and decide it by the current rules."""
        self.ensure_one()
        self._claim("draft")
        customers = self.env["key.account.collector"]._count(self._get_scope())
        if not customers:
            raise UserError(self._get_no_customers_message())
        EvaluationRun(self).freeze_rules()
        self._run_or_queue("compute", customers)
        return True

    def _job_compute(self):
        """Compute in batches; continue after a crash with the collected facts and the decided lines.

        Unusable rules or values are reported in the user's words.
        """
        run = EvaluationRun(self)
        try:
            if not run.has_lines():
                run.collect()
                yield 1
            for batch, lines in run.read_batches(SQL("AND NOT decided")):
                run.record(run.decide(batch, lines))
                yield 1
            self._finish_compute()
        except FactError as error:
            raise UserError(run.get_fact_message(error)) from error

    def _finish_compute(self):
        self._answer_known_value_types()
        self.env["key.account.evaluation.line"].invalidate_model()
        self.invalidate_recordset(["line_ids"])
        self._finish_job(
            {"state": "computed"},
            self.env._(
                "Computed by rule set “%(ruleset)s”. %(summary)s",
                ruleset=self.ruleset_id.display_name,
                summary=self._get_counts_text(),
            ),
        )

    def _grant_anew(self, lines):
        """Recompute the grants of lines for their current tiers, from the same frozen rules and facts.

        As in computing, the whole population is surveyed, however few lines there are: rules may depend on ranks in it.
        Customers without business in the period have no figures, so they are granted nothing, whatever their tier.

        :param lines: lines of this evaluation whose tier was overridden, or whose override was taken back
        """
        self.ensure_one()
        run = EvaluationRun(self)
        if not run.evaluator.has_grants:
            return
        lines.flush_model()
        for batch, members in run.read_batches(SQL("AND id IN %s", tuple(lines.ids))):
            rows = run.decide(batch, members)
            changed = self._get_changed_suggestions(rows)
            run.record_grants(rows)
            self._reopen_suggestions(changed)
        lines.invalidate_recordset(flush=False)
        self.invalidate_recordset(["award_summary_html", "notice_html"], flush=False)

    # Hooks: steps that the room of value types implements.

    def _answer_known_value_types(self, line_ids=None):
        """Mark suggested value types that the customer already has as confirmed. Empty here.

        :param line_ids: restrict to these lines
        """

    def _get_changed_suggestions(self, rows):
        """Return the lines whose suggested value type is about to change. None here.

        :param rows: as returned by ``EvaluationRun.decide``
        :return: ids of the lines
        """
        return set()

    def _reopen_suggestions(self, line_ids):
        """Reset the answers to suggestions that have changed. Empty here."""

    def action_replay(self):
        """Decide everything again from the stored facts and rules, change nothing, and report the differences."""
        self.ensure_one()
        self._check_manager()
        if self.state == "draft" or self.job:
            raise UserError(self.env._("Compute the evaluation first: there is nothing to check yet."))
        return Replay(self).report()

    # -------------------------------------------------------------------------
    # Review
    # -------------------------------------------------------------------------

    def action_submit(self):
        """Ask for approval. If the company requires two people, the submitter cannot approve."""
        self._claim("computed")
        EvaluationReview(self).submit()
        return True

    def _ask_approvers(self):
        """Notify the users who may approve. Runs again when that changes."""
        EvaluationReview(self).ask()

    def action_approve(self):
        """Approve the tiers. They are frozen from here on; applying is the next step."""
        self._claim("in_review")
        EvaluationReview(self).approve()
        return True

    def action_open_refusal(self):
        """Ask for the reason of sending the evaluation back."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send Back"),
            "res_model": "key.account.evaluation.refusal",
            "view_mode": "form",
            "target": "new",
            "context": {"default_evaluation_id": self.id},
        }

    def action_refuse(self, reason):
        """Send an evaluation back from review.

        :param reason: what is wrong, for the users who prepared it
        """
        if not (reason or "").strip():
            raise UserError(self.env._("Say why you send the evaluation back."))
        self._claim("in_review")
        EvaluationReview(self).refuse(reason)
        return True

    def action_draft(self):
        """Delete the lines, before approval, to evaluate again; also stops a computation in the background."""
        EvaluationClaim(self).take_for_reset()
        for evaluation in self:
            evaluation._advance(evaluation._get_draft_values(), self.env._("Reset to draft: the lines were deleted."))
            evaluation._delete_lines()
        return True

    def _get_draft_values(self):
        return dict(WORKFLOW_DEFAULTS)

    def _delete_lines(self):
        # Lines cannot be deleted one by one; here the whole result is deleted.
        self.env["key.account.evaluation.line"].flush_model()
        self.env.cr.execute(
            SQL("DELETE FROM key_account_evaluation_line WHERE evaluation_id IN %s", tuple(self.ids or [0]))
        )
        self.env["key.account.evaluation.line"].invalidate_model()
        self.invalidate_recordset()

    # -------------------------------------------------------------------------
    # Apply and revert
    # -------------------------------------------------------------------------

    def action_apply(self):
        """Give every customer the tier of its line, and keep the customer's previous values on the line."""
        self.ensure_one()
        self._claim("approved")
        if not self.effective_date:
            self._set_workflow_values({"effective_date": fields.Date.context_today(self)})
        self._run_or_queue("apply", self.line_count)
        return True

    def _job_apply(self):
        application = EvaluationApplication(self)
        while rows := application.get_rows(None):
            application.apply(rows)
            self._make_awards(rows)
            yield 1
        self._finish_application(
            {"state": "applied", "applied_on": fields.Datetime.now()},
            self.env._("The customers have their new tiers. %(outcome)s", outcome=application.get_outcome_text()),
        )

    def action_revert(self):
        """Restore the values from before applying, except those that were changed since.

        :raise UserError: Finance granted awards of this evaluation and has not consented
        """
        self.ensure_one()
        self._claim("applied")
        self._check_revert_consent()
        self._run_or_queue("revert", self.line_count)
        return True

    def _job_revert(self):
        application = EvaluationApplication(self)
        while rows := application.get_rows("applied"):
            application.revert(rows)
            self._take_back_awards(rows)
            yield 1
        self._finish_application(
            {"state": "reverted", **NO_REQUEST},
            self.env._(
                "The customers have their previous tiers again. %(outcome)s", outcome=application.get_outcome_text()
            ),
        )

    def _finish_application(self, vals, message):
        """Finish applying or reverting.

        :param vals: the new state
        :param message: text for the chatter
        """
        self._finish_job(vals, message)
        EvaluationApplication(self).note_superseded()
        self._notify_finance()

    def _get_applied_values(self, tier_id):
        """Return the values that applying writes on a customer. Extend it to grant more with a tier."""
        return {
            "key_account_tier_id": tier_id,
            "key_account_tier_date": self.effective_date,
            "key_account_evaluation_id": self.id,
        }

    def _write_customers(self, values_by_customer):
        """Write on customers and log the changes of their terms."""
        CustomerWriting(self, values_by_customer).write_all()

    # Hooks: steps that the room of awards implements.

    def _check_revert_consent(self):
        """Refuse to revert an evaluation with granted awards without the consent of Finance. Empty here."""

    def _make_awards(self, rows):
        """Create award proposals for lines whose tier was applied. Empty here.

        :param rows: as returned by ``EvaluationApplication.get_rows``; the outcome of each row is on its line
        """

    def _take_back_awards(self, rows):
        """Take back the awards of lines whose tier was reverted. Empty here.

        :param rows: as in ``_make_awards``
        """

    def _notify_finance(self):
        """Ask Finance to decide on proposed awards. Empty here."""

    # -------------------------------------------------------------------------
    # Work in batches: small evaluations at once, big ones by a scheduled action that commits after each batch
    # -------------------------------------------------------------------------
    # A job is a generator method ``_job_<job>`` that yields after each batch. It must derive the remaining work from
    # the lines, so that it can be restarted at any point.

    def _run_or_queue(self, job, size):
        """Run a job of ``size`` customers now, or queue it for the background."""
        self.ensure_one()
        EvaluationJob(self).start(job, size)

    def _get_batches(self, job):
        return getattr(self, f"_job_{job}")()

    @api.model
    def _cron_process_jobs(self):
        """Continue all background work, as the users who started it, until it is finished or the time is used up."""
        for evaluation in self.search([("job", "!=", False)], order="id"):
            if not EvaluationJob(evaluation).process():
                return

    def _set_job_values(self, vals):
        self._set_workflow_values(vals)

    def _get_job_name(self):
        return self.job

    def _get_unfinished_sql(self):
        return SQL("job IS NOT NULL")

    def _stop_job(self, error):
        EvaluationJob(self).stop(error)

    def _finish_job(self, vals, message):
        """Finish a job: set the new state, and log the result in the chatter."""
        self._advance({**vals, **NO_JOB}, message)

    @api.depends("line_ids.decided", "line_ids.outcome", "line_ids.value_type_answer", "job")
    @api.depends_context("uid")
    def _compute_progress(self):
        progress = EvaluationProgress(self)
        for evaluation in self:
            evaluation.line_count = progress.get_line_count(evaluation)
            evaluation.progress = progress.get_percentage(evaluation)

    @api.depends("line_ids.in_population", "line_ids.movement")
    @api.depends_context("uid", "lang")
    def _compute_customer_counts(self):
        groups = self.env["key.account.evaluation.line"]._read_group(
            [("evaluation_id", "in", self.ids)], ["evaluation_id", "in_population", "movement"], ["__count"]
        )
        counts = Counter()
        for evaluation, inside, movement, count in groups:
            counts[evaluation, get_counted_as(inside, movement)] += count
        for evaluation in self:
            numbers = [counts[evaluation._origin, name] for name in COUNTED]
            evaluation.customer_counts = any(numbers) and format_counts(self.env, *numbers)

    def action_refresh(self):
        """Reload the form to show the progress."""
        return True

    # -------------------------------------------------------------------------
    # What readers see
    # -------------------------------------------------------------------------

    @api.depends("line_ids.tier_id", "line_ids.decided", "state")
    @api.depends_context("lang")
    def _compute_summary_html(self):
        for evaluation in self:
            evaluation.summary_html = evaluation.state != "draft" and EvaluationSummary(evaluation).render()

    def _get_counts_text(self):
        """Return the result in one line."""
        return EvaluationSummary(self).get_counts_text()

    @api.depends(
        lambda self: ("missing_counts", "date_from", "date_to", "company_id", "state", *self._get_budget_fields())
    )
    @api.depends_context("lang")
    def _compute_notice_html(self):
        for evaluation in self:
            notices = evaluation._get_notices()
            evaluation.notice_html = (
                Markup("").join(Markup("<div>%s</div>") % notice for notice in notices) if notices else False
            )

    def _get_notices(self):
        """Return all notices before the next step, as sentences, in the order of display. Extend it to add others."""
        notices = EvaluationNotices(self)
        return [
            *notices.get_missing(),
            *notices.get_appraisals(),
            *self._get_budget_notices(),
            *notices.get_overlaps(),
        ]

    # Hooks: the room of awards adds the budgets that an evaluation exceeds.

    @api.model
    def _get_budget_fields(self):
        """Return the names of the fields that ``_get_budget_notices`` reads. None here."""
        return ()

    def _get_budget_notices(self):
        """Return the budgets that the evaluation exceeds, as sentences. None here."""
        return []

    def action_open_figure(self, tier, figure):
        """Open the customers that a figure of the result counts, as far as the user may see them.

        :param tier: id of a tier, False for customers without a tier, or ``"all"``
        :param figure: name of the figure, such as ``"customers"``, ``"down"`` or ``"vetoes"``
        """
        self.ensure_one()
        self.check_access("read")
        summary = EvaluationSummary(self)
        action = self.env["ir.actions.actions"]._for_xml_id("key_account_mgmt.key_account_evaluation_line_action")
        domain = summary.get_figure_domain(tier, figure)
        title = summary.get_figure_title(tier, figure)
        # The client shows the display name if there is one.
        return {**action, "name": title, "display_name": title, "domain": domain, "context": {}}

    def action_open_lines(self):
        """Open the list of lines to review, grouped by tier."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("key_account_mgmt.key_account_evaluation_line_action")
        return {
            **action,
            "name": self.name,
            "domain": [("evaluation_id", "=", self.id)],
            "context": {"search_default_group_tier": 1, "default_evaluation_id": self.id},
        }
