from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError

PAYMENT_PROGRAMS = ("gift_card", "ewallet")
PAID_STATES = ("in_payment", "paid")
ZERO = Decimal(0)


class Share(NamedTuple):
    """What one order in which cards were sold pays of a line."""

    source: object  # sale.order
    amount: Decimal


class KeyAccountCardUse(models.Model):
    """How much of the money that customers paid for cards was used for which line of an order.

    A salesperson can generate cards, raise their balance and write on them which order they come from, but not which
    cards an order made (``sale.order.coupon.points``), nor invoices. So a card pays with what customers paid for cards
    on the orders that made it, and each of these amounts is used once, whatever cards say. It goes by orders and not by
    cards: an order that is cancelled and confirmed anew makes another card for the same money.

    Only the guard writes these records (``_record``), and users have no right to.
    """

    _name = "key.account.card.use"
    _description = "Use of Paid Gift Cards and eWallets"
    _rec_name = "line_id"
    _order = "id"

    line_id = fields.Many2one("sale.order.line", "Paid Line", ondelete="set null", index=True, readonly=True)
    source_id = fields.Many2one("sale.order", "Sold With", required=True, ondelete="cascade", index=True, readonly=True)
    company_id = fields.Many2one(related="source_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(readonly=True, required=True)
    line_amount = fields.Monetary(
        "Amount of the Line", readonly=True, help="The whole amount that the line takes off its order."
    )
    invoiced = fields.Boolean(
        readonly=True,
        help="The line was on a posted invoice, so cancelling the order does not give the amount back.",
    )

    def _is_live(self):
        """Whether it still counts; what an order used that was cancelled before it was invoiced is free again."""
        self.ensure_one()
        return self.invoiced or self.line_id.state == "sale"

    # -------------------------------------------------------------------------
    # What pays
    # -------------------------------------------------------------------------

    @api.model
    def _is_used_elsewhere(self):
        """Whether cards also pay at the Point of Sale: then nothing is proven, since what is used there is not known
        by the order that the card came from."""
        return "source_pos_order_id" in self.env["loyalty.card"]._fields

    @api.model
    def _is_payment(self, order_line):
        """Whether the line of an order takes off what a gift card or wallet pays, and not what a promotion gives."""
        program = order_line.coupon_id.program_id
        return (
            program.program_type in PAYMENT_PROGRAMS
            and program.currency_id == order_line.company_id.currency_id
            and order_line.product_id in program.reward_ids.discount_line_product_id
        )

    @api.model
    def _get_card_products(self, products):
        """Those of ``products`` by which customers buy cards, or money on them: services that programs name."""
        services = products.filtered(lambda product: product.type == "service")
        if not services:
            return services
        # sudo: who sells need not know programs
        rules = self.env["loyalty.rule"].sudo().with_context(active_test=False)
        found = rules.search([("program_id.program_type", "in", PAYMENT_PROGRAMS), ("product_ids", "in", services.ids)])
        return services & found.product_ids

    @api.model
    def _get_shares(self, amounts):
        """Who pays: the orders that made the cards of lines, as far as customers paid for cards there.

        :param dict amounts: ``{sale.order.line: Decimal}``, what lines take off, in company currency; the earlier come
            first
        :return: ``{sale.order.line: [Share]}``
        """
        sources = self._get_sources(amounts)
        involved = self.env["sale.order"].union(*sources.values())
        if not involved:
            return {}
        funds = self._get_funds(involved)
        own = self._take_used(funds, amounts, involved)
        return {
            line: self._take(line, amount, sources[line], funds, own)
            for line, amount in amounts.items()
            if line in sources
        }

    @api.model
    def _get_sources(self, lines):
        """``{sale.order.line: sale.order}``: the confirmed orders of the same company that made the line's card."""
        cards = self.env["loyalty.card"].union(*(line.coupon_id for line in lines))
        rows = self.env["sale.order.coupon.points"].search(
            [("coupon_id", "in", cards.ids), ("points", ">", 0), ("order_id.state", "=", "sale")], order="id"
        )
        made = rows.grouped("coupon_id")
        found = {}
        for line in lines:
            orders = made[line.coupon_id].order_id if line.coupon_id in made else self.env["sale.order"]
            own = orders.filtered(lambda order, line=line: order.company_id == line.company_id)
            if own:
                found[line] = own
        return found

    @api.model
    def _take_used(self, funds, lines, sources):
        """Take off ``funds`` what others have used, and what these lines used and was invoiced.

        :return: ``{(line, source): Decimal}``, the latter
        """
        own = defaultdict(Decimal)
        for use in self.search([("source_id", "in", sources.ids)]):
            if use.line_id in lines and not use.invoiced:
                continue
            if use._is_live():
                funds[use.source_id] -= Decimal(repr(use.amount))
            if use.line_id in lines:
                own[use.line_id, use.source_id] += Decimal(repr(use.amount))
        return own

    @api.model
    def _take(self, line, amount, sources, funds, own):
        shares = []
        for source in sources:
            kept = min(amount, own.pop((line, source), ZERO))
            new = max(ZERO, min(amount - kept, funds[source]))
            funds[source] -= new
            amount -= kept + new
            if kept + new:
                shares.append(Share(source, kept + new))
        return shares

    @api.model
    def _get_parts(self, lines):
        """``{sale.order.line: (paid, of, paid)}`` of lines that cards pay in part, as it was recorded."""
        parts = {}
        for line, uses in self.search([("line_id", "in", lines.ids)]).grouped("line_id").items():
            amount = sum((Decimal(repr(use.amount)) for use in uses if use._is_live()), ZERO)
            whole = max(Decimal(repr(use.line_amount)) for use in uses)
            if ZERO < amount < whole:
                parts[line] = amount, whole, amount
        return parts

    # -------------------------------------------------------------------------
    # What customers paid for cards
    # -------------------------------------------------------------------------

    @api.model
    def _get_funds(self, orders):
        """What customers paid for cards on these orders, untaxed and in company currency, less what they got back.

        :return: ``{sale.order: Decimal}``
        """
        funds = dict.fromkeys(orders, ZERO)
        moves = orders.order_line.invoice_lines.move_id
        moves = (moves | moves.reversal_move_ids).filtered(lambda move: move.state == "posted")
        products = self._get_card_products(moves.invoice_line_ids.product_id)
        for move in moves:
            for order in (move | move.reversed_entry_id).invoice_line_ids.sale_line_ids.order_id & orders:
                funds[order] += self._get_fund(move, order, products)
        return funds

    @api.model
    def _get_fund(self, move, order, products):
        """What one document adds; whatever takes money off an invoice takes it off its cards, to be safe."""
        lines = move.invoice_line_ids.filtered(lambda line: line.display_type == "product")
        amounts = {line: -Decimal(repr(line.balance)) for line in lines}
        if move.move_type == "out_refund":
            return sum((amount for line, amount in amounts.items() if line.product_id <= products), ZERO)
        if move.move_type != "out_invoice" or move.payment_state not in PAID_STATES:
            return ZERO
        sold = [
            amount
            for line, amount in amounts.items()
            if line.product_id in products and line.sale_line_ids.order_id == order and amount > 0
        ]
        return max(ZERO, sum(sold, ZERO) + sum((amount for amount in amounts.values() if amount < 0), ZERO))

    # -------------------------------------------------------------------------
    # Recording
    # -------------------------------------------------------------------------

    @api.model
    def _record(self, orders):
        """Keep what cards pay of confirmed orders.

        Of two orders that use the same money at once the second fails and is tried again: both touch the order with
        which the cards were sold.
        """
        shares, amounts = self._get_shares_of_orders(orders)
        known = self.search([("line_id", "in", orders.order_line.ids)])
        sources = {share.source.id for of_line in shares.values() for share in of_line}
        self.env["key.account.guard"]._meet(sorted(sources))
        known.filtered(lambda use: not use.invoiced).unlink()
        kept = {(use.line_id, use.source_id): use for use in known.exists()}
        for line, of_line in shares.items():
            for share in of_line:
                values = {"amount": float(share.amount), "line_amount": float(amounts[line])}
                use = kept.get((line, share.source))
                if not use:
                    self.create({"line_id": line.id, "source_id": share.source.id, **values})
                elif values["amount"] > use.amount:
                    use.write(values)

    @api.model
    def _get_shares_of_orders(self, orders):
        amounts = {}
        for order in orders:
            amounts |= self._get_amounts(order)
        return self._get_shares(amounts), amounts

    @api.model
    def _get_amounts(self, order):
        """``{line: Decimal}`` of the lines by which cards pay; none where their worth cannot be said."""
        values = self.env["key.account.discount.value"]
        lines = [line for line in values._prepare_order(order) if self._is_payment(line.record)]
        try:
            return values._get_taken(lines, values._get_unsettled_values(lines, None))
        except UserError:
            # A currency without rate, a price that is none: then nothing of it counts as a payment either.
            return {}

    @api.model
    def _record_all(self):
        """What was paid by cards before this addon came, the oldest first."""
        lines = self.env["sale.order.line"].search(
            [("state", "=", "sale"), ("coupon_id.program_id.program_type", "in", PAYMENT_PROGRAMS)]
        )
        for order in lines.order_id.sorted(lambda order: (order.date_order, order.id)):
            order_in = order.with_company(order.company_id)
            self._record(order_in)
            self.search([("line_id", "in", order.order_line.ids)])._keep_invoiced()

    def _keep_invoiced(self):
        """What was on a posted invoice stays used."""
        posted = self.filtered(lambda use: "posted" in use.line_id.invoice_lines.mapped("parent_state"))
        posted.invoiced = True
