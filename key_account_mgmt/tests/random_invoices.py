from decimal import Decimal

from odoo.fields import Command

from .discount_common import LINE, ORDER
from .invoice_common import MOVE, WIZARD
from .random_combos import Worth

ZERO = Decimal(0)
# What Odoo rounds on the lines of an order's invoices.
ROUNDED = Decimal("0.20")


class RandomInvoices:
    """What people do with confirmed orders, for ``TestRandomOrders``: deliver, invoice, post, credit, pay; and what
    salespeople write over RPC before. No posted invoice gives more than the order may, by an obvious computation with
    the most generous cap of each product."""

    @classmethod
    def set_up_invoices(cls):
        cls.biller = cls.make_user("biller", "account.group_account_invoice,sales_team.group_sale_salesman_all_leads")
        cls.tax = cls.make_tax(10, "tax_excluded")
        cls.company.sale_discount_product_id = cls.nothing
        cls.good.invoice_policy = cls.dear.invoice_policy = cls.nothing.invoice_policy = "order"
        cls.loose.invoice_policy = cls.small.invoice_policy = "delivery"
        cls.credited, cls.worths, cls.posted, cls.unbound = set(), {}, {}, {}
        cls.invoice_counts = {"posted": 0, "not_posted": 0, "advances": 0, "credited": 0, "paid": 0, "discounts": 0}

    def pick_confirmed(self):
        confirmed = self.orders.filtered(lambda order: order.state == "sale")
        return self.random.choice(confirmed) if confirmed else self.pick_order()

    def pick_invoice(self, state):
        moves = self.orders.invoice_ids.filtered(lambda move: move.state == state)
        return self.random.choice(moves) if moves else moves

    def do_deliver(self):
        lines = self.get_lines(self.pick_confirmed())
        if lines:
            self.sell(
                LINE, "write", self.random.choice(lines).ids, {"qty_delivered": self.random.choice([1, 2, 10, 30])}
            )

    def do_bend(self):
        """What no screen offers."""
        lines = self.get_lines(self.pick_order())
        values = [
            {"qty_to_invoice": self.random.choice([0, 1, 5, 50, -3])},
            {"qty_invoiced": -5},
            {"state": "sale"},
            {"is_downpayment": True},
            {"is_downpayment": True, "product_uom_qty": 0},
        ]
        if lines:
            self.sell(LINE, "write", self.random.choice(lines).ids, self.random.choice(values))

    def do_discount(self):
        values = {"sale_order_id": self.pick_order().id, "discount_type": "so_discount"}
        wizard = self.sell(
            "sale.order.discount", "create", {**values, "discount_percentage": self.random.choice([0.05, 0.1])}
        )
        self.sell("sale.order.discount", "action_apply_discount", [wizard])
        self.invoice_counts["discounts"] += 1

    def do_invoice(self):
        several = self.random.random() < 0.3
        self.create_invoice(self.pick_confirmed() | (self.pick_confirmed() if several else self.env[ORDER]))

    def do_advance(self):
        percent = {"advance_payment_method": "percentage", "amount": 30.0}
        fixed = {"advance_payment_method": "fixed", "fixed_amount": 77.77}
        self.create_invoice(self.pick_confirmed(), **self.random.choice([percent, fixed]))
        self.invoice_counts["advances"] += 1

    def create_invoice(self, orders, **values):
        values = {"advance_payment_method": "delivered", "sale_order_ids": [Command.set(orders.ids)], **values}
        wizard = self.sell(WIZARD, "create", values)
        self.sell(WIZARD, "create_invoices", [wizard])

    def do_post(self):
        draft = self.pick_invoice("draft")
        if not draft:
            self.do_invoice()
            draft = self.pick_invoice("draft")
        lines = draft.invoice_line_ids.filtered("product_id")
        if lines and self.random.random() < 0.4:
            changes = self.random.choice([{"price_unit": 1.0}, {"quantity": 1.0}, {"discount": 50.0}])
            self.call(self.biller, f"{MOVE}.line", "write", self.random.choice(lines).ids, changes)
        self.call(self.biller, MOVE, "action_post", draft.ids)
        self.invoice_counts["posted"] += 1

    def do_credit(self):
        invoice = self.pick_invoice("posted").filtered(lambda move: move.move_type == "out_invoice")
        if not invoice:
            self.do_post()
        elif self.random.random() < 0.5:
            self.credited.update(invoice.line_ids.sale_line_ids.order_id.ids)
            refund = invoice._reverse_moves([{"invoice_date": invoice.invoice_date}])
            self.call(self.biller, MOVE, "action_post", refund.ids)
            self.invoice_counts["credited"] += 1

    def do_pay(self):
        moves = self.orders.invoice_ids.filtered(lambda move: move.state == "posted" and move.amount_residual > 0)
        invoices = moves.filtered(lambda move: move.move_type == "out_invoice")
        if not invoices:
            self.do_post()
            return
        invoice = self.random.choice(invoices)
        self.make_payment(invoice, invoice.invoice_date)
        self.invoice_counts["paid"] += 1

    # ------------------------------------------------------------------------------------------------------------
    # The obvious computation
    # ------------------------------------------------------------------------------------------------------------

    def check_invoices(self, what):
        for order in self.orders.filtered(lambda one: one.id not in self.credited):
            lines = order.order_line.invoice_lines.filtered(lambda line: line.parent_state == "posted")
            lines = lines.filtered(lambda line: line.display_type == "product")
            self.keep_worths(order, lines)
            consented = max((snapshot.total for snapshot in self.consented.get(order.id, ())), default=ZERO)
            beyond = self.get_invoiced_beyond(lines)
            if not self.is_bound(order, lines):
                self.unbound[order.id] = beyond
            allowed = max(ZERO, consented, self.unbound.get(order.id, ZERO))
            self.assertLessEqual(beyond, allowed + ROUNDED, f"{order.name} after {what}")

    def is_bound(self, order, lines):
        """Nothing of an order without capped goods is ever over; what was invoiced meanwhile stays given."""
        return self.capped in (order.order_line.product_id | lines.product_id).categ_id

    def keep_worths(self, order, lines):
        """As they were when a line was posted, and when the last invoice of its order was: a set of which a part is
        taken out later was whole then, and one that was made whole by then is sold as a set."""
        if self.posted.get(order.id) == lines:
            return
        self.posted[order.id] = lines
        for line in lines:
            worth = self.get_worth_invoiced(line)
            self.worths[line.id] = (self.worths.get(line.id, (worth,))[0], worth)

    def get_invoiced_beyond(self, lines):
        """What posted lines of an order's invoices give beyond what they may."""
        advance = sum(map(self.get_line_net, lines.filtered(lambda line: not line.product_id)), ZERO)
        goods = lines.filtered("product_id").grouped(lambda line: (line.sale_line_ids, line.product_id))
        return sum((self.get_goods_beyond(group) for group in goods.values()), max(ZERO, -advance))

    def get_goods_beyond(self, lines):
        worths = zip(*(self.worths[line.id] for line in lines), strict=True)
        return min(self.get_beyond(lines, worth) for worth in worths)

    def get_beyond(self, lines, worths):
        net = sum(map(self.get_line_net, lines), ZERO)
        units = [self.get_units_invoiced(line) for line in lines]
        pairs = list(zip(units, worths, strict=True))
        worth = max(ZERO, sum((count * one.amount for count, one in pairs), ZERO))
        loss = sum((abs(count) * one.loss for count, one in pairs), ZERO)
        given = worth - net if worth else max(ZERO, -net)
        return given - worth * self.get_generous_cap(lines.product_id) - loss

    def get_worth_invoiced(self, line):
        sold = line.sale_line_ids
        same = len(sold) == 1 and sold.product_id == line.product_id
        return self.get_worth(sold) if same else Worth(Decimal(repr(line.product_id.list_price)))

    def get_units_invoiced(self, line):
        return Decimal(repr(line.quantity)) * self.get_sign(line) * self.get_factor(line)

    def get_generous_cap(self, product):
        if product.categ_id != self.capped:
            return Decimal(1)
        return Decimal("0.05") if product == self.dear else Decimal("0.20")

    def get_factor(self, line):
        return 12 if line.product_uom_id == self.dozen else 1

    def get_sign(self, line):
        return -1 if line.move_id.move_type == "out_refund" else 1

    def get_line_net(self, line):
        rate = 2 if line.currency_id == self.euro else 1
        return Decimal(repr(line.price_subtotal)) * self.get_sign(line) * rate
