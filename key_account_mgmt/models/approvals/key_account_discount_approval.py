from decimal import Decimal

from odoo import api, models

from ...rules import changed_rows, is_changed

# Fields of a line that the approver sees if they changed since the request.
LINE_FIGURES = ("quantity", "net", "given", "cap")


class KeyAccountDiscount(models.AbstractModel):
    """Describes discount verdicts for approvals."""

    _name = "key.account.discount"
    _inherit = ["key.account.discount", "key.account.approval.judge"]

    @api.model
    def _prepare_details(self, verdict):
        """Return a verdict as a table: amounts in company currency and percentages as exact text, products by name."""
        judgement = verdict.judgement
        return {
            "lines": [self._prepare_details_line(line, judged) for line, judged in verdict.lines.items()],
            "given": str(judgement.given),
            "allowed": str(judgement.allowed),
            "excess": str(judgement.excess),
            "order_excess": str(judgement.total if judgement.order_over else 0),
        }

    @api.model
    def _prepare_details_line(self, order_line, judged):
        line, formatter = judged.line, self.env["key.account.formatter"]
        order_line = order_line.with_context(lang=self.env.lang)
        excess = formatter._round_up(max(judged.excess, judged.shortfall), order_line.company_id.currency_id)
        exact = {
            "reference": line.reference,
            "net": line.net,
            "given": self._get_short(judged.shown_pct),
            "cap": line.cap,
            "margin": self._get_short(judged.shown_margin),
            "floor": line.margin_floor,
            "excess": excess,
        }
        return {
            "line": order_line.id,
            "product": self.env["key.account.approval"]._get_line_name(order_line),
            "quantity": repr(order_line.product_uom_qty),
            "unit": order_line.product_uom_id.name or "",
            "over": bool(judged.over),
            "below_floor": bool(judged.below_floor),
            **{name: None if value is None else str(value) for name, value in exact.items()},
        }

    @api.model
    def _get_short(self, value):
        """Return a percentage as short text: a whole one without decimals."""
        return value.to_integral_value() if value is not None and value == value.to_integral_value() else value

    @api.model
    def _describe_excess(self, details, currency):
        amount = self.env["key.account.formatter"]._format_amount(details["excess"], currency)
        return self.env._("%(excess)s over the discount cap", excess=amount)

    @api.model
    def _compare_details(self, then, now, currency):
        changes = [
            change
            for before, after in changed_rows(then["lines"], now["lines"], LINE_FIGURES)
            for change in self._compare_line(before, after, currency)
        ]
        if not changes:
            return []
        formatter = self.env["key.account.formatter"]
        totals = (formatter._format_amount(details["given"], currency) for details in (then, now))
        return [*changes, (self.env._("The whole order: discount given"), *totals)]

    @api.model
    def _compare_line(self, before, after, currency):
        """Return the changed figures of one line; a line that was added or removed has its amount on one side only."""
        formatter, product = self.env["key.account.formatter"], (after or before)["product"]
        if not before or not after:
            amounts = [(row and formatter._format_amount(row["net"], currency)) or "–" for row in (before, after)]
            return [(product, *amounts)]
        labels = {
            "quantity": self.env._("quantity"),
            "net": self.env._("net value"),
            "given": self.env._("discount given"),
            "cap": self.env._("discount cap"),
        }

        def text(name, value):
            if value is None:
                return "–"
            if name == "quantity":
                return formatter._format_number(value, trim=True)
            if name == "net":
                return formatter._format_amount(value, currency)
            return formatter._format_percentage(value)

        return [
            (
                self.env._("%(product)s: %(what)s", product=product, what=labels[name]),
                text(name, before[name]),
                text(name, after[name]),
            )
            for name in LINE_FIGURES
            if is_changed(before, after, name)
        ]

    @api.model
    def _get_details_template(self):
        return "key_account_mgmt.approval_details"

    @api.model
    def _get_rendering_values(self, details):
        """Return the values of the template.

        Readers take the difference of “given” and “allowed” for the excess of the order; its lines may exceed more.
        """
        excess, order_excess = Decimal(details["excess"]), Decimal(details["order_excess"])
        return {
            "lines_excess": excess if excess != order_excess else 0,
            "rows": details["lines"],
            "with_floor": any(row["floor"] is not None for row in details["lines"]),
            "is_over": Decimal(details["excess"]) > 0,
        }
