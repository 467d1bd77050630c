from odoo import api, fields, models


class KeyAccountMetricValue(models.Model):
    """What a person entered for one customer, metric and period.

    An evaluation takes the value whose period lies in its own; of several, the one that ends last.
    """

    _name = "key.account.metric.value"
    _description = "Key Account Metric Value"
    _inherit = ["key.account.company.mixin", "key.account.internal.thread", "key.account.metric.user.mixin"]
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

    # As good as UNIQUE, but merging customers is refused: of rows that are UNIQUE, core deletes those of the customers
    # that are merged into another one, all of them, when one of them is in the way.
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
        """The defaults of a caller's context are no sounder than what he sends."""
        return self._get_customer_values(super()._add_missing_default_values(values))

    def write(self, vals):
        return super().write(self._get_customer_values(vals))

    def _get_customer_values(self, vals):
        """Values with the commercial partner instead of its contact, once the number has been found sound."""
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
