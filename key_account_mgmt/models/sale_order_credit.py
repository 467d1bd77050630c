from decimal import Decimal

from odoo import api, fields, models

from .key_account_discount_value import ZERO
from .res_partner_credit import CREDIT_READERS, CREDIT_STATES


class SaleOrder(models.Model):
    """The credit of the customer who is invoiced, on the order: limit, used by others, this order, and what is left."""

    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    key_account_credit_state = fields.Selection(
        CREDIT_STATES, string="Credit", compute="_compute_key_account_credit", groups=CREDIT_READERS
    )
    key_account_credit_limit = fields.Monetary(
        "Limit of Credit",
        currency_field="key_account_currency_id",
        compute="_compute_key_account_credit",
        groups=CREDIT_READERS,
    )
    key_account_credit_used = fields.Monetary(
        "Credit Used",
        currency_field="key_account_currency_id",
        compute="_compute_key_account_credit",
        groups=CREDIT_READERS,
        help="By other orders, invoices and receivables of the customer who is invoiced, in this company.",
    )
    key_account_credit_value = fields.Monetary(
        "This Order",
        currency_field="key_account_currency_id",
        compute="_compute_key_account_credit_value",
        groups=CREDIT_READERS,
        help="What is not yet invoiced of this order, taxes included, at today's rate.",
    )
    key_account_credit_free = fields.Monetary(
        "Credit Left",
        currency_field="key_account_currency_id",
        compute="_compute_key_account_credit_free",
        groups=CREDIT_READERS,
        help="When this order is confirmed.",
    )
    key_account_credit_pct = fields.Integer(
        "Credit Used in %", compute="_compute_key_account_credit_free", groups=CREDIT_READERS
    )

    # Not by the lines: whoever types an order does not wait for a count of all documents.
    @api.depends("partner_invoice_id", "company_id", "state")
    def _compute_key_account_credit(self):
        self.update({"key_account_credit_state": False, "key_account_credit_limit": 0, "key_account_credit_used": 0})
        for company, orders in self.grouped("company_id").items():
            if company and company._get_key_account_credit_facts().uses_credit:
                orders._set_key_account_credit(company)

    def _set_key_account_credit(self, company):
        customers = self.partner_invoice_id._origin
        limits = customers._get_key_account_limits(customers, company)
        limited = customers.commercial_partner_id.filtered(lambda customer: limits[customer] is not None)
        exposure = self.env["key.account.exposure"]
        exposures = exposure._get_exposures(limited, company)
        own = exposure._get_order_values(self._origin.filtered(lambda order: order.state == "sale"), strict=False)
        for order in self:
            customer = order.partner_invoice_id._origin.commercial_partner_id
            limit = limits.get(customer)
            order.key_account_credit_state = "none" if limit is None else "limited" if limit else "zero"
            order.key_account_credit_limit = float(limit or 0)
            if customer in exposures:
                order.key_account_credit_used = float(exposures[customer].used - own.get(order._origin, ZERO))

    @api.depends("amount_total", "currency_id", "company_id", "state")
    def _compute_key_account_credit_value(self):
        exposure = self.env["key.account.exposure"]
        confirmed = self._origin.filtered(lambda order: order.state == "sale" and order._has_key_account_limit())
        values = exposure._get_order_values(confirmed, strict=False)
        for order in self:
            value = values.get(order._origin)
            if value is None and order._has_key_account_limit():
                value = exposure._get_value_today(
                    Decimal(repr(order.amount_total)), order.currency_id, order.company_id
                )
            order.key_account_credit_value = float(value or 0)

    def _has_key_account_limit(self):
        return self.key_account_credit_state in ("limited", "zero")

    @api.depends("key_account_credit_used", "key_account_credit_value", "key_account_credit_limit")
    def _compute_key_account_credit_free(self):
        for order in self:
            limit, used, value = (
                Decimal(repr(order[name]))
                for name in ("key_account_credit_limit", "key_account_credit_used", "key_account_credit_value")
            )
            order.key_account_credit_free = float(limit - used - value)
            order.key_account_credit_pct = self.env["res.partner"]._get_key_account_credit_pct(
                used + value, limit if order._has_key_account_limit() else None
            )

    def action_open_key_account_exposure(self):
        """The documents behind the credit that the customer who is invoiced uses."""
        self.ensure_one()
        return self.partner_invoice_id.with_company(self.company_id).action_open_key_account_exposure()
