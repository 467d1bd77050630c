from odoo import api, fields, models

from .plan_revenue import COURSES, get_attained_pct, get_course, get_revenues

USERS = "key_account_mgmt.group_key_account_user"


class ResPartner(models.Model):
    """The plans for a customer, how it stands against its target, and the territory in which it may sell."""

    _inherit = "res.partner"

    key_account_territory_id = fields.Many2one(
        "key.account.territory",
        string="Territory",
        company_dependent=True,
        check_company=True,
        copy=False,
        tracking=True,
        ondelete="restrict",
        groups="base.group_user",
        help="Where goods for this customer may be sold. Evaluations show which share went elsewhere.",
    )
    key_account_target_ids = fields.One2many("key.account.target", "partner_id", string="Targets", groups=USERS)
    key_account_expectation_ids = fields.One2many(
        "key.account.expectation", "partner_id", string="Expectations", groups=USERS
    )
    key_account_service_cost_ids = fields.One2many(
        "key.account.service.cost",
        "partner_id",
        string="Costs to Serve",
        groups=USERS,
    )
    key_account_year_revenue = fields.Monetary(
        "Revenue This Year",
        compute="_compute_key_account_year",
        groups=USERS,
        help="Untaxed revenue of the current fiscal year so far, in this company.",
    )
    key_account_year_target = fields.Monetary(
        "Target This Year",
        compute="_compute_key_account_year",
        groups=USERS,
        help="The targets of the current fiscal year and its quarters.",
    )
    key_account_target_pct = fields.Integer("Target Attained (%)", compute="_compute_key_account_year", groups=USERS)
    key_account_course = fields.Selection(
        COURSES,
        string="Course",
        compute="_compute_key_account_year",
        groups=USERS,
        help="On Track: the share of the target that is attained is at least the share of the year that is over.",
    )

    @api.depends_context("company", "uid")
    def _compute_key_account_year(self):
        company, customers = self.env.company, self.commercial_partner_id
        first, last = company._get_key_account_period(company._get_key_account_this_year())
        revenues = get_revenues(self.env, company, customers, first, last)
        targets = self._get_key_account_targets(company, customers, first, last)
        today = fields.Date.context_today(self)
        for partner in self:
            customer = partner.commercial_partner_id._origin
            revenue, target = revenues.get(customer, 0.0), targets.get(customer, 0.0)
            partner.key_account_year_revenue = revenue
            partner.key_account_year_target = target
            partner.key_account_target_pct = get_attained_pct(revenue, target)
            partner.key_account_course = get_course(revenue, target, first, last, today)

    @api.model
    def _get_key_account_targets(self, company, customers, date_from, date_to):
        """Return ``{customer: amount}`` of the targets wholly within a period, in company currency."""
        domain = [
            ("company_id", "=", company.id),
            ("partner_id", "in", customers.ids),
            ("date_from", ">=", date_from),
            ("date_to", "<=", date_to),
        ]
        return dict(self.env["key.account.target"]._read_group(domain, ["partner_id"], ["amount:sum"]))
