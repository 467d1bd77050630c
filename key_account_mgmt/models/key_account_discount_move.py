from decimal import Decimal

from odoo import api, models

from .key_account_discount_value import PricedLine

# Prices of invoices are copied from their orders; what differs by less is the noise of floats.
NOISE = Decimal("0.000001")


class KeyAccountDiscount(models.AbstractModel):
    """Judges invoices made from orders, as their orders are judged."""

    _inherit = "key.account.discount"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _judge_moves(self, moves):
        """Whether customer invoices made from orders keep the caps of those orders.

        A line is measured as a line of an order is, at today's price and rate, and capped as one: by its product, and
        by customer, team and pricelist of its order. An invoice of which every line says what its confirmed order
        says (the same payer and product, no lower price, no more than was ordered or delivered; of a line that takes
        money off, such as a down payment or a discount for the whole order, no more than was invoiced before or the
        order says) is not judged again: part of an order need not keep the caps of the whole.

        :param moves: invoices; lines that were made from no order count as lines of the invoice's first one
        :return: ``{move: Verdict}``, lines known by the id of their order line; moves without caps, and those that are
            as ordered, are left out
        :raise UserError: a figure that cannot be computed
        """
        moves = self._get_unbiased(moves).filtered("line_ids.sale_line_ids")
        verdicts = {}
        for company, group in moves.grouped("company_id").items():
            table = self.env["key.account.cap.table"]._get_table(company)
            if table:
                judge_in = self.with_env(group.with_company(company).env)
                verdicts |= judge_in._judge_company_moves(group.with_env(judge_in.env), table)
        return verdicts

    @api.model
    def _judge_company_moves(self, moves, table):
        orders = moves.line_ids.sale_line_ids.order_id
        self.env["key.account.line.facts"]._fetch_customers(orders.partner_id | moves.partner_id, table)
        priced = {move: self._prepare_move(move) for move in moves}
        changed = {move: lines for move, lines in priced.items() if not self._is_as_ordered(lines, table)}
        return self._judge_together(changed, table) if changed else {}

    @api.model
    def _prepare_move(self, move):
        """The lines of an invoice as those of orders are taken."""
        values = self.env["key.account.discount.value"]
        documents = {
            order: values._prepare_document(order, move.currency_id, move.partner_id)
            for order in move.line_ids.sale_line_ids.order_id
        }
        first = next(iter(documents))
        return [
            self._prepare_move_line(line, documents[line.sale_line_ids.order_id[:1] or first])
            for line in move.invoice_line_ids
            if line.display_type == "product"
        ]

    @api.model
    def _prepare_move_line(self, line, document):
        return PricedLine(
            record=line,
            source=line.sale_line_ids[:1],
            document=document,
            product=line.product_id,
            template=line.product_id.product_tmpl_id,
            uom=line.product_uom_id,
            quantity=line.quantity,
            price_unit=line.price_unit,
            discount=line.discount,
            taxes=line.tax_ids,
        )

    # -------------------------------------------------------------------------
    # As ordered
    # -------------------------------------------------------------------------

    @api.model
    def _is_as_ordered(self, lines, table):
        """Whether every line is covered by a confirmed order."""
        values = self.env["key.account.discount.value"]
        if any(not line.source or line.source.order_id.state != "sale" for line in lines):
            return False
        orders = {line.source.order_id for line in lines}
        ordered = [one for order in orders for one in values._prepare_order(order)]
        payers = {one.document.order: one.document.payer for one in ordered}
        if any(payers[line.document.order] != line.document.payer for line in lines):
            return False
        known = dict(zip([one.source for one in ordered], values._get_values(ordered, table.reference), strict=True))
        totals = {}
        for line, value in zip(lines, values._get_values(lines, table.reference), strict=True):
            then = known.get(line.source)
            if then is None or line.product != line.source.product_id:
                return False
            if value.net < 0 or value.quantity <= 0:
                totals[line.source] = totals.get(line.source, 0) + value.unit_net * value.quantity
            elif value.unit_net < self._get_ordered_price(line, then) - NOISE:
                return False
            else:
                totals[line.source] = totals.get(line.source, 0)
        return all(self._is_amount_ordered(line, net, known[line], lines) for line, net in totals.items())

    @api.model
    def _get_ordered_price(self, line, then):
        """Price of a unit as ordered, in the currency of the invoice; only the same currency can be compared."""
        same = line.source.order_id.currency_id == line.document.currency
        return then.unit_net if same and then.quantity else Decimal(0 if line.source.is_downpayment else "Infinity")

    @api.model
    def _is_amount_ordered(self, order_line, net, then, lines):
        """Whether no more is invoiced than was ordered or delivered, and no more taken off than was to be."""
        own = [line.record for line in lines if line.source == order_line]
        before = order_line.invoice_lines.filtered(
            lambda line: line.parent_state == "posted" and line not in order_line.invoice_lines.browse(own[0].ids)
        )
        if net < 0:
            currency = lines[0].document.currency
            before = before.filtered(lambda line: line.currency_id == currency)
            return -net <= self._get_deductible(order_line, before, then) + Decimal(repr(currency.rounding))
        if order_line.is_downpayment:
            return True
        total = sum(line.quantity * (-1 if line.move_id.move_type == "out_refund" else 1) for line in before)
        total += sum(line.quantity for line in own)
        return total <= max(order_line.product_uom_qty, order_line.qty_delivered) + float(NOISE)

    @api.model
    def _get_deductible(self, order_line, before, then):
        """What may be taken off: what the customer paid in advance, or what the order takes off, and once only."""
        invoiced = -Decimal(repr(sum(before.mapped("amount_currency"))))
        if order_line.is_downpayment:
            return invoiced
        return max(-then.unit_net * then.quantity, Decimal(0)) + min(invoiced, Decimal(0))
