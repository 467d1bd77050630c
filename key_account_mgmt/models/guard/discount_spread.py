from odoo.tools import float_round


class DiscountSpread:
    """Limits the discount on draft invoices to the part that the invoiced goods allow."""

    def __init__(self, env):
        self.env = env

    def reduce(self, moves):
        """Reduce discounts that drafts would deduct too early.

        Odoo invoices a discount for the whole order, or a reward, with the first goods. If the other goods were never
        delivered, the first ones would have the discount of all. So a draft keeps the part that its goods, and those
        invoiced before, allow; the rest is invoiced with later goods.

        :param moves: drafts made from orders
        """
        verdicts = self.env["key.account.discount"]._judge_moves(moves, detailed=False)
        over = self.env["sale.order"].union(*(order for order, one in verdicts.items() if one.judgement.order_over))
        # sudo: inside, only the terms are read
        consented = self.env["key.account.approval"]._get_approved_terms(over) if over else {}
        for order in over:
            if not any(map(verdicts[order].is_covered, consented.get(order.id, ()))):
                self._spread_order(verdicts[order])

    def _spread_order(self, verdict):
        taking = {line: judged for line, judged in verdict.lines.items() if self._is_taking(line, judged)}
        total = sum(judged.beyond for judged in taking.values())
        share = float(max(0, 1 - verdict.judgement.excess / total)) if total else 1.0
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        for line, judged in taking.items():
            # A free piece is invoiced as a whole, or later.
            kept = 0 if judged.line.reference else digits
            quantity = float_round(line.quantity * share, precision_digits=kept, rounding_method="DOWN")
            if quantity:
                line.quantity = quantity
            else:
                line.unlink()

    def _is_taking(self, line, judged):
        """Return whether the line uses the allowance of other lines; down payments do not: customers paid for them."""
        ordered = line.product_id and line.sale_line_ids and not line.is_downpayment
        return bool(ordered) and judged.beyond > 0 and not judged.over
