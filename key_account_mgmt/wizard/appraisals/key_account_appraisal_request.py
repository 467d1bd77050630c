from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...models.settings.res_company import QUARTERS


class KeyAccountAppraisalRequest(models.TransientModel):
    """Asks users to appraise the customers of a period.

    Each pair of customer and appraiser gets an appraisal and an activity.
    """

    _name = "key.account.appraisal.request"
    _inherit = ["key.account.population.wizard.mixin"]
    _description = "Ask for Appraisals"

    year = fields.Integer(
        required=True,
        default=lambda self: self.env.company._get_key_account_last_year(),
        help="The year in which the fiscal year ends.",
    )
    quarter = fields.Selection(QUARTERS, required=True, default="year")
    date_from = fields.Date(compute="_compute_dates", store=True, precompute=True, required=False)
    date_to = fields.Date(compute="_compute_dates", store=True, precompute=True, required=False)
    ruleset_id = fields.Many2one(help="The request asks for the grades that this rule set uses.")
    metric_ids = fields.Many2many("key.account.metric", string="Requested Grades", compute="_compute_metric_ids")
    with_salesperson = fields.Boolean("The Customer's Salesperson", default=True)
    user_ids = fields.Many2many("res.users", string="Other Appraisers", domain=[("share", "=", False)])
    lead = fields.Selection(
        [
            ("none", "No Lead"),
            ("salesperson", "The customer's salesperson"),
            ("user", "One of the other appraisers"),
        ],
        required=True,
        default="none",
    )
    lead_id = fields.Many2one("res.users", string="Lead Appraiser", domain="[('id', 'in', user_ids)]")
    deadline = fields.Date(
        required=True, default=lambda self: fields.Date.add(fields.Date.context_today(self), days=14)
    )

    @api.depends("year", "quarter", "company_id")
    def _compute_dates(self):
        for request in self:
            period = request.company_id._get_key_account_period(request.year, request.quarter)
            request.date_from, request.date_to = period

    @api.depends("ruleset_id")
    def _compute_metric_ids(self):
        for request in self:
            request.metric_ids = request.ruleset_id._get_graded_metrics()

    # -------------------------------------------------------------------------
    # Request
    # -------------------------------------------------------------------------

    def action_ask(self):
        """Create the missing appraisals, notify the appraisers, and open the list."""
        self.ensure_one()
        self._check_ready()
        customers = self._get_customers()
        pairs = self._get_pairs(customers)
        if not pairs:
            raise UserError(self._get_no_appraisers_message(customers))
        appraisals = self.env["key.account.appraisal"].create([self._prepare_appraisal(*pair) for pair in pairs])
        appraisals._notify_appraisers(self.deadline)
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("key_account_mgmt.action_key_account_appraisal"),
            "domain": [("id", "in", appraisals.ids)],
            "context": {},
        }

    def _check_ready(self):
        self._check_may_collect()
        if not self.date_from:
            raise UserError(
                self.env._("%(year)s is not a year. Enter it with four digits, such as 2026.", year=self.year)
            )
        if not self.metric_ids:
            raise UserError(
                self.env._(
                    "Rule set “%(ruleset)s” uses no grades. Choose one with criteria on metrics of kind Choice that"
                    " users enter.",
                    ruleset=self.ruleset_id.display_name,
                )
            )

        if self.lead == "user" and self.lead_id not in self.user_ids:
            raise UserError(
                self.env._(
                    "The lead must be asked, too: %(lead)s is not one of the other appraisers. Add %(lead)s there,"
                    " or choose another lead.",
                    lead=self.lead_id.name or self.env._("no user"),
                )
            )

    def _get_customers(self):
        """Return the population, without customers whose period is closed."""
        customers = self._get_population()
        closed = self._get_closing(customers)
        return customers.filtered(lambda customer: customer not in closed)

    def _get_population(self):
        return self.env["res.partner"].browse(self.env["key.account.collector"]._get_customer_ids(self._get_scope()))

    def _get_closing(self, customers):
        """Return the customers whose period is closed, with an applied evaluation of it: ``{customer: evaluation}``."""
        closing = self.env["key.account.appraisal"]._get_closing_evaluations(self.company_id, customers)
        return {
            customer: evaluation
            for (_company, customer), evaluations in closing.items()
            for evaluation in evaluations
            if evaluation.date_from <= self.date_from and self.date_to <= evaluation.date_to
        }

    def _get_pairs(self, customers):
        """Return pairs of customer and appraiser, without pairs that already have an appraisal of these months."""
        there = set(
            self.env["key.account.appraisal"]._read_group(
                [
                    ("company_id", "=", self.company_id.id),
                    ("partner_id", "in", customers.ids),
                    ("date_from", "<=", self.date_to),
                    ("date_to", ">=", self.date_from),
                ],
                ["partner_id", "user_id"],
            )
        )
        return [
            (customer, user)
            for customer in customers
            for user in self._get_appraisers(customer)
            if (customer, user) not in there
        ]

    def _get_appraisers(self, customer):
        """Return the appraisers of the customer: active internal users of the company."""
        salesperson = customer.user_id if self.with_salesperson else self.env["res.users"]
        return (salesperson | self.user_ids).filtered(
            lambda user: user.active and not user.share and self.company_id in user.company_ids
        )

    def _prepare_appraisal(self, customer, user):
        lead = {"salesperson": customer.user_id, "user": self.lead_id}.get(self.lead)
        return {
            "company_id": self.company_id.id,
            "partner_id": customer.id,
            "user_id": user.id,
            "year": self.year,
            "quarter": self.quarter,
            "is_lead": user == lead,
            "line_ids": self.env["key.account.appraisal"]._prepare_lines(self.metric_ids),
        }

    def _get_no_appraisers_message(self, customers):
        """Return why there is no appraiser to ask, and what to do about it."""
        period = {
            "date_from": format_date(self.env, self.date_from),
            "date_to": format_date(self.env, self.date_to),
        }
        population = customers or self._get_population()
        if not population:
            return self.env._(
                "There are no customers to appraise: none in the population has business from %(date_from)s to"
                " %(date_to)s. Choose other customers or another period.",
                **period,
            )
        if not customers:
            # sudo: only the names of the evaluations are shown
            evaluations = self.env["key.account.evaluation"].union(*self._get_closing(population).values()).sudo()
            return self.env._(
                "There are no grades to ask for: of all %(count)s customers, the period from %(date_from)s to"
                " %(date_to)s is closed, because these evaluations were applied: %(evaluations)s. Choose another"
                " period, or revert them first.",
                count=len(population),
                evaluations=self.env["key.account.formatter"]._format_list(evaluations.mapped("name")),
                **period,
            )
        if not any(self._get_appraisers(customer) for customer in customers):
            return self.env._(
                "There are no appraisers to ask: none of the %(count)s customers has a salesperson of %(company)s."
                " Choose other appraisers.",
                count=len(customers),
                company=self.company_id.name,
            )
        return self.env._(
            "All appraisers were already asked: there are appraisals of all %(count)s customers from %(date_from)s"
            " to %(date_to)s.",
            count=len(customers),
            **period,
        )
