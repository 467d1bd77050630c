from odoo import api, fields, models

COMPANY_MONEY = {"currency_field": "key_account_currency_id", "groups": "base.group_user"}
# Figures for lists and reports are computed together, on request: users who type or confirm orders compute none.
FIGURES = "key_account_figures"
JUDGED_ORDER_FIELDS = ("company_id", "partner_id", "partner_invoice_id", "currency_id", "pricelist_id", "team_id")
JUDGED_LINE_FIELDS = (
    "product_id",
    "product_uom_id",
    "product_uom_qty",
    "price_unit",
    "discount",
    "tax_ids",
    "extra_tax_data",
    "display_type",
    "combo_item_id",
    "is_expense",
    "linked_line_id",
    # Odoo links lines by these before they are saved, and uses them where the other link is missing.
    "linked_virtual_id",
    "virtual_id",
    "product_no_variant_attribute_value_ids",
    # From loyalty programs, if installed.
    "reward_id",
    "coupon_id",
)
JUDGED = {"compute": "_compute_key_account_discount", "store": True, "copy": False, "prefetch": FIGURES}


class SaleOrder(models.Model):
    """Shows the customer's tier and the discounts of an order against its caps."""

    _inherit = "sale.order"

    key_account_tier_id = fields.Many2one(
        "key.account.tier", string="Customer Tier", compute="_compute_key_account_tier_id", groups="base.group_user"
    )
    key_account_cancelled_on = fields.Datetime(
        "Cancelled after Confirmation", readonly=True, copy=False, groups="base.group_user"
    )
    key_account_currency_id = fields.Many2one(related="company_id.currency_id", string="Company's Currency")
    key_account_verdict = fields.Json(
        "Judgement of Discounts",
        compute="_compute_key_account_verdict",
        compute_sudo=True,
        groups="base.group_user",
        help="All figures of the order's discounts at once, so that they are computed once.",
    )
    key_account_has_discount_cap = fields.Boolean(
        "Discount Capped",
        groups="base.group_user",
        help="Whether a discount cap or a margin floor is in force for any line.",
        **JUDGED,
    )
    key_account_over_cap = fields.Boolean(
        "Over Cap",
        groups="base.group_user",
        help="Whether the order gives more than salespeople may give alone: on a line, or as a whole.",
        **JUDGED,
    )
    key_account_remaining_discount = fields.Monetary(
        "Discount Left",
        help="The discount that the order as a whole may still give, in company currency. Each line also keeps its"
        " own cap.",
        **COMPANY_MONEY,
        **JUDGED,
    )
    key_account_excess = fields.Monetary(
        "Amount over Cap",
        help="The amount that needs approval, in company currency.",
        **COMPANY_MONEY,
        **JUDGED,
    )
    key_account_cap_tier_id = fields.Many2one(
        "key.account.tier",
        "Tier when Judged",
        index="btree_not_null",
        ondelete="set null",
        groups="base.group_user",
        **JUDGED,
    )
    key_account_cap_problem = fields.Char(
        "Why It Cannot Be Judged", compute="_compute_key_account_cap_problem", groups="base.group_user"
    )

    @api.depends("partner_id.commercial_partner_id.key_account_tier_id", "company_id")
    def _compute_key_account_tier_id(self):
        for company, orders in self.grouped("company_id").items():
            for order in orders:
                order.key_account_tier_id = order.partner_id.commercial_partner_id.with_company(
                    company
                ).key_account_tier_id

    # -------------------------------------------------------------------------
    # The time when a confirmed order was cancelled: figures of a period that ended before still count it
    # -------------------------------------------------------------------------

    def write(self, vals):
        if vals.get("state") != "cancel":
            return super().write(vals)
        confirmed = self.filtered(lambda order: order.state == "sale")
        result = super().write(vals)
        if confirmed:
            # sudo: users have no right to write what the addon records, also those who cancel orders
            confirmed.sudo().write({"key_account_cancelled_on": fields.Datetime.now()})
        return result

    # -------------------------------------------------------------------------
    # The discounts of the order and its caps, for display; the guard judges separately
    # -------------------------------------------------------------------------

    @api.depends(lambda self: self._get_key_account_judged_fields())
    def _compute_key_account_verdict(self):
        self._show_key_account_verdicts(self.env["key.account.discount"]._judge_orders(self, strict=False))

    def _show_key_account_verdicts(self, verdicts):
        """Set the figures of orders from verdicts on their present state.

        :param dict verdicts: as returned by ``_judge_orders``
        """
        discounts = self.env["key.account.discount"]
        for order in self:
            verdict = verdicts.get(order)
            order.key_account_verdict = verdict and discounts._get_verdict_values(order, verdict)

    def _settle_key_account_figures(self, verdicts):
        """Take pending figures from verdicts of the guard, so that a changed order is not judged once more for them.

        Figures follow verdicts, never the reverse: no check reads a figure.

        :param dict verdicts: as returned by ``_judge_orders`` for these orders, as they are now
        """
        field = self._fields["key_account_verdict"]
        pending = self & self.env.records_to_compute(self._fields["key_account_over_cap"])
        with self.env.protecting([field], pending):
            pending._show_key_account_verdicts(verdicts)

    @api.model
    def _get_key_account_judged_fields(self):
        """Return the fields that the judgement of an order depends on: changes of other fields trigger no check."""
        of_lines = self.env["sale.order.line"]._fields
        return [*JUDGED_ORDER_FIELDS, *(f"order_line.{name}" for name in JUDGED_LINE_FIELDS if name in of_lines)]

    @api.depends("key_account_verdict")
    def _compute_key_account_discount(self):
        for order in self:
            verdict = order.key_account_verdict or {}
            order.key_account_has_discount_cap = bool(verdict)
            order.key_account_over_cap = verdict.get("over", False)
            order.key_account_remaining_discount = verdict.get("remaining", 0)
            order.key_account_excess = verdict.get("excess", 0)
            order.key_account_cap_tier_id = verdict.get("tier", False)

    @api.depends("key_account_verdict")
    def _compute_key_account_cap_problem(self):
        for order in self:
            order.key_account_cap_problem = (order.key_account_verdict or {}).get("problem")
