import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..shared.access import strip_caller_context
from ..shared.numbers import is_number

# Above this limit a float does not hold cents. No business reaches such figures.
LARGEST_VALUE = 10**15


class KeyAccountMetricValue(models.Model):
    """A value that a user entered for one customer, metric and period.

    An evaluation takes the value whose period lies within its own; of several, the one that ends last.
    """

    _name = "key.account.metric.value"
    _description = "Key Account Metric Value"
    _inherit = [
        "key.account.protected.mixin",
        "key.account.company.mixin",
        "key.account.internal.thread",
        "key.account.metric.user.mixin",
    ]
    _order = "date_to desc, partner_id, metric_id"

    _check_company_auto = True
    # Files may bring the field: ``write`` drops it, and the values from appraisals themselves are refused as a whole.
    _protected_defaults = {"is_appraised": False}

    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, index=True, ondelete="cascade", check_company=True
    )
    metric_id = fields.Many2one(
        "key.account.metric",
        required=True,
        index=True,
        ondelete="restrict",
        domain=[("source", "=", "manual"), ("is_available", "=", True)],
    )
    metric_kind = fields.Selection(related="metric_id.kind")
    unit = fields.Char(related="metric_id.unit")
    date_from = fields.Date("From", required=True, default=lambda self: self._get_default_period()[0], tracking=True)
    date_to = fields.Date("To", required=True, default=lambda self: self._get_default_period()[1], tracking=True)
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
    is_appraised = fields.Boolean("From Appraisals", readonly=True, copy=False)
    # Equivalent to UNIQUE, except that merging customers is refused. With UNIQUE, one conflict would make core delete
    # all rows of the merged customers.
    _unique = models.Constraint(
        "EXCLUDE (partner_id WITH =, company_id WITH =, metric_id WITH =, date_from WITH =, date_to WITH =)",
        lambda env, diagnostics: env["key.account.metric.value"]._get_twice_message(diagnostics),
    )

    @api.model
    def _get_default_period(self):
        company = self.env.company
        return company._get_key_account_period(company._get_key_account_last_year())

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

    def _add_missing_default_values(self, values):
        """Validate context defaults like explicit values."""
        return self._get_customer_values(super()._add_missing_default_values(values))

    def write(self, vals):
        if not vals.keys() <= set(self.env["mail.thread"]._fields):
            self._check_entered()
        entered = {name: value for name, value in vals.items() if name != "is_appraised"}
        return super().write(self._get_customer_values(entered))

    def unlink(self):
        self._check_entered()
        return super().unlink()

    def _get_customer_values(self, vals):
        """Return values with the commercial partner instead of its contact; raise if the number is not valid.

        Values from appraisals stay with the appraised customer, even if it has become a contact since.
        """
        if vals.get("is_appraised"):
            return vals
        if "value" in vals:
            self._check_number(vals)
        if vals.get("partner_id"):
            contact = self.env["res.partner"].browse(vals["partner_id"])
            return {**vals, "partner_id": contact.commercial_partner_id.id}
        return vals

    @api.model
    def _get_metric_uses(self, metrics):
        found = self.search_count([("metric_id", "in", metrics.ids)], limit=1)
        return [self.env._("entered values")] if found else []

    @api.model
    def _get_used_options(self, options):
        groups = self._read_group([("option_id", "in", options.ids)], ["option_id"])
        return options.browse(option.id for [option] in groups)

    # -------------------------------------------------------------------------
    # Values that are refused, and the reasons
    # -------------------------------------------------------------------------

    def _check_number(self, vals):
        """Raise on numbers that later arithmetic cannot hold, before they reach the database."""
        if is_number(vals["value"], LARGEST_VALUE):
            return
        partner = self.env["res.partner"].browse(vals.get("partner_id")) or self[:1].partner_id
        metric = self.env["key.account.metric"].browse(vals.get("metric_id")) or self[:1].metric_id
        raise ValidationError(
            self.env._(
                "%(customer)s: %(value)s cannot be entered for %(metric)s. Enter a number between -%(limit)s and"
                " %(limit)s.",
                customer=partner.display_name,
                metric=metric.name,
                value=vals["value"],
                limit=f"{LARGEST_VALUE:,}",
            )
        )

    @api.model
    def _get_twice_message(self, diagnostics):
        """Return which value exists already, from the diagnostics of the database."""
        found = re.search(r"=\((\d+), \d+, (\d+), (\S+), (\S+)\)", diagnostics.message_detail or "")
        if not found:
            return self.env._("A customer has one value of a metric for a period. Change the existing value.")
        partner_id, metric_id, date_from, date_to = found.groups()
        return self.env._(
            "%(customer)s has a value of %(metric)s from %(date_from)s to %(date_to)s already. Change that one; or, if"
            " you merge customers, delete one of them first.",
            customer=self.env["res.partner"].browse(int(partner_id)).display_name,
            metric=self.env["key.account.metric"].browse(int(metric_id)).name,
            date_from=date_from,
            date_to=date_to,
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
        """Return the reason why the value does not fit its metric, as a sentence; None if it fits."""
        self.ensure_one()
        if self.metric_id.source != "manual":
            return self.env._(
                "The system fills metric %(metric)s: values cannot be entered for it.", metric=self.metric_id.name
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

    # -------------------------------------------------------------------------
    # Grades from appraisals: they change with the appraisals, and not by hand
    # -------------------------------------------------------------------------

    def _check_entered(self):
        appraised = self.filtered("is_appraised")
        if appraised:
            raise UserError(
                self.env._(
                    "%(value)s from %(date_from)s to %(date_to)s comes from the appraisals of the customer. Change"
                    " it there.",
                    value=appraised[0].display_name,
                    date_from=appraised[0].date_from,
                    date_to=appraised[0].date_to,
                )
            )

    @api.model
    def _set_appraised(self, keys, grades):
        """Store exactly these grades as the values from appraisals for these customers and periods.

        :param keys: ``{(company, partner, date_from, date_to)}``, records by their ids
        :param grades: ``{(*key, metric): option}``, records by their ids
        :raise UserError: a user entered such a value by hand
        """
        # sudo: an appraiser may not enter values; these grades come from the appraisals, which the appraiser may access
        door = strip_caller_context(self).sudo()
        there = door._get_by_key(keys)
        entered = [value for key, value in there.items() if key in grades and not value.is_appraised]
        if entered:
            raise UserError(entered[0]._get_entered_message())
        kept = {key: value for key, value in there.items() if value.is_appraised}
        obsolete = door.union(*(kept[key] for key in kept.keys() - grades.keys()))
        obsolete._unlink_protected()
        for key in kept.keys() & grades.keys():
            if kept[key].option_id.id != grades[key]:
                kept[key]._write_protected({"option_id": grades[key]})
        door._create_protected([self._prepare_appraised(key, grades[key]) for key in grades.keys() - kept.keys()])

    @api.model
    def _drop_appraised(self, partners):
        """Delete the values from appraisals of these customers: the appraisals are about to move to another customer.

        :param partners: ``res.partner``
        """
        # sudo: see _set_appraised
        door = strip_caller_context(self).sudo()
        return door.search([("partner_id", "in", partners.ids), ("is_appraised", "=", True)])._unlink_protected()

    def _get_by_key(self, keys):
        """Return ``{(company, partner, date_from, date_to, metric): value}`` of these customers and periods."""
        companies, partners, _starts, _ends = zip(*keys, strict=True)
        values = self.search([("company_id", "in", companies), ("partner_id", "in", partners)])
        by_key = {
            (value.company_id.id, value.partner_id.id, value.date_from, value.date_to, value.metric_id.id): value
            for value in values
        }
        return {key: value for key, value in by_key.items() if key[:4] in keys}

    @api.model
    def _prepare_appraised(self, key, option_id):
        names = ("company_id", "partner_id", "date_from", "date_to", "metric_id")
        return {**dict(zip(names, key, strict=True)), "option_id": option_id, "is_appraised": True}

    def _get_entered_message(self):
        return self.env._(
            "%(value)s from %(date_from)s to %(date_to)s was entered by hand: %(grade)s. Delete that value under"
            " Manual Values first, or leave this metric out of the appraisal.",
            value=self.display_name,
            date_from=self.date_from,
            date_to=self.date_to,
            grade=self.option_id.name,
        )
