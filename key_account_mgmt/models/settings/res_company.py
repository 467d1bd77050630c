from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

from ..shared.numbers import get_largest_amount


class CreditFacts(NamedTuple):
    """The settings of a company that the credit check reads at each confirmation of an order.

    ``overdue_days``: amounts overdue for more days than this count as well; None if they do not. The check ignores
    overdue amounts up to ``tolerance``, in company currency, or ``tolerance_pct`` of the limit. ``tree_ids``: the
    company and its branches, whose documents use its limits; ``root_id``: the company of which it is a branch, or
    itself.
    """

    uses_credit: bool
    currency_id: int
    policy: str
    overdue_days: int | None
    tolerance: Decimal
    tolerance_pct: Decimal
    tree_ids: tuple
    root_id: int

    @property
    def enforces(self):
        """Return whether the customer's credit can stop an order."""
        return self.uses_credit and self.policy != "warn"


CREDIT_FIELDS = {
    "currency_id",
    "account_use_credit_limit",
    "key_account_credit_policy",
    "key_account_check_overdue",
    "key_account_overdue_days",
    "key_account_overdue_tolerance",
    "key_account_overdue_tolerance_pct",
}
# Odoo prefetches the other fields of a company in nearly every request; these are read together, on the first access.
SETTINGS = "key_account_settings"
APPRAISAL_RULES = [("average", "Average of the appraisers"), ("lead", "Lead's grades")]
CREDIT_POLICIES = [("warn", "Warn"), ("approval", "Ask for approval"), ("block", "Block")]
QUARTERS = [("year", "Whole Year"), ("1", "Q1"), ("2", "Q2"), ("3", "Q3"), ("4", "Q4")]
YEARS = range(1900, 9000)


