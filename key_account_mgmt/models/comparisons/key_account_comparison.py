from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.misc import format_date

from ..shared.access import SALES_ALL_DOCUMENTS

# Who has which tier in total: for those who see everybody.


class KeyAccountComparison(models.Model):
    """Several rule sets on the same customers of one period, side by side. Nothing is written on customers."""

    _name = "key.account.comparison"
    _description = "Key Account Comparison"
    _inherit = ["key.account.population.mixin"]
    _order = "id desc"

    name = fields.Char(compute="_compute_name", store=True, readonly=False, precompute=True, required=True)
    date_from = fields.Date(compute="_compute_dates", store=True, readonly=False, precompute=True)
    date_to = fields.Date(compute="_compute_dates", store=True, readonly=False, precompute=True)
    ruleset_ids = fields.Many2many(
        "key.account.ruleset",
        string="Rule Sets",
        required=True,
        domain="[('company_id', '=', company_id)]",
        help="Two or more, drafts too.",
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
        help="The rule set from which moves are told.",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("computed", "Computed")], default="draft", required=True, readonly=True, copy=False
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
        help="Customers in the same tier by every rule set.",
    )
    moved_count = fields.Integer(
        "Moved Customers",
        readonly=True,
        copy=False,
        groups=SALES_ALL_DOCUMENTS,
        help="Customers in another tier by at least one rule set.",
    )
    line_ids = fields.One2many("key.account.comparison.line", "comparison_id", string="Lines", readonly=True)

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
        """The last full fiscal year, until somebody says otherwise."""
        for comparison in self:
            company = comparison.company_id
            if company and not (comparison.date_from and comparison.date_to):
                last_year = company._get_key_account_last_year()
                comparison.date_from, comparison.date_to = company._get_key_account_period(last_year)
            else:
                comparison.date_from, comparison.date_to = comparison.date_from, comparison.date_to

    @api.depends("ruleset_ids")
    def _compute_ruleset_id(self):
        """The active rule set, where it is one of those compared."""
        for comparison in self:
            chosen, current = comparison.ruleset_ids._origin, comparison.ruleset_id._origin
            if current not in chosen:
                current = chosen.filtered(lambda ruleset: ruleset.state == "active")[:1] or chosen[:1]
            comparison.ruleset_id = current

    def _get_rulesets(self):
        """The rule sets in the order in which they are shown: the reference first."""
        others = (self.ruleset_ids - self.ruleset_id).sorted("id")
        return self.ruleset_id + others

    @api.constrains("ruleset_ids", "ruleset_id", "company_id")
    def _check_rulesets(self):
        for comparison in self:
            problem = comparison._get_ruleset_problem()
            if problem:
                raise ValidationError(problem)

    def _get_ruleset_problem(self):
        """What is wrong with the choice of rule sets, as a sentence; None: nothing."""
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
