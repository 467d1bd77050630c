from decimal import Decimal

from odoo import api, models


class KeyAccountApproval(models.Model):
    """What an approval is about, to be read: in the words and figures of the day on which it was asked for."""

    _inherit = "key.account.approval"  # pylint: disable=consider-merging-classes-inherited

    def _compute_details_html(self):
        for approval in self:
            approval.details_html = approval._render_details(approval.details, approval.currency_id)

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
            "product": self._get_line_name(order_line),
            "quantity": repr(order_line.product_uom_qty),
            "unit": order_line.product_uom_id.name or "",
            "over": bool(judged.over),
            "below_floor": bool(judged.below_floor),
            **{name: None if value is None else str(value) for name, value in exact.items()},
        }

    @api.model
    def _get_line_name(self, order_line):
        return order_line.product_id.display_name or (order_line.name or "").partition("\n")[0]

    @api.model
    def _render_details(self, details, currency):
        """The table as HTML, in the reader's language."""
        if not details:
            return False
        formatter = self.env["key.account.formatter"]

        def amount(value):
            return "" if value is None else formatter._format_amount(value, currency)

        def percentage(value):
            return "" if value is None else formatter._format_percentage(value, 2)

        return self.env["ir.qweb"]._render(
            "key_account_mgmt.approval_details",
            {
                **details,
                "rows": details["lines"],
                "with_floor": any(row["floor"] is not None for row in details["lines"]),
                "amount": amount,
                "percentage": percentage,
                "number": lambda value: formatter._format_number(value) if value else "",
                "is_over": Decimal(details["excess"]) > 0,
            },
        )
