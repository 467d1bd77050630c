from odoo.tests import tagged
from odoo.tools import SQL
from odoo.tools.sql import column_exists

from ..credit_common import CreditCommon


@tagged("post_install", "-at_install")
class TestExposureInstall(CreditCommon):
    """A company that has sold for years installs the addon: nothing is computed that needs not be, nothing is lost."""

    def make_history(self):
        """Orders of every kind, by what is special about them."""
        invoiced = self.sell(self.customer, (2, 100))
        self.bill(invoiced)
        drafted = self.sell(self.customer, (3, 100))
        self.bill(drafted, post=False)
        partly = self.sell(self.customer, (4, 100), {"price_unit": 50, "tax_ids": self.tax.ids})
        bill = self.bill(partly, post=False)
        bill.invoice_line_ids[0].quantity = 1
        bill.action_post()
        credited, credited_in_draft = self.sell(self.customer, (1, 70)), self.sell(self.customer, (1, 80))
        self.credit(self.bill(credited))
        self.credit(self.bill(credited_in_draft), post=False)
        delivered = self.sell(self.customer, {"product_id": self.delivered.id, "product_uom_qty": 5})
        delivered.order_line.qty_delivered = 7
        self.bill(delivered)
        advance = self.sell(self.customer, (10, 100))
        self.pay_in_advance(advance, 300)
        settled = self.sell(self.customer, (6, 100))
        self.pay_in_advance(settled, 100)
        self.bill(settled, final=True)
        cancelled = self.sell(self.customer, (9, 100))
        cancelled._action_cancel()
        section = {"product_id": False, "display_type": "line_section", "name": "Desks"}
        return (
            invoiced + drafted + partly + credited + credited_in_draft + delivered + advance + settled + cancelled
            + self.sell(self.customer, section, (1, 33))
            + self.sell(self.customer, (-2, 100), (1, 50))
            + self.sell(self.customer, (8, 100), confirm=False)
            + self.env["sale.order"].create({"partner_id": self.customer.id})
        )  # fmt: skip

    def get_amounts(self, orders):
        orders.invalidate_recordset()
        return (
            dict(zip(orders, orders.mapped("key_account_uninvoiced_amount"), strict=True)),
            dict(zip(orders.order_line, orders.order_line.mapped("key_account_uninvoiced_amount"), strict=True)),
        )

    def test_open_amounts_are_those_that_would_have_been_kept(self):
        orders = self.make_history()
        amounts, exposure = self.get_amounts(orders), self.get_exposure()
        self.assertGreater(len(set(amounts[1].values())), 8, "the history is not of one kind")
        self.forget_open_amounts(orders)
        self.assertNotEqual(self.get_exposure(), exposure)
        self.env["sale.order.line"]._fill_key_account_uninvoiced_amounts()
        self.assertEqual(self.get_amounts(orders), amounts)
        self.assertEqual(self.get_exposure(), exposure)

    def test_what_is_invoiced_needs_no_computing(self):
        order, open_order = self.sell(self.customer, (2, 100)), self.sell(self.customer, (3, 100))
        self.bill(order)
        self.forget_open_amounts(order + open_order)
        self.env.cr.execute(self.env["sale.order.line"]._get_nothing_open_sql())
        self.assertEqual(self.env["sale.order.line"]._get_unknown_open_ids(), open_order.order_line.ids)

    def test_columns_come_empty_so_that_nothing_is_computed(self):
        for model in ("sale.order", "sale.order.line"):
            documents = self.env[model]
            self.env.flush_all()
            self.env.cr.execute(
                SQL("ALTER TABLE %s DROP COLUMN key_account_excess CASCADE", SQL.identifier(documents._table))
            )
            documents._create_key_account_columns()
            with self.subTest(model):
                self.assertTrue(column_exists(self.env.cr, documents._table, "key_account_excess"))
                self.assertFalse(column_exists(self.env.cr, documents._table, "key_account_currency_id"))
