from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..settings.res_company import QUARTERS, YEARS
from ..shared.numbers import get_largest_amount, is_number
from .plan_overlap import get_overlap_message


class KeyAccountPlanMixin(models.AbstractModel):
    """A plan for one customer and a fiscal year or a quarter of it, in company currency.

    Rows of a customer never overlap, so that the rows within a period can be added up.
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
        default=lambda self: self.env.company._get_key_account_this_year(),
        aggregator=None,
        tracking=True,
        help="The year in which the fiscal year ends.",
    )
    quarter = fields.Selection(QUARTERS, required=True, default="year", tracking=True)
    date_from = fields.Date("From", compute="_compute_dates", store=True, precompute=True)
    date_to = fields.Date("To", compute="_compute_dates", store=True, precompute=True)
    note = fields.Char()

    # Ranges of one number each: without an extension, PostgreSQL compares ranges in such a constraint, but not numbers.
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(partner_id, partner_id, '[]') WITH =,"
        " int4range(company_id, company_id, '[]') WITH =, daterange(date_from, date_to, '[]') WITH &&)"
        " WHERE (date_from IS NOT NULL)",
        get_overlap_message,
    )

    @api.depends("year", "quarter", "company_id")
    def _compute_dates(self):
        for plan in self:
            plan.date_from, plan.date_to = plan.company_id._get_key_account_period(plan.year, plan.quarter)

    @api.depends("partner_id", "year", "quarter")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for plan in self:
            plan.display_name = self._get_row_name(plan.partner_id, plan.year, plan.quarter)

    def _get_row_name(self, partner, year, quarter):
        """Return the name of a row in messages: "Customer: Q1 2025"."""
        labels = dict(self._fields["quarter"]._description_selection(self.env))
        part = "" if quarter in (False, "year") else f"{labels[quarter]} "
        return f"{partner.display_name}: {part}{year}"

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        self.partner_id = self.partner_id.commercial_partner_id

    # -------------------------------------------------------------------------
    # Validation
    # -------------------------------------------------------------------------

    def _add_missing_default_values(self, values):
        """Validate context defaults like explicit values."""
        return self._get_sound_values(super()._add_missing_default_values(values))

    def write(self, vals):
        return super().write(self._get_sound_values(vals))

    def _get_sound_values(self, vals):
        """Return valid values; raise on numbers that arithmetic cannot hold.

        An empty quarter, as in spreadsheets, means the whole year. Computed columns are dropped: an exported file may
        contain them.
        """
        computed = {name for name in vals if (field := self._fields.get(name)) and field.compute and field.readonly}
        values = {name: value for name, value in vals.items() if name not in computed}
        for name in values:
            if name in self._fields and self._fields[name].type in ("float", "monetary"):
                self._check_number(name, values)
        return {**values, "quarter": values["quarter"] or "year"} if "quarter" in values else values

    def _check_number(self, name, vals):
        company = self.env["res.company"].browse(vals.get("company_id")) or self[:1].company_id or self.env.company
        limit = get_largest_amount(company.currency_id)
        if is_number(vals[name], limit):
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
                        "%(row)s: %(year)s is not a year. Enter it with four digits, such as 2026.",
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
                        "%(row)s: %(contact)s is a contact of %(customer)s. Enter it for %(customer)s, which"
                        " includes all its contacts.",
                        row=plan.display_name,
                        contact=plan.partner_id.name or plan.partner_id.display_name,
                        customer=customer.display_name,
                    )
                )
