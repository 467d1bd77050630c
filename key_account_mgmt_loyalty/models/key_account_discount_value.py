from odoo import api, models

from odoo.addons.key_account_mgmt.models.discounts.key_account_discount_value import ZERO


class KeyAccountDiscountValue(models.AbstractModel):
    """Values the use of a paid card as a payment, not as a discount, and the sale of a card not as a sale of goods.

    A line that sells a card neither uses nor adds to the discount allowance. Otherwise a card sold above its value, or
    one without a cap, would make up for discounts, and then pay for other orders as well.
    """

    _inherit = "key.account.discount.value"

    @api.model
    def _settle(self, lines, values):
        values = self._leave_out_cards(lines, super()._settle(lines, values))
        if not any(line.source.coupon_id for line in lines) or self.env["key.account.card.use"]._is_used_elsewhere():
            return values
        paid = self._get_paid_in_orders(lines, values) | self._get_paid_in_invoices(lines, values)
        return [
            value._replace(net=value.net + paid.get(line.record, ZERO))
            for line, value in zip(lines, values, strict=True)
        ]

    @api.model
    def _get_paid_in_orders(self, lines, values):
        shares = self.env["key.account.card.use"]._get_shares(self._get_taken(lines, values))
        return {line: sum((share.amount for share in of_line), ZERO) for line, of_line in shares.items()}

    @api.model
    def _get_paid_in_invoices(self, lines, values):
        """Return the paid part of invoice lines that a card pays in part, once; fully paid lines are as ordered."""
        sources = self.env["sale.order.line"].union(
            *(line.source for line in lines if line.record._name == "account.move.line" and line.source.coupon_id)
        )
        left = self.env["key.account.card.use"]._get_parts(sources) if sources else {}
        paid = {}
        for line, value in zip(lines, values, strict=True):
            if line.source in left and line.record._name == "account.move.line" and value.net < 0 < value.quantity:
                amount, whole, rest = left[line.source]
                part = min(rest, -value.net * amount / whole)
                paid[line.record] = part
                left[line.source] = amount, whole, rest - part
        return paid

    @api.model
    def _leave_out_cards(self, lines, values):
        products = self.env["product.product"].union(*(line.product for line in lines))
        cards = self.env["key.account.card.use"]._get_card_products(products)
        if not cards:
            return values
        return [
            value._replace(net=ZERO, reference=None, slack=ZERO) if line.product in cards and value.net > 0 else value
            for line, value in zip(lines, values, strict=True)
        ]

    @api.model
    def _get_taken(self, lines, values):
        """Return ``{sale.order.line: Decimal}``: the deductions of order lines that may be payments."""
        uses = self.env["key.account.card.use"]
        return {
            line.record: -value.net
            for line, value in zip(lines, values, strict=True)
            if value.net < 0
            and value.quantity > 0
            and line.record._name == "sale.order.line"
            and line.document.company_currency == line.document.company.currency_id
            and uses._is_payment(line.record)
        }
