from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.misc import format_date

from ..shared.numbers import get_largest_amount, is_number

SERVICE_COST_KINDS = [("delivery", "Delivery"), ("service", "Service"), ("promotion", "Promotion"), ("other", "Other")]


class KeyAccountServiceCost(models.Model):
    """A cost of serving a customer on a day, beside goods and hours: freight, repairs, a share of a trade fair.

    It has a date like a document, and counts in every period that contains this day. A refund is negative.
    """

    _name = "key.account.service.cost"
    _description = "Key Account Cost to Serve"
    _inherit = ["key.account.company.mixin", "key.account.internal.thread"]
    _order = "date desc, partner_id, id desc"
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
    date = fields.Date(required=True, index=True, default=fields.Date.context_today, tracking=True)
    kind = fields.Selection(SERVICE_COST_KINDS, required=True, default="other", tracking=True)
    amount = fields.Monetary(required=True, tracking=True, help="In company currency. Negative: refunded costs.")
    note = fields.Char("Description")

    @api.depends("partner_id", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for cost in self:
            cost.display_name = self._get_row_name(cost.partner_id, cost.date)

    def _get_row_name(self, partner, date):
        """Return the name of a row in messages: "Customer: 03/31/2025"."""
        return f"{partner.display_name}: {format_date(self.env, date)}"

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        self.partner_id = self.partner_id.commercial_partner_id

    # -------------------------------------------------------------------------
    # Validation and normalization
    # -------------------------------------------------------------------------

    @api.model
    def _add_missing_default_values(self, values):
        """Validate context defaults like explicit values."""
        return self._get_sound_values(super()._add_missing_default_values(values))

    def write(self, vals):
        return super().write(self._get_sound_values(vals))

    def _get_sound_values(self, vals):
        """Return values with the customer instead of its contact; raise if arithmetic cannot hold the amount.

        An empty kind, as in spreadsheets, becomes “other”.
        """
        sound = dict(vals)
        if vals.get("partner_id"):
            sound["partner_id"] = self.env["res.partner"].browse(vals["partner_id"]).commercial_partner_id.id
        if "kind" in vals:
            sound["kind"] = vals["kind"] or "other"
        if "amount" in vals:
            self._check_number(sound)
        return sound

    def _check_number(self, vals):
        company = self.env["res.company"].browse(vals.get("company_id")) or self[:1].company_id or self.env.company
        limit = get_largest_amount(company.currency_id)
        if is_number(vals["amount"], limit):
            return
        partner = self.env["res.partner"].browse(vals.get("partner_id")) or self[:1].partner_id
        raise ValidationError(
            self.env._(
                "%(row)s: %(value)s cannot be entered as a cost. Enter an amount between -%(limit)s and %(limit)s.",
                row=self._get_row_name(partner, vals.get("date") or self[:1].date),
                value=vals["amount"],
                limit=f"{limit:,}",
            )
        )

    @api.constrains("amount")
    def _check_amount(self):
        for cost in self:
            if not cost.amount:
                raise ValidationError(
                    self.env._(
                        "%(row)s: a cost of 0 has no effect. Enter the cost, or a negative amount for a refund, or"
                        " delete the row.",
                        row=cost.display_name,
                    )
                )
