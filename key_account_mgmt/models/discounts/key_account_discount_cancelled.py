from decimal import Decimal

from odoo import api, models

from .key_account_discount import Verdict

# Facts by which a part of an order may have another cap than the whole.
SIZES = {"order_amount", "order_quantity"}


class KeyAccountDiscount(models.AbstractModel):
    """Judges what is left of an order that is cancelled: what was invoiced of it."""

    _inherit = "key.account.discount"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _judge_invoiced_parts(self, orders):
        """Whether what was invoiced of confirmed orders keeps the caps that it has by its own size.

        Everything else that holds up an invoice is on invoices itself (``_judge_moves``). But 4 of 10 pieces may be
        invoiced at the price of 10, as long as the others are still to come.

        :return: ``{order: Verdict}`` of orders of which goods were invoiced at a price that only their size allowed
        """
        orders = self._get_unbiased(orders)
        verdicts = {}
        for company, group in orders.grouped("company_id").items():
            table = self.env["key.account.cap.table"]._get_table(company)
            if table and not SIZES.isdisjoint(table.metrics):
                judge_in = self.with_env(group.with_company(company).env)
                for order in group.with_env(judge_in.env):
                    verdict = judge_in._judge_invoiced_part(order, table)
                    if verdict and verdict.over:
                        verdicts[order] = verdict
        return verdicts

    @api.model
    def _judge_invoiced_part(self, order, table):
        invoiced = self._read_anew(order.order_line, "invoice_lines").invoice_lines
        moves = invoiced.move_id.with_prefetch().filtered(lambda move: move.state == "posted")
        found = self._get_invoice_lines(order, moves, []).get(order, ())
        lines = [one.line for one in found if one.line.source and not one.advance]
        if not lines:
            return None
        lines, valued = self._add_up(lines, self.env["key.account.discount.value"]._get_values(lines, table.reference))
        decisions = self._decide(lines, valued, table)
        judgement = self._judge_lines(lines, valued, decisions)
        if self._is_over_anyway(order, judgement, table):
            return None
        records = [line.source for line in lines]
        return Verdict(
            self._get_basis(order, lines),
            judgement,
            dict(zip(records, judgement.lines, strict=True)),
            dict(zip(records, decisions, strict=True)),
        )

    @api.model
    def _is_over_anyway(self, order, judgement, table):
        """Whether the whole order is over by now wherever its part is: prices that changed are nobody's doing."""
        whole = self._judge_together({order: self.env["key.account.discount.value"]._prepare_order(order)}, table)
        known = whole[order].judgement if order in whole else None
        over = {one.line.key for one in known.lines if one.over} if known else set()
        lines = all(one.line.key in over for one in judgement.lines if one.over)
        return lines and (not judgement.order_over or bool(known and known.order_over))

    @api.model
    def _add_up(self, lines, valued):
        """One line for each line of the order, with what its invoices and credit notes come to, as of one document."""
        found = {}
        for line, value in zip(lines, valued, strict=True):
            found.setdefault(line.source, []).append((line._replace(document=lines[0].document), value))
        added = []
        for group in found.values():
            line, value = group[0]
            quantity = sum(one.quantity for _line, one in group)
            sold = [one for _line, one in group if one.quantity > 0]
            share = quantity / sum(one.quantity for one in sold) if sold else Decimal(1)
            if quantity > 0:
                net, worth = (sum(getattr(one, name) or 0 for one in sold) * share for name in ("net", "reference"))
                added.append((line, value._replace(net=net, reference=worth or None, quantity=quantity)))
        return [line for line, _value in added], [value for _line, value in added]
