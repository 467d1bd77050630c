from odoo import api, fields, models

from .sale_order import COMPANY_MONEY, FIGURES

STORED = {"store": True, "copy": False, "prefetch": FIGURES, "groups": "base.group_user"}
SHOWN = {"compute": "_compute_key_account_shown", **STORED}
REPORTED = {**COMPANY_MONEY, "compute": "_compute_key_account_reported", **STORED}


class SaleOrderLine(models.Model):
    """Shows the discount cap and the given discount of a line."""

    _inherit = "sale.order.line"

    key_account_currency_id = fields.Many2one(related="company_id.currency_id", string="Company's Currency")
    key_account_has_discount_cap = fields.Boolean("Discount Capped", **SHOWN)
    key_account_cap = fields.Float(
        "Cap %",
        digits=False,
        min_display_digits=1,
        aggregator="avg",
        help="The highest discount that salespeople may give on this line alone; empty without a cap.",
        **SHOWN,
    )
    key_account_effective_discount = fields.Float(
        "Given %",
        digits=(16, 2),
        aggregator=None,
        help="The effective discount: the difference between the reference value of the line and what the customer"
        " pays, in percent of the reference value, whatever mix of price, discount, unit, taxes and currency"
        " causes it.",
        **SHOWN,
    )
    key_account_over_cap = fields.Boolean("Over Cap", **SHOWN)
    # Always empty: the form shows here figures that it requests after its own onchange (``get_key_account_figures``).
    # Without groups, since Odoo would check them for each line that a user types.
    key_account_effective_discount_shown = fields.Float("Given Now", store=False)
    key_account_cap_shown = fields.Float("Allowed Now", store=False)
    key_account_reference_value = fields.Monetary("Reference Value", **REPORTED)
    key_account_given_amount = fields.Monetary("Discount Given", **REPORTED)
    key_account_allowed_amount = fields.Monetary("Discount Allowed", **REPORTED)
    key_account_excess = fields.Monetary("Amount over Cap", **REPORTED)
    key_account_cap_rule_id = fields.Many2one(
        "key.account.rule",
        "Deciding Rule",
        compute="_compute_key_account_reported",
        index="btree_not_null",
        ondelete="set null",
        **STORED,
    )

    @api.depends("order_id.key_account_verdict")
    def _compute_key_account_shown(self):
        for lines, values in self._get_key_account_values():
            lines.key_account_has_discount_cap = values.get("capped", False)
            lines.key_account_cap = values.get("cap", 0)
            lines.key_account_effective_discount = values.get("given_pct", 0)
            lines.key_account_over_cap = values.get("over", False)

    @api.depends("order_id.key_account_verdict")
    def _compute_key_account_reported(self):
        for lines, values in self._get_key_account_values():
            lines.key_account_reference_value = values.get("reference", 0)
            lines.key_account_given_amount = values.get("given", 0)
            lines.key_account_allowed_amount = values.get("allowed", 0)
            lines.key_account_excess = values.get("excess", 0)
            lines.key_account_cap_rule_id = values.get("rule", False)

    def _get_key_account_values(self):
        """Return pairs of lines and their part of the judgement.

        All lines without a judgement form one pair, so that orders without caps cost almost nothing.
        """
        judged = []
        without = self.browse()
        for order, lines in self.grouped("order_id").items():
            known = (order.key_account_verdict or {}).get("lines")
            if known:
                judged += [(line, known.get(str(line.id), {})) for line in lines]
            else:
                without |= lines
        return [*judged, (without, {})] if without else judged
