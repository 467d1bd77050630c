from collections import defaultdict
from decimal import Decimal

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools.misc import format_date

from ...models.evaluations.evaluation_notices import get_same_period_evaluations
from ...models.evaluations.evaluation_run import get_movement
from ...models.evaluations.evaluation_summary import get_tier_rows, render_tier_rows
from ...models.settings.res_company import YEARS
from ...rules import Evaluator, out_of_reach


class KeyAccountEvaluationWizard(models.TransientModel):
    """Asks for the customers and the period to evaluate, and previews or starts the evaluation."""

    _name = "key.account.evaluation.wizard"
    _inherit = ["key.account.population.wizard.mixin"]
    _description = "Evaluate Customers"

    period = fields.Selection([("year", "Fiscal Year"), ("free", "Free Period")], required=True, default="year")
    year = fields.Integer(
        compute="_compute_year",
        store=True,
        readonly=False,
        precompute=True,
        help="The year in which the fiscal year ends.",
    )
    date_from = fields.Date(compute="_compute_dates", store=True, readonly=False, precompute=True)
    date_to = fields.Date(compute="_compute_dates", store=True, readonly=False, precompute=True)
    ruleset_id = fields.Many2one(required=False)
    ruleset_state = fields.Selection(related="ruleset_id.state")
    with_prospects = fields.Boolean(compute="_compute_with_prospects", store=True, precompute=True, readonly=False)
    notice_html = fields.Html(compute="_compute_notice_html", sanitize=False)
    preview_html = fields.Html(readonly=True, sanitize=False)

    @api.model
    def default_get(self, fields):
        """Select the customers of the contacts from whose list or form the user started the dialog."""
        values = super().default_get(fields)
        context = self.env.context
        if context.get("active_model") == "res.partner" and context.get("active_ids"):
            customers = self.env["res.partner"].browse(context["active_ids"]).commercial_partner_id
            values |= {"population": "selected", "partner_ids": [Command.set(customers.ids)]}
        return values

    # -------------------------------------------------------------------------
    # Period and rule set
    # -------------------------------------------------------------------------

    @api.depends("company_id")
    def _compute_year(self):
        """Set the last full fiscal year."""
        for wizard in self:
            wizard.year = wizard.company_id._get_key_account_last_year()

    @api.depends("period", "year", "company_id")
    def _compute_dates(self):
        for wizard in self:
            if wizard.period == "year" and wizard.year in YEARS:
                wizard.date_from, wizard.date_to = wizard.company_id._get_key_account_period(wizard.year)
            else:
                wizard.date_from, wizard.date_to = wizard.date_from, wizard.date_to

    @api.depends("ruleset_id")
    def _compute_with_prospects(self):
        """Include prospects if the rules use metrics of prospects, such as the expected value or the fit."""
        for wizard in self:
            wizard.with_prospects = bool(wizard._get_prospect_sources())

    # -------------------------------------------------------------------------
    # Notices for the user before the start
    # -------------------------------------------------------------------------

    @api.depends("company_id", "date_from", "date_to", "population", "partner_domain", "partner_ids", "ruleset_id")
    @api.depends_context("lang")
    def _compute_notice_html(self):
        for wizard in self:
            notices = wizard._get_notices()
            wizard.notice_html = (
                Markup("").join(Markup("<div>%s</div>") % notice for notice in notices) if notices else False
            )

    def _get_notices(self):
        """Return notices for the user before the evaluation, as sentences."""
        if self.company_id - self.env.companies:
            return [self.env._("Switch to that company first.")]
        notices = self._get_ruleset_notices()
        if not self._is_period_complete():
            return [*notices, self.env._("Enter a period that ends after it begins.")]
        others = get_same_period_evaluations(self.company_id, self.date_from, self.date_to)
        if others:
            notices.append(
                self.env._("There is an evaluation of this period already: %s.", ", ".join(others.mapped("name")))
            )
        metrics = self.ruleset_id._get_policy_metrics()
        return notices + self.env["key.account.collector"]._get_notices(self._get_scope(), metrics)

    def _get_ruleset_notices(self):
        if not self.ruleset_id:
            return [
                self.env._(
                    "%(company)s has no active rule set. Activate one under Key Accounts / Configuration / Rule"
                    " Sets, or choose one to preview.",
                    company=self.company_id.name,
                )
            ]
        if self.ruleset_id.state == "draft":
            return [self.env._("This rule set is a draft: you can preview it. Activate it to evaluate.")]
        return []

    # -------------------------------------------------------------------------
    # Evaluate
    # -------------------------------------------------------------------------

    def action_evaluate(self):
        """Create the evaluation and compute it, now or in the background."""
        self.ensure_one()
        self._check_ready()
        evaluation = self.env["key.account.evaluation"].create(self._prepare_evaluation_values())
        evaluation.action_compute()
        return {
            "type": "ir.actions.act_window",
            "res_model": "key.account.evaluation",
            "res_id": evaluation.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def _check_ready(self):
        self._check_may_collect()
        if not self._is_period_complete():
            raise UserError(self.env._("Enter a period that ends after it begins."))
        if not self.ruleset_id:
            raise UserError(self._get_ruleset_notices()[0])

    def _prepare_evaluation_values(self):
        """Return values of the evaluation. Extend it to add others."""
        return {
            "name": self._get_evaluation_name(),
            "company_id": self.company_id.id,
            "ruleset_id": self.ruleset_id.id,
            "date_from": self.date_from,
            "date_to": self.date_to,
            "population": self.population,
            "partner_domain": self.partner_domain if self.population == "filter" else "[]",
            "with_prospects": self.with_prospects,
            "partner_ids": [Command.set(self.partner_ids.ids if self.population == "selected" else [])],
        }

    def _get_evaluation_name(self):
        if self.period == "year":
            return self.env._("Evaluation %(year)s", year=self.year)
        return self.env._(
            "Evaluation %(date_from)s – %(date_to)s",
            date_from=format_date(self.env, self.date_from),
            date_to=format_date(self.env, self.date_to),
        )

    # -------------------------------------------------------------------------
    # Preview
    # -------------------------------------------------------------------------

    def action_preview(self):
        """Show the result of the evaluation. Only the table in this dialog is stored."""
        self.ensure_one()
        self._check_ready()
        rows = self._get_preview_rows()
        if not rows:
            raise UserError(self._get_no_customers_message())
        summary = render_tier_rows(self.env, get_tier_rows(rows), self.currency_id)
        self.preview_html = self._render_unreached(rows) + summary
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Evaluate Customers"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }

    def _render_unreached(self, rows):
        """Return alerts about the tiers that no customer can reach in a population of this size."""
        population = sum(row["count"] for row in rows if row["in_population"])
        problems = out_of_reach(self.ruleset_id._get_policy(), population)
        alert = Markup('<div class="alert alert-warning mb-2" role="status">%s</div>')
        return Markup("").join(alert % sentence for sentence in self.ruleset_id._get_problem_sentences(problems))

    def _get_preview_rows(self):
        """Return the results in groups, in the form that ``get_tier_rows`` reads."""
        evaluator = Evaluator(self.ruleset_id._get_policy())
        batches, revenues = self.env["key.account.collector"]._collect_batches(self._get_scope(), evaluator.metrics)
        population = evaluator.rank_population(batches)
        held = self._get_held_tiers()
        tiers = {tier.code: tier for tier in self.ruleset_id.tier_ids}
        groups = defaultdict(lambda: [0, Decimal(0)])
        for batch in batches:
            for result in evaluator.decide(batch, population):
                tier = tiers.get(result.decision.tier, self.env["key.account.tier"])
                movement = get_movement(held.pop(result.key, None), tier.rank if tier else None)
                missing = any(code == "missing" for code, _params in result.decision.reasons)
                group = groups[tier, movement, bool(result.decision.vetoes), missing, True]
                group[0] += 1
                group[1] += revenues[result.key]
        if self.population == "all" and groups:
            groups[self.env["key.account.tier"], "lost", False, False, False][0] = len(held)
        names = ("tier", "movement", "vetoed", "missing", "in_population", "count", "revenue", "overrides")
        return [dict(zip(names, (*key, *values, 0), strict=True)) for key, values in groups.items() if values[0]]

    def _get_held_tiers(self):
        """Return the rank of each customer's current tier."""
        customers = self.env["res.partner"].with_company(self.company_id).with_context(active_test=False)
        groups = customers._read_group(
            [("key_account_tier_id", "!=", False)], ["key_account_tier_id"], ["id:array_agg"]
        )
        return {partner_id: tier.rank for tier, partner_ids in groups for partner_id in partner_ids}
