from decimal import Decimal

from odoo.fields import Command
from odoo.tools import SQL

from .common import KeyAccountCommon

ZERO = Decimal(0)


class CreditCommon(KeyAccountCommon):
    """A customer with a limit of 1,000 in a company that uses limits; goods cost 100, without taxes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.account_use_credit_limit = True
        cls.exposure = cls.env["key.account.exposure"]
        cls.customer = cls.make_customer(credit_limit=1000)
        cls.delivered = cls._create_product(name="Delivered", list_price=100.0, taxes_id=[], invoice_policy="delivery")
        cls.tax = cls.env["account.tax"].create(
            {"name": "10 %", "amount": 10, "company_id": cls.company.id, "price_include_override": "tax_excluded"}
        )

    @classmethod
    def sell(cls, customer, *lines, confirm=True, company=None, **values):
        """An order, confirmed at once; a line is ``(quantity, price)`` or values."""
        prepared = [
            line if isinstance(line, dict) else {"product_uom_qty": line[0], "price_unit": line[1]} for line in lines
        ]
        commands = [Command.create({"product_id": cls.good.id, "tax_ids": [], **line}) for line in prepared]
        orders = cls.env["sale.order"].with_company(company or cls.company)
        order = orders.create({"partner_id": customer.id, "order_line": commands, **values})
        if confirm:
            order.action_confirm()
        return order

    @classmethod
    def bill(cls, order, post=True, final=False):
        """Invoice what can be invoiced of an order."""
        invoice = order._create_invoices(final=final)
        if post:
            invoice.action_post()
        return invoice

    @classmethod
    def pay_in_advance(cls, order, amount, post=True):
        """A down payment: a fixed amount, invoiced."""
        wizard = cls.env["sale.advance.payment.inv"].create(
            {
                "advance_payment_method": "fixed",
                "fixed_amount": amount,
                "sale_order_ids": [Command.set(order.ids)],
            }
        )
        invoice = wizard._create_invoices(order)
        if post:
            invoice.action_post()
        return invoice

    @classmethod
    def credit(cls, invoice, post=True):
        """A credit note for the whole of an invoice."""
        refund = invoice._reverse_moves()
        if post:
            refund.action_post()
        return refund

    @classmethod
    def prepay(cls, customer, amount, company=None, **values):
        """Money of the customer that is for no invoice yet."""
        payments = cls.env["account.payment"].with_company(company or cls.company)
        payment = payments.create({"partner_id": customer.id, "amount": amount, "payment_type": "inbound", **values})
        payment.action_post()
        return payment

    @classmethod
    def forget_open_amounts(cls, orders):
        """As it is before the addon comes."""
        cls.env.flush_all()
        for table, ids in (("sale_order", orders.ids), ("sale_order_line", orders.order_line.ids)):
            table = SQL.identifier(table)
            cls.env.cr.execute(SQL("UPDATE %s SET key_account_uninvoiced_amount = NULL WHERE id = ANY(%s)", table, ids))
        cls.env.invalidate_all()

    def get_exposure(self, customer=None, company=None, **options):
        customer = (customer or self.customer).commercial_partner_id
        return self.exposure._get_exposures(customer, company or self.company, **options)[customer]

    def assert_exposure(self, customer=None, company=None, **expected):
        """Check every part of an exposure; those not named are zero."""
        exposure = self.get_exposure(customer, company)
        names = ("receivable", "draft_invoices", "orders", "unallocated")
        self.assertEqual(
            {name: getattr(exposure, name) for name in names},
            {name: Decimal(str(expected.get(name, 0))) for name in names},
        )
