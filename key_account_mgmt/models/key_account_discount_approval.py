from decimal import Decimal

from odoo import api, models


class KeyAccountDiscount(models.AbstractModel):
    """Discounts as approvals are about them."""

    _name = "key.account.discount"
    _inherit = ["key.account.discount", "key.account.approval.judge"]

    @api.model
    def _prepare_details(self, verdict):
        """A verdict as a table: amounts of company currency and percentages as exact text, products by name."""
        judgement = verdict.judgement
        return {
            "lines": [self._prepare_details_line(line, judged) for line, judged in verdict.lines.items()],
            "given": str(judgement.given),
            "allowed": str(judgement.allowed),
            "excess": str(judgement.excess),
        }

    @api.model
    def _prepare_details_line(self, order_line, judged):
        line = judged.line
        order_line = order_line.with_context(lang=self.env.lang)
        exact = {
            "reference": line.reference,
            "net": line.net,
            "given": judged.given_pct,
            "cap": line.cap,
            "margin": judged.margin_pct,
            "floor": line.margin_floor,
            "excess": max(judged.excess, judged.shortfall),
        }
        return {
            "product": self.env["key.account.approval"]._get_line_name(order_line),
            "quantity": repr(order_line.product_uom_qty),
            "unit": order_line.product_uom_id.name or "",
            "over": bool(judged.over),
            "below_floor": bool(judged.below_floor),
            **{name: None if value is None else str(value) for name, value in exact.items()},
        }

    @api.model
    def _describe_excess(self, details, currency):
        amount = self.env["key.account.formatter"]._format_amount(details["excess"], currency)
        return self.env._("%(excess)s over the discount cap", excess=amount)

    @api.model
    def _get_details_template(self):
        return "key_account_mgmt.approval_details"

    @api.model
    def _get_rendering_values(self, details):
        return {
            "rows": details["lines"],
            "with_floor": any(row["floor"] is not None for row in details["lines"]),
            "is_over": Decimal(details["excess"]) > 0,
        }
