import math
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .key_account_plan_overlap import get_overlap_message

QUARTERS = [("year", "Whole Year"), ("1", "Q1"), ("2", "Q2"), ("3", "Q3"), ("4", "Q4")]
YEARS = range(1900, 9000)
# Beyond so many cents, or whatever the currency's steps are, Odoo's rounding is not exact any more.
LARGEST_STEPS = 10**14


def get_largest_amount(currency):
    """The largest amount that people may enter, a whole number: 10^12 in a currency with cents."""
    return round(LARGEST_STEPS * currency.rounding)


class KeyAccountPlanMixin(models.AbstractModel):
    """What is planned of one customer for a fiscal year or a quarter of it, in company currency.

    Rows of a customer never overlap, so that those within a period can be added up.
    """

    _name = "key.account.plan.mixin"
    _description = "Plan for a Key Account"
    _inherit = ["key.account.company.mixin"]
    _order = "year desc, partner_id, date_from"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
        tracking=True,
    )
    year = fields.Integer(
        required=True,
        default=lambda self: self._get_default_year(),
        aggregator=None,
        tracking=True,
        help="The year in which the fiscal year ends.",
    )
    quarter = fields.Selection(QUARTERS, required=True, default="year", tracking=True)
    date_from = fields.Date("From", compute="_compute_dates", store=True, precompute=True)
    date_to = fields.Date("To", compute="_compute_dates", store=True, precompute=True)
    note = fields.Char()

    # Ranges of one number each, since PostgreSQL compares ranges, and not numbers, in such a constraint by itself.
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(partner_id, partner_id, '[]') WITH =,"
        " int4range(company_id, company_id, '[]') WITH =, daterange(date_from, date_to, '[]') WITH &&)"
        " WHERE (date_from IS NOT NULL)",
        get_overlap_message,
    )

    @api.model
    def _get_default_year(self):
        return self.env.company.compute_fiscalyear_dates(fields.Date.context_today(self))["date_to"].year

    @api.depends("year", "quarter", "company_id")
    def _compute_dates(self):
        for plan in self:
            plan.date_from, plan.date_to = plan._get_period()

    def _get_period(self):
        """First and last day of the fiscal year, or of three of its months; nothing for an impossible year."""
        if self.year not in YEARS or not self.company_id:
            return False, False
        # The 1st of the last month: in any year, the fiscal year around it ends in the year asked for.
        inside = date(self.year, int(self.company_id.fiscalyear_last_month), 1)
        first, last = self.company_id.compute_fiscalyear_dates(inside).values()
        if self.quarter not in ("1", "2", "3", "4"):
            return first, last
        start, after = (
            first + relativedelta(months=3 * number) for number in (int(self.quarter) - 1, int(self.quarter))
        )
        return start, last if self.quarter == "4" else after - timedelta(days=1)

    @api.depends("partner_id", "year", "quarter")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for plan in self:
            plan.display_name = self._get_row_name(plan.partner_id, plan.year, plan.quarter)

    def _get_row_name(self, partner, year, quarter):
        """What messages call a row: "Customer: Q1 2025"."""
        labels = dict(self._fields["quarter"]._description_selection(self.env))
        part = "" if quarter in (False, "year") else f"{labels[quarter]} "
        return f"{partner.display_name}: {part}{year}"

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        self.partner_id = self.partner_id.commercial_partner_id

    # -------------------------------------------------------------------------
    # What is refused
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        # With the defaults, which callers may bring along in the context.
        return super().create([self._get_sound_values(self._add_missing_default_values(vals)) for vals in vals_list])

    def write(self, vals):
        return super().write(self._get_sound_values(vals))

    def _get_sound_values(self, vals):
        """Values with numbers that arithmetic can hold; an empty quarter, as in spreadsheets, is the whole year."""
        for name in vals:
            if self._fields[name].type in ("float", "monetary"):
                self._check_number(name, vals)
        return {**vals, "quarter": vals["quarter"] or "year"} if "quarter" in vals else vals

    def _check_number(self, name, vals):
        number = float(vals[name] or 0.0)
        company = self.env["res.company"].browse(vals.get("company_id")) or self[:1].company_id or self.env.company
        limit = get_largest_amount(company.currency_id)
        if math.isfinite(number) and abs(number) <= limit:
            return
        partner = self.env["res.partner"].browse(vals.get("partner_id")) or self[:1].partner_id
        raise ValidationError(
            self.env._(
                "%(row)s: %(value)s cannot be entered as %(field)s. Enter a number up to %(limit)s.",
                row=self._get_row_name(
                    partner, vals.get("year") or self[:1].year, vals.get("quarter") or self[:1].quarter
                ),
                value=vals[name],
                field=self._fields[name]._description_string(self.env),
                limit=f"{limit:,}",
            )
        )

    @api.constrains("year")
    def _check_year(self):
        for plan in self:
            if plan.year not in YEARS:
                raise ValidationError(
                    self.env._(
                        "%(row)s: %(year)s is no year. Enter it with four digits, such as 2026.",
                        row=plan.display_name,
                        year=plan.year,
                    )
                )

    @api.constrains("partner_id")
    def _check_customer(self):
        for plan in self:
            customer = plan.partner_id.commercial_partner_id
            if plan.partner_id != customer:
                raise ValidationError(
                    self.env._(
                        "%(row)s: %(contact)s is a contact of %(customer)s. Enter it for %(customer)s, with whom all"
                        " contacts count.",
                        row=plan.display_name,
                        contact=plan.partner_id.name or plan.partner_id.display_name,
                        customer=customer.display_name,
                    )
                )
