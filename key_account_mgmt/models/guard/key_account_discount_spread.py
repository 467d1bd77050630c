from odoo import api, models
from odoo.tools import float_round


class KeyAccountDiscount(models.AbstractModel):
    """Drafts of invoices take off as much of an order's discount as what they invoice allows."""

    _inherit = "key.account.discount"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _spread(self, moves):
        """Leave for later what drafts take off too early.

        Odoo invoices a discount for the whole order, or a reward, with its first goods. Were the others never
        delivered, the first would have got the discount of all. So a draft has the part of it that the goods allow that
        are invoiced with it or were before; the rest comes with other goods.

        :param moves: drafts that were made from orders
        """
        verdicts = self._judge_moves(moves, detailed=False)
        over = self.env["sale.order"].union(*(order for order, one in verdicts.items() if one.judgement.order_over))
        # sudo: in there only the terms are read
        consented = self.env["key.account.approval"]._get_approved_terms(over) if over else {}
        for order in over:
            if not any(map(verdicts[order].is_covered, consented.get(order.id, ()))):
                self._spread_order(verdicts[order])

    @api.model
    def _spread_order(self, verdict):
        taking = {line: judged for line, judged in verdict.lines.items() if self._is_taking(line, judged)}
        total = sum(judged.beyond for judged in taking.values())
        share = float(max(0, 1 - verdict.judgement.excess / total)) if total else 1.0
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        for line, judged in taking.items():
            # A piece that is given away comes as a whole, or later.
            kept = 0 if judged.line.reference else digits
            quantity = float_round(line.quantity * share, precision_digits=kept, rounding_method="DOWN")
            if quantity:
                line.quantity = quantity
            else:
                line.unlink()

    @api.model
    def _is_taking(self, line, judged):
        """Whether it takes from what other lines are allowed; down payments were paid for, or are none."""
        ordered = line.product_id and line.sale_line_ids and not line.is_downpayment
        return bool(ordered) and judged.beyond > 0 and not judged.over
