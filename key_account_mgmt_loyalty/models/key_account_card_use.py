from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError

PAYMENT_PROGRAMS = ("gift_card", "ewallet")
PAID_STATES = ("in_payment", "paid")
ZERO = Decimal(0)


class Share(NamedTuple):
    """The amount of a line that is paid by cards sold on one order."""

    source: object  # sale.order
    amount: Decimal


class KeyAccountCardUse(models.Model):
    """The amount that a line of an order used of the money that customers paid for cards.

    A salesperson can generate cards, raise their balance and set the order that they come from, but can write neither
    which cards an order made (``sale.order.coupon.points``) nor invoices. So a card pays with the money that customers
    paid for cards on the orders that made it, and each of these amounts is used once, whatever the cards say. Records
    refer to orders, not to cards: an order that is cancelled and confirmed again makes another card for the same money.

    Only the guard writes these records (``_record``); users have no right to.
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
        "Amount of the Line", readonly=True, help="The full amount that the line deducts from its order."
    )
    invoiced = fields.Boolean(
        readonly=True,
        help="The line was on a posted invoice, so cancelling the order does not give the amount back.",
    )

    def _is_live(self):
        """Return whether the use still counts; the use of an order cancelled before it was invoiced is free again."""
        self.ensure_one()
        return self.invoiced or self.line_id.state == "sale"

    # -------------------------------------------------------------------------
    # Payments by cards
    # -------------------------------------------------------------------------

    @api.model
    def _is_used_elsewhere(self):
        """Return whether cards also pay at the Point of Sale.

        Then payments cannot be proven, since the order that made the card does not record its use there.
        """
        return "source_pos_order_id" in self.env["loyalty.card"]._fields

    @api.model
    def _is_payment(self, order_line):
        """Return whether the order line is the payment by a gift card or wallet, and not a promotion."""
        program = order_line.coupon_id.program_id
        return (
            program.program_type in PAYMENT_PROGRAMS
            and program.currency_id == order_line.company_id.currency_id
            and order_line.product_id in program.reward_ids.discount_line_product_id
        )

    @api.model
    def _get_card_products(self, products):
        """Return those of ``products`` that sell cards or a balance on them: services named by programs."""
        services = products.filtered(lambda product: product.type == "service")
        if not services:
            return services
        # sudo: salespeople may lack read access to programs
        rules = self.env["loyalty.rule"].sudo().with_context(active_test=False)
        found = rules.search([("program_id.program_type", "in", PAYMENT_PROGRAMS), ("product_ids", "in", services.ids)])
        return services & found.product_ids

    @api.model
    def _get_shares(self, amounts):
        """Return which orders pay for lines: those that made the cards, as far as customers paid for cards on them.

        :param dict amounts: ``{sale.order.line: Decimal}``, the deductions of lines in company currency, the earliest
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
        """Return ``{sale.order.line: sale.order}``: the confirmed orders of the company that made the line's card."""
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
        """Deduct from ``funds`` the amounts used by other lines, and the invoiced amounts used by these lines.

        :return: ``{(line, source): Decimal}``, the invoiced amounts of these lines
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
        """Return ``{sale.order.line: (paid, of, paid)}`` of lines that cards pay in part, as recorded."""
        parts = {}
        for line, uses in self.search([("line_id", "in", lines.ids)]).grouped("line_id").items():
            amount = sum((Decimal(repr(use.amount)) for use in uses if use._is_live()), ZERO)
            whole = max(Decimal(repr(use.line_amount)) for use in uses)
            if ZERO < amount < whole:
                parts[line] = amount, whole, amount
        return parts

    # -------------------------------------------------------------------------
    # Money that customers paid for cards
    # -------------------------------------------------------------------------

    @api.model
    def _get_funds(self, orders):
        """Return what customers paid for cards on these orders, untaxed, in company currency, less refunds.

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
        """Return the amount that one document adds; to be safe, every deduction on an invoice reduces its cards."""
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
        """Record what cards pay of confirmed orders.

        The second of two orders that use the same money concurrently fails and is retried: both touch the order on
        which the cards were sold.
        """
        shares, amounts = self._get_shares_of_orders(orders)
        known = self.search([("line_id", "in", orders.order_line.ids)])
        sources = {share.source.id for of_line in shares.values() for share in of_line}
        self.env["key.account.guard"]._touch_orders(sorted(sources))
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
        """Return ``{line: Decimal}`` of the lines by which cards pay; empty if their value cannot be computed."""
        values = self.env["key.account.discount.value"]
        lines = [line for line in values._prepare_order(order) if self._is_payment(line.record)]
        try:
            return values._get_taken(lines, values._get_unsettled_values(lines, None))
        except UserError:
            # A currency without rate or an invalid price: then no line of the order counts as a payment either.
            return {}

    @api.model
    def _record_all(self):
        """Record payments by cards from before this addon was installed, the oldest first."""
        lines = self.env["sale.order.line"].search(
            [("state", "=", "sale"), ("coupon_id.program_id.program_type", "in", PAYMENT_PROGRAMS)]
        )
        for order in lines.order_id.sorted(lambda order: (order.date_order, order.id)):
            order_in = order.with_company(order.company_id)
            self._record(order_in)
            self.search([("line_id", "in", order.order_line.ids)])._keep_invoiced()

    def _keep_invoiced(self):
        """Mark amounts on a posted invoice as used for good."""
        posted = self.filtered(lambda use: "posted" in use.line_id.invoice_lines.mapped("parent_state"))
        posted.invoiced = True
