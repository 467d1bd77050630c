import math

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

# Beyond this a float does not hold cents, and no business has such figures.
LARGEST_VALUE = 10**15


class KeyAccountMetricValue(models.Model):
    """What a person entered for one customer, metric and period.

    An evaluation takes the value whose period lies in its own; of several, the one that ends last.
    """

    _name = "key.account.metric.value"
    _description = "Key Account Metric Value"
    _inherit = ["key.account.company.mixin", "key.account.internal.thread"]
    _order = "date_to desc, partner_id, metric_id"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, index=True, ondelete="cascade", check_company=True
    )
    metric_id = fields.Many2one(
        "key.account.metric", required=True, index=True, ondelete="restrict", domain=[("source", "=", "manual")]
    )
    metric_kind = fields.Selection(related="metric_id.kind")
    unit = fields.Char(related="metric_id.unit")
    date_from = fields.Date(
        "From", required=True, default=lambda self: self._get_default_period()["date_from"], tracking=True
    )
    date_to = fields.Date(
        "To", required=True, default=lambda self: self._get_default_period()["date_to"], tracking=True
    )
    # Without fixed digits: rounding to them would add fractions to large values.
    value = fields.Float(min_display_digits=1, tracking=True, aggregator=None)
    option_id = fields.Many2one(
        "key.account.metric.option",
        string="Grade",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('metric_id', '=', metric_id)]",
        tracking=True,
    )
    note = fields.Char()

    _unique = models.Constraint(
        "UNIQUE (partner_id, company_id, metric_id, date_from, date_to)",
        "This customer has a value of this metric for this period already. Change that one.",
    )

    @api.model
    def _get_default_period(self):
        """The last full fiscal year: what the yearly evaluation asks about."""
        last_year = fields.Date.context_today(self) - relativedelta(years=1)
        return self.env.company.compute_fiscalyear_dates(last_year)

    @api.depends("partner_id", "metric_id")
    def _compute_display_name(self):
        for value in self:
            value.display_name = f"{value.partner_id.display_name}: {value.metric_id.name}"

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        self.partner_id = self.partner_id.commercial_partner_id

    @api.onchange("metric_id")
    def _onchange_metric_id(self):
        if self.option_id.metric_id != self.metric_id:
            self.option_id = False
        if self.metric_kind == "choice":
            self.value = 0.0

    @api.model_create_multi
    def create(self, vals_list):
        # With the defaults, which callers may bring along in the context.
        return super().create([self._get_customer_values(self._add_missing_default_values(vals)) for vals in vals_list])

    def write(self, vals):
        return super().write(self._get_customer_values(vals))

    def _get_customer_values(self, vals):
        """Values with the commercial partner instead of its contact, once the number has been found sound."""
        if "value" in vals:
            self._check_number(vals["value"])
        if vals.get("partner_id"):
            contact = self.env["res.partner"].browse(vals["partner_id"])
            return {**vals, "partner_id": contact.commercial_partner_id.id}
        return vals

    def _check_number(self, value):
        """Refuse numbers that later arithmetic could not hold, before they reach the database."""
        number = float(value or 0.0)
        if not math.isfinite(number) or abs(number) > LARGEST_VALUE:
            raise ValidationError(
                self.env._(
                    "%(value)s cannot be entered as a value. Enter a number between -%(limit)s and %(limit)s.",
                    value=value,
                    limit=f"{LARGEST_VALUE:,}",
                )
            )

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for value in self:
            if value.date_from > value.date_to:
                raise ValidationError(
                    self.env._(
                        "The period of %(value)s ends on %(date_to)s, before it begins on %(date_from)s. Correct its"
                        " dates.",
                        value=value.display_name,
                        date_from=value.date_from,
                        date_to=value.date_to,
                    )
                )

    @api.constrains("metric_id", "value", "option_id")
    def _check_value(self):
        for value in self:
            message = value._get_value_problem()
            if message:
                raise ValidationError(message)

    def _get_value_problem(self):
        """What is wrong with the value for its metric, as a sentence; None if nothing is."""
        self.ensure_one()
        if self.metric_id.source != "manual":
            return self.env._(
                "Metric %(metric)s is filled by the system: no values are entered for it.", metric=self.metric_id.name
            )
        if self.metric_kind == "choice":
            return self._get_option_problem()
        if self.option_id:
            return self.env._(
                "%(value)s has a grade, but its metric takes a number. Remove the grade.", value=self.display_name
            )
        if self.metric_kind == "count" and (self.value < 0 or self.value != int(self.value)):
            return self.env._(
                "%(value)s is a count: enter a whole number from 0, not %(number)s.",
                value=self.display_name,
                number=self.value,
            )
        return None

    def _get_option_problem(self):
        options = self.metric_id.option_ids
        if self.option_id in options:
            return None
        return self.env._(
            "%(value)s needs a grade of its metric: %(options)s.",
            value=self.display_name,
            options=", ".join(options.mapped("name")) or self.env._("none has been defined yet"),
        )
