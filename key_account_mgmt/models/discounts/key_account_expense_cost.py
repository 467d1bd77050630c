from decimal import Decimal

from odoo import api, models


class KeyAccountExpenseCost(models.AbstractModel):
    """What an expense cost that Odoo passes on to the customer at its cost: its sales price has no say.

    That a line is one, salespeople can write; what it cost is booked, by vendor bills and expense reports.
    """

    _name = "key.account.expense.cost"
    _description = "Cost of Expenses Passed on to Customers"

    @api.model
    def _get_unit_price(self, line, price, memo):
        """What one unit of the line is worth, in company currency: what it cost; beyond what is booked its price.

        :param PricedLine line:
        :param Decimal price: of one unit, by itself
        :return: None where nothing is booked for the order line
        :rtype: Decimal | None
        """
        costs = memo.setdefault("costs", {})
        order_line = line.source._origin
        if order_line not in costs:
            # All lines of the judgement at once: those known to the prefetch of this one.
            lines = order_line.browse(order_line._prefetch_ids) | order_line
            costs |= dict.fromkeys(lines) | self._get_costs(lines, line.document.company)
        if not costs[order_line]:
            return None
        amount, booked = costs[order_line]
        values = self.env["key.account.discount.value"]
        units = values._get_exact(line.quantity, line) * values._get_unit_factor(line)
        return amount / booked if units <= booked else (amount + price * (units - booked)) / units

    @api.model
    def _get_costs(self, order_lines, company):
        """``{order line: (amount, quantity)}`` of those with costs that are booked for their product."""
        domain = [
            ("so_line", "in", order_lines.ids),
            ("move_line_id.company_id", "=", company.id),
            ("move_line_id.parent_state", "=", "posted"),
        ]
        # sudo: what was booked does not depend on who sells
        groups = self.env["account.analytic.line"].sudo()._read_group(domain, ["so_line"], ["move_line_id:recordset"])
        costs = {}
        for order_line, move_lines in groups:
            booked = move_lines.filtered(lambda one, product=order_line.product_id: one.product_id == product)
            quantity = sum((self._get_own_quantity(one) for one in booked), Decimal(0))
            amount = sum((Decimal(repr(one.balance)) for one in booked), Decimal(0))
            if quantity > 0 and amount > 0:
                costs[order_line] = amount, quantity
        return costs

    @api.model
    def _get_own_quantity(self, move_line):
        """In the product's own unit."""
        uom, own = move_line.product_uom_id, move_line.product_id.uom_id
        factor = Decimal(repr(uom.factor)) / Decimal(repr(own.factor)) if uom else 1
        return Decimal(repr(move_line.quantity)) * factor
