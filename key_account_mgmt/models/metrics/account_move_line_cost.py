from decimal import Decimal

from odoo import api, fields, models

SALES_DOCUMENTS = ("out_invoice", "out_refund")


class AccountMoveLine(models.Model):
    """The cost of goods, recorded when they are invoiced.

    Costs of products and of order lines change; margins of the past must not.
    """

    _name = "account.move.line"
    _inherit = ["account.move.line", "key.account.protected.columns.mixin"]

    key_account_unit_cost = fields.Float(
        "Cost When Posted",
        compute="_compute_key_account_unit_cost",
        store=True,
        copy=False,
        digits=0,
        groups="account.group_account_invoice,account.group_account_readonly",
        help="Cost of one unit of the line in company currency, from its order line, otherwise from the product."
        " Lines posted before Key Account Management was installed have none.",
    )

    # Depends on posting alone: the cost is recorded as it is at that moment.
    @api.depends("parent_state")
    def _compute_key_account_unit_cost(self):
        for line in self:
            counts = line.parent_state == "posted" and line.move_id.move_type in SALES_DOCUMENTS
            line.key_account_unit_cost = float(line._get_key_account_unit_cost()) if counts else 0

    def _get_key_account_unit_cost(self):
        """Return the current cost of one unit; a credited unit costs what it cost on the reversed invoice.

        :rtype: Decimal
        """
        if self.display_type != "product" or self.is_downpayment:
            return Decimal(0)
        if self.sale_line_ids:
            costs = [self._get_key_account_ordered_cost(line) for line in self.sale_line_ids]
            return sum(costs) / len(costs)
        reversed_line = self._get_key_account_reversed_line()
        if reversed_line:
            return Decimal(repr(reversed_line.key_account_unit_cost))
        product = self.product_id.with_company(self.company_id)
        return Decimal(repr(product.standard_price)) * self._get_key_account_unit_factor(product.uom_id)

    def _get_key_account_ordered_cost(self, order_line):
        """Return the cost recorded on the order line, converted at the order's own rate."""
        cost = Decimal(repr(order_line.purchase_price)) * self._get_key_account_unit_factor(order_line.product_uom_id)
        rate = Decimal(repr(order_line.order_id.currency_rate))
        return cost / rate if rate > 0 else cost

    def _get_key_account_reversed_line(self):
        """Return the line of the reversed invoice with the same goods in the same unit, if its cost was recorded."""
        lines = self.move_id.reversed_entry_id.invoice_line_ids.filtered(
            lambda line: (
                line.product_id == self.product_id
                and line.product_uom_id == self.product_uom_id
                and line.key_account_unit_cost
            )
        )
        return lines[:1]

    def _get_key_account_unit_factor(self, unit):
        """Return how many of ``unit`` one unit of the line is; a line without a unit counts as ``unit``."""
        own = self.product_uom_id
        if not own or not unit or own == unit:
            return Decimal(1)
        return Decimal(repr(own.factor)) / Decimal(repr(unit.factor))