class ResCompany(models.Model):
    _inherit = "res.company"

    key_account_four_eyes = fields.Boolean(
        "Two-Person Approval of Evaluations",
        prefetch=SETTINGS,
        default=True,
        help="The user who submits an evaluation cannot approve it.",
    )
    key_account_require_monotone_caps = fields.Boolean(
        "Discount Caps Must Follow the Order of Tiers",
        prefetch=SETTINGS,
        help="A rule set that gives a tier a higher discount cap than a better tier cannot be activated. Otherwise"
        " this is a warning.",
    )
    key_account_block_sending = fields.Boolean(
        "Do Not Send Quotations over Their Cap",
        help="Until a quotation over its discount caps is approved, users cannot send it by the button or an email"
        " template or mark it as sent, and customers do not see it on the portal, even if it was changed after"
        " sending. Messages that salespeople write themselves, and PDF files that they print and attach, are"
        " not blocked. If this is off, quotations can be sent, and are blocked when they are confirmed.",
    )
    key_account_appraisal_rule = fields.Selection(
        APPRAISAL_RULES,
        "Several Appraisers",
        prefetch=SETTINGS,
        required=True,
        default="average",
        help="Average: between two grades the lower one counts. Lead's grades: if one of the appraisers is the"
        " lead, only the lead's grades count.",
    )
    key_account_forbid_manual_limit = fields.Boolean(
        "Credit Limits by Awards Only",
        prefetch=SETTINGS,
        help="Users cannot change credit limits by hand. Otherwise manual changes are recorded.",
    )
    key_account_credit_policy = fields.Selection(
        CREDIT_POLICIES,
        "Orders over Their Credit Limit",
        prefetch=SETTINGS,
        required=True,
        default="warn",
        help="Warn: these orders can be confirmed. Ask for approval: they can be confirmed after another user has"
        " approved them. Block: they cannot be confirmed.",
    )
    key_account_check_overdue = fields.Boolean(
        "Check Overdue Amounts",
        prefetch=SETTINGS,
        help="Orders of customers with amounts overdue for too long are treated like orders over their credit"
        " limit, even if the customer has no limit.",
    )
    key_account_overdue_days = fields.Integer(
        "Overdue for More than",
        prefetch=SETTINGS,
        help="In days, by the server's date. 0: from the day after the due date.",
    )
    key_account_overdue_tolerance = fields.Monetary(
        "Tolerated Overdue Amount",
        prefetch=SETTINGS,
        help="Overdue amounts up to this amount do not block orders. If a percentage of the limit is set as well,"
        " the larger of the two applies.",
    )
    key_account_overdue_tolerance_pct = fields.Float(
        "Tolerated Overdue Share",
        prefetch=SETTINGS,
        digits=False,
        min_display_digits=0,
        help="Overdue amounts up to this percentage of the customer's credit limit do not block orders. It applies"
        " only to customers with a limit.",
    )
    _key_account_tolerances = models.Constraint(
        "CHECK (key_account_overdue_tolerance >= 0 AND key_account_overdue_tolerance_pct >= 0)",
        "The tolerance for overdue amounts cannot be negative. Enter 0 for none.",
    )
    key_account_hour_cost = fields.Monetary(
        "Cost per Hour",
        prefetch=SETTINGS,
        # Portal users may read companies, but customers must not see this cost.
        groups="base.group_user",
        help="The cost of one hour of work for a customer, in company currency. 0: hours cost nothing.",
    )

    def write(self, vals):
        result = super().write(vals)
        if not {"account_price_include", *CREDIT_FIELDS}.isdisjoint(vals):
            self.env.registry.clear_cache()
        return result

    def _get_key_account_credit_facts(self):
        """Return the credit settings and the currency of the company, without reading all its fields.

        While credit limits and rewards are switched off, the company uses no limits, whatever its own settings say.
        """
        self.ensure_one()
        facts = self._get_key_account_credit_facts_of(self.id)
        return facts if self.env["key.account.part"]._is_on("credit") else facts._replace(uses_credit=False)

    def _get_key_account_limiting(self):
        """Return the companies whose credit limits apply to orders of this one: itself and its root company."""
        return self | self.browse(self._get_key_account_credit_facts().root_id)

    def _uses_key_account_credit(self):
        """Return whether credit limits, its own or those of its root company, apply to customers of this company."""
        return any(one._get_key_account_credit_facts().uses_credit for one in self._get_key_account_limiting())

    @api.model
    @ormcache("company_id")
    def _get_key_account_credit_facts_of(self, company_id):
        # sudo: users who see a limit on a screen, or whom a limit stops, may know all of these settings
        company = self.sudo().browse(company_id)
        return CreditFacts(
            company.account_use_credit_limit,
            company.currency_id.id,
            company.key_account_credit_policy,
            company.key_account_overdue_days if company.key_account_check_overdue else None,
            Decimal(repr(company.key_account_overdue_tolerance)),
            Decimal(repr(company.key_account_overdue_tolerance_pct)),
            tuple(company.with_context(active_test=False).search([("id", "child_of", company_id)], order="id").ids),
            company.root_id.id,
        )

    # -------------------------------------------------------------------------
    # Whether credit limits come from awards only, and what happens to orders beyond them
    # -------------------------------------------------------------------------

    @api.constrains("key_account_overdue_days")
    def _check_key_account_overdue_days(self):
        for company in self:
            if company.key_account_overdue_days < 0:
                raise ValidationError(
                    self.env._(
                        "%(company)s: amounts cannot be overdue for %(days)s days. Enter 0 to count them from the"
                        " day after their due date, or a larger number.",
                        company=company.display_name,
                        days=company.key_account_overdue_days,
                    )
                )

    # -------------------------------------------------------------------------
    # The cost of an hour of work for a customer
    # -------------------------------------------------------------------------

    @api.constrains("key_account_hour_cost")
    def _check_key_account_hour_cost(self):
        for company in self:
            limit = get_largest_amount(company.currency_id)
            if not 0 <= company.key_account_hour_cost <= limit:
                raise ValidationError(
                    self.env._(
                        "%(company)s: an hour cannot cost %(cost)s. Enter 0 if hours cost nothing, or an amount up"
                        " to %(limit)s.",
                        company=company.display_name,
                        cost=company.key_account_hour_cost,
                        limit=f"{limit:,}",
                    )
                )

    # -------------------------------------------------------------------------
    # Fiscal years and their quarters, named by the year in which the fiscal year ends
    # -------------------------------------------------------------------------

    def _get_key_account_this_year(self):
        """Return the current fiscal year, by the user's date."""
        return self.compute_fiscalyear_dates(fields.Date.context_today(self))["date_to"].year

    def _get_key_account_last_year(self):
        """Return the last full fiscal year, which the yearly evaluation uses."""
        start = self.compute_fiscalyear_dates(fields.Date.context_today(self))["date_from"]
        return (start - timedelta(days=1)).year

    def _get_key_account_period(self, year, quarter="year"):
        """Return first and last day of a fiscal year or quarter; ``(False, False)`` for an impossible year.

        :param quarter: one of ``QUARTERS``; any other value means the whole year
        """
        if not self or year not in YEARS:
            return False, False
        # The 1st of the last month: in any year, the fiscal year around it ends in the year asked for.
        dates = self.compute_fiscalyear_dates(date(year, int(self.fiscalyear_last_month), 1))
        first, last = dates["date_from"], dates["date_to"]
        if quarter not in ("1", "2", "3", "4"):
            return first, last
        start, after = (first + relativedelta(months=3 * number) for number in (int(quarter) - 1, int(quarter)))
        return start, last if quarter == "4" else after - timedelta(days=1)
