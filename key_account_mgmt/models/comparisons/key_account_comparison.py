from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL
from odoo.tools.misc import format_date

from ..shared.access import SALES_ALL_DOCUMENTS
from .comparison_job import ComparisonJob
from .comparison_summary import ComparisonSummary

# Only Compute sets these fields, whatever values a form, an import or a remote call sends.
RESULT_DEFAULTS = {
    "state": "draft",
    "result": False,
    "policies": False,
    "customer_count": 0,
    "agreed_count": 0,
    "moved_count": 0,
    "computed_on": False,
    "job_user_id": False,
    "job_attempts": 0,
    "problem": False,
}
# The subject of a comparison. The result is valid only for it.
SETUP_FIELDS = {
    "company_id",
    "ruleset_ids",
    "ruleset_id",
    "date_from",
    "date_to",
    "population",
    "partner_domain",
    "partner_ids",
    "with_prospects",
}


class KeyAccountComparison(models.Model):
    """Several rule sets side by side on the same customers of one period. Customers are not changed.

    Big comparisons are computed in the background, as the user who asked. Each is one transaction: a partial comparison
    is worthless.
    """

    _name = "key.account.comparison"
    _description = "Key Account Comparison"
    _inherit = ["key.account.protected.mixin", "key.account.population.mixin", "key.account.job.mixin"]
    _order = "id desc"
    _protected_defaults = {**RESULT_DEFAULTS, "line_ids": []}
    # Decisions (customers times rule sets) that are made while the user waits: some five seconds.
    _at_once_decisions = 30_000

    name = fields.Char(compute="_compute_name", store=True, readonly=False, precompute=True, required=True)
    date_from = fields.Date(compute="_compute_dates", store=True, readonly=False, precompute=True)
    date_to = fields.Date(compute="_compute_dates", store=True, readonly=False, precompute=True)
    ruleset_ids = fields.Many2many(
        "key.account.ruleset",
        string="Rule Sets",
        required=True,
        domain="[('company_id', '=', company_id)]",
        help="Two or more, including drafts.",
    )
    ruleset_id = fields.Many2one(
        string="Reference",
        compute="_compute_ruleset_id",
        store=True,
        readonly=False,
        precompute=True,
        required=False,
        ondelete="set null",
        domain="[('id', 'in', ruleset_ids)]",
        help="The rule set from which moves are measured.",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("computing", "Computing"), ("computed", "Computed")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    computed_on = fields.Datetime(readonly=True, copy=False)
    policies = fields.Json(readonly=True, copy=False, help="The rules that were compared, by the id of the rule set.")
    result = fields.Json("Result Data", readonly=True, copy=False, groups=SALES_ALL_DOCUMENTS)
    customer_count = fields.Integer("Customers", readonly=True, copy=False)
    agreed_count = fields.Integer(
        "All Agree",
        readonly=True,
        copy=False,
        groups=SALES_ALL_DOCUMENTS,
        help="Customers that all rule sets put into the same tier.",
    )
    moved_count = fields.Integer(
        "Moved Customers",
        readonly=True,
        copy=False,
        groups=SALES_ALL_DOCUMENTS,
        help="Customers that at least one rule set puts into another tier.",
    )
    line_ids = fields.One2many("key.account.comparison.line", "comparison_id", string="Lines", readonly=True)
    summary_html = fields.Html("Result", compute="_compute_summary_html", sanitize=False, groups=SALES_ALL_DOCUMENTS)
    job_user_id = fields.Many2one(string="Computing Started by")
    job_attempts = fields.Integer(help="Attempts that did not finish.")
    problem = fields.Char(readonly=True, copy=False, help="Why computing in the background stopped.")

    _period_order = models.Constraint("CHECK (date_from <= date_to)", "The period ends before it begins.")

    @api.depends("date_from", "date_to")
    def _compute_name(self):
        for comparison in self:
            if not comparison.name and comparison.date_from and comparison.date_to:
                comparison.name = self.env._(
                    "Comparison %(date_from)s – %(date_to)s",
                    date_from=format_date(self.env, comparison.date_from),
                    date_to=format_date(self.env, comparison.date_to),
                )
            else:
                comparison.name = comparison.name

    @api.depends("company_id")
    def _compute_dates(self):
        """Default to the last full fiscal year, until the user enters other dates."""
        for comparison in self:
            company = comparison.company_id
            if company and not (comparison.date_from and comparison.date_to):
                last_year = company._get_key_account_last_year()
                comparison.date_from, comparison.date_to = company._get_key_account_period(last_year)
            else:
                comparison.date_from, comparison.date_to = comparison.date_from, comparison.date_to

    @api.depends("ruleset_ids")
    def _compute_ruleset_id(self):
        """Default to the active rule set, if it is one of those compared."""
        for comparison in self:
            chosen, current = comparison.ruleset_ids._origin, comparison.ruleset_id._origin
            if current not in chosen:
                current = chosen.filtered(lambda ruleset: ruleset.state == "active")[:1] or chosen[:1]
            comparison.ruleset_id = current

    def _get_rulesets(self):
        """Return the rule sets in the order of display: the reference first."""
        others = (self.ruleset_ids - self.ruleset_id).sorted("id")
        return self.ruleset_id + others

    @api.constrains("ruleset_ids", "ruleset_id", "company_id")
    def _check_rulesets(self):
        for comparison in self:
            problem = comparison._get_ruleset_problem()
            if problem:
                raise ValidationError(problem)

    def _get_ruleset_problem(self):
        """Return what is wrong with the choice of rule sets, as a sentence, or None."""
        if len(self.ruleset_ids) < 2:
            return self.env._(
                "“%(name)s” has %(count)s rule sets to compare. Choose two or more.",
                name=self.name,
                count=len(self.ruleset_ids),
            )
        foreign = self.ruleset_ids.filtered_domain([("company_id", "!=", self.company_id.id)])
        if foreign:
            return self.env._(
                "Rule set “%(ruleset)s” belongs to %(owner)s. Choose rule sets of %(company)s.",
                ruleset=foreign[0].display_name,
                owner=foreign[0].company_id.display_name,
                company=self.company_id.display_name,
            )
        if self.ruleset_id not in self.ruleset_ids:
            return self.env._(
                "The reference of “%(name)s” is not one of its rule sets. Choose one of them.", name=self.name
            )
        return None

    # -------------------------------------------------------------------------
    # What may be written
    # -------------------------------------------------------------------------

    def write(self, vals):
        self._check_not_computing()
        self._check_protected(vals)
        if SETUP_FIELDS & vals.keys():
            self.check_access("write")
            self.filtered(lambda comparison: comparison.state == "computed")._drop_result()
        return super().write(vals)

    @api.model
    def _get_protected_message(self, action, names=()):
        return self.env._(
            "%(fields)s of a comparison cannot be edited: Compute fills it in.",
            fields=self._get_protected_labels(names),
        )

    def _drop_result(self):
        """Delete lines and result: their subject has changed, or they are about to be replaced."""
        lines = self.env["key.account.comparison.line"]
        # Lines cannot be deleted one by one; here the whole result is deleted.
        self.env.cr.execute(
            SQL("DELETE FROM key_account_comparison_line WHERE comparison_id IN %s", tuple(self.ids or [0]))
        )
        lines.invalidate_model()
        self.invalidate_recordset(["line_ids"])
        self._write_protected(dict(RESULT_DEFAULTS))

    @api.ondelete(at_uninstall=False)
    def _unlink_not_computing(self):
        self._check_not_computing()

    def _check_not_computing(self):
        busy = self.filtered(lambda comparison: comparison.state == "computing")[:1]
        if busy:
            raise UserError(
                self.env._(
                    "“%(name)s” is being computed in the background. Wait until it is finished, or press Stop.",
                    name=busy.name,
                )
            )

    # -------------------------------------------------------------------------
    # Compute
    # -------------------------------------------------------------------------

    def action_compute(self):
        """Compare the rule sets as they are now, and replace the previous result; in the background if it is big."""
        self.ensure_one()
        self._check_may_compute()
        self._check_not_computing()
        ComparisonJob(self).start()
        return True

    def action_stop(self):
        """Cancel a computation that waits for its turn; a running one ends by itself."""
        self.ensure_one()
        # Whether it could be computed does not matter any more.
        self._check_may_manage()
        if self.try_lock_for_update() != self:
            raise UserError(
                self.env._("“%(name)s” is being computed right now. Wait until it is finished.", name=self.name)
            )
        self.filtered(lambda comparison: comparison.state == "computing")._drop_result()
        return True

    def action_refresh(self):
        """Reload the form to show whether the work is finished."""
        return True

    def _check_may_compute(self):
        """Check that the user may compute, and that the setup is complete."""
        self._check_may_manage()
        self._check_rulesets()

    def _check_may_manage(self):
        """Check that the user is a manager and works in the company: the collector checks no rights on documents."""
        self.env["key.account.evaluation"]._check_manager()
        self.check_access("write")
        if self.company_id not in self.env.companies:
            raise UserError(self.env._("Switch to company %(company)s first.", company=self.company_id.name))

    # -------------------------------------------------------------------------
    # In the background
    # -------------------------------------------------------------------------

    @api.model
    def _cron_compute(self):
        """Compute the waiting comparisons one after the other, each with a commit."""
        waiting = self.search([("state", "=", "computing")], order="id")
        for done, comparison in enumerate(waiting, 1):
            ComparisonJob(comparison).process()
            if not self.env["ir.cron"]._commit_progress(1, remaining=len(waiting) - done):
                return

    def _set_job_values(self, vals):
        self._write_protected(vals)

    def _get_job_name(self):
        return "compute"

    def _get_unfinished_sql(self):
        return SQL("state = 'computing'")

    def _stop_job(self, error):
        ComparisonJob(self).stop(error)

    def _prepare_line_values(self, compared, result, reference, before):
        """Return a rule set's result for a customer, and its differences from the reference. Extend it to add more."""
        return compared.prepare_line_values(result, reference, before)

    # -------------------------------------------------------------------------
    # Display
    # -------------------------------------------------------------------------

    @api.depends("result", "customer_count", "agreed_count")
    @api.depends_context("lang")
    def _compute_summary_html(self):
        for comparison in self:
            comparison.summary_html = comparison.result and self.env["ir.qweb"]._render(
                "key_account_mgmt.comparison_summary", comparison._get_summary_values()
            )

    def _get_summary_values(self):
        """Return the values of the result's template. Extend it to show more."""
        return ComparisonSummary(self).get_values()

    def action_open_lines(self):
        """Open the list of all customers by all rule sets."""
        return self._get_lines_action(self.name, {})

    def action_open_moves(self):
        """Open the list of customers whose tier differs from that of the reference."""
        title = self.env._("Moves: %(name)s", name=self.name)
        return self._get_lines_action(title, {"search_default_moved": 1, "search_default_group_reference_tier": 1})

    def action_open_agreed(self):
        """Open the list of customers with the same tier by every rule set, once each."""
        title = self.env._("All agree: %(name)s", name=self.name)
        return self._get_lines_action(
            title, {"search_default_agreed": 1, "search_default_reference": 1, "search_default_group_tier": 1}
        )

    def _get_form_action(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    def _get_lines_action(self, title, context):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("key_account_mgmt.key_account_comparison_line_action")
        # The client shows the display name if there is one.
        names = {"name": title, "display_name": title}
        return {**action, **names, "domain": [("comparison_id", "=", self.id)], "context": context}
