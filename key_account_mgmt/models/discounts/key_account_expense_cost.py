from decimal import Decimal

from odoo import api, models


class KeyAccountExpenseCost(models.AbstractModel):
    """Finds the cost of an expense that Odoo reinvoices to the customer at cost: its sales price does not count.

    Salespeople can mark a line as an expense, but vendor bills and expense reports book its cost.
    """

    _name = "key.account.expense.cost"
    _description = "Cost of Expenses Passed on to Customers"

    @api.model
    def _get_unit_price(self, line, price, memo):
        """Return the value of one unit of the line in company currency.

        That is the booked cost; for a quantity beyond the booked one, the sales price.

        :param PricedLine line:
        :param Decimal price: of one unit, on its own
        :return: None if no cost is booked for the order line
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
        """Return ``{order line: (amount, quantity)}`` of the lines with booked costs for their product."""
        domain = [
            ("so_line", "in", order_lines.ids),
            ("move_line_id.company_id", "=", company.id),
            ("move_line_id.parent_state", "=", "posted"),
        ]
        # sudo: booked costs do not depend on the salesperson
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
        """Return the quantity in the product's own unit."""
        uom, own = move_line.product_uom_id, move_line.product_id.uom_id
        factor = Decimal(repr(uom.factor)) / Decimal(repr(own.factor)) if uom else 1
        return Decimal(repr(move_line.quantity)) * factor
