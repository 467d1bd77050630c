from odoo.fields import Command

from .discount_common import DiscountWaysCommon

MOVE = "account.move"
WIZARD = "sale.advance.payment.inv"


class InvoiceCommon(DiscountWaysCommon):
    """Lines bear 10 % tax, as most do: tax is what many things hang on when orders are invoiced.

    The salesperson sells and creates invoices, the biller posts them; all by remote calls.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.biller = cls.make_user("biller", "account.group_account_invoice,sales_team.group_sale_salesman_all_leads")
        cls.good.invoice_policy = "order"
        cls.tax = cls.make_tax(10, "tax_excluded")
        cls.on_delivery = cls._create_product(
            name="Delivered", list_price=100.0, taxes_id=[], invoice_policy="delivery"
        )
        cls.company.sale_discount_product_id = cls.nothing

    @classmethod
    def prepare_line(cls, **values):
        return super().prepare_line(**{"tax_ids": [Command.set(cls.tax.ids)], **values})

    def create_invoice(self, orders, **values):
        """The draft that the button makes: a regular invoice, unless values of the wizard say otherwise."""
        known = orders.sudo().invoice_ids
        context = {"active_model": "sale.order", "active_ids": orders.ids}
        values = {"advance_payment_method": "delivered", "sale_order_ids": [Command.set(orders.ids)], **values}
        wizard = self.call(self.salesperson, WIZARD, "create", values, context=context)
        self.call(self.salesperson, WIZARD, "create_invoices", [wizard], context=context)
        self.env.invalidate_all()
        return self.env[MOVE].browse((orders.sudo().invoice_ids - known).ids)

    def change(self, records, **values):
        """What the salesperson writes by a remote call."""
        self.call(self.salesperson, records._name, "write", records.ids, values)

    def create_advance(self, order, percent=None, fixed=None):
        """A draft of a down payment."""
        if percent:
            return self.create_invoice(order, advance_payment_method="percentage", amount=percent)
        return self.create_invoice(order, advance_payment_method="fixed", fixed_amount=fixed)

    def post(self, moves):
        self.call(self.biller, MOVE, "action_post", moves.ids)
        self.env.invalidate_all()
        return moves

    def give_discount(self, order, share=None, amount=None):
        """The discount for the whole order, as its button gives it."""
        values = {"sale_order_id": order.id, "discount_type": "so_discount" if share else "amount"}
        values |= {"discount_percentage": share} if share else {"discount_amount": amount}
        wizard = self.call(self.salesperson, "sale.order.discount", "create", values)
        self.call(self.salesperson, "sale.order.discount", "action_apply_discount", [wizard])
        self.env.invalidate_all()

    def assert_posted(self, moves, *untaxed):
        """They are posted without objection, for these untaxed amounts."""
        self.post(moves)
        self.assertEqual([(move.state, move.amount_untaxed) for move in moves], [("posted", one) for one in untaxed])

    def assert_not_posted(self, moves):
        self.assert_call_refused(MOVE, "action_post", moves.ids, user=self.biller)
        self.env.invalidate_all()
        self.assertNotIn("posted", moves.mapped("state"))
