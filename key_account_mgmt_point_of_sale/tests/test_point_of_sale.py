from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.key_account_mgmt.tests.credit_guard_common import CreditGuardCommon


@tagged("post_install", "-at_install")
class TestPointOfSale(CreditGuardCommon):
    """Customers owe what they put on account at the till, not what they pay there; limit 1,000."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("point_of_sale.group_pos_manager")
        methods = cls.env["pos.payment.method"].with_company(cls.company)
        till = cls.env["account.journal"].create(
            {"name": "Till", "code": "TILL", "type": "cash", "company_id": cls.company.id}
        )
        cls.cash = methods.create({"name": "Cash", "journal_id": till.id, "company_id": cls.company.id})
        cls.account = methods.create({"name": "On account", "split_transactions": True, "company_id": cls.company.id})
        cls.shop = (
            cls.env["pos.config"]
            .with_company(cls.company)
            .create(
                {
                    "name": "Shop",
                    "company_id": cls.company.id,
                    "payment_method_ids": [Command.set((cls.cash | cls.account).ids)],
                }
            )
        )
        cls.shop.open_ui()
        cls.session = cls.shop.current_session_id
        cls.session.set_opening_control(0, None)
        cls.advance_product = cls._create_product(name="Advance", type="service", taxes_id=[])
        cls.shop.down_payment_product_id = cls.advance_product

    @classmethod
    def ring_up(cls, quantity, price, order_line=None, customer=None, method=None, product=None, paid=True):
        """Return an order at the till, paid; for an order line, or for goods of its own."""
        total = quantity * price
        line = {
            "product_id": (product or (order_line or cls.env["sale.order.line"]).product_id or cls.good).id,
            "qty": quantity,
            "price_unit": price,
            "price_subtotal": total,
            "price_subtotal_incl": total,
            "tax_ids": [],
            "sale_order_line_id": order_line.id if order_line else False,
            "sale_order_origin_id": order_line.order_id.id if order_line else False,
        }
        order = cls.env["pos.order"].create(
            {
                "session_id": cls.session.id,
                "company_id": cls.company.id,
                "partner_id": (customer or cls.customer).id,
                "lines": [Command.create(line)],
                "amount_total": total,
                "amount_tax": 0,
                "amount_paid": 0,
                "amount_return": 0,
            }
        )
        if paid:
            cls.pay(order, total, method or cls.cash)
        return order

    @classmethod
    def pay(cls, order, amount, method):
        order.add_payment({"pos_order_id": order.id, "amount": amount, "payment_method_id": method.id})
        order.action_pos_order_paid()

    def close(self):
        self.session.post_closing_cash_details(self.session.cash_register_balance_end)
        self.session.close_session_from_ui()
        self.assertEqual(self.session.state, "closed")

    # --- Orders that are settled ---

    def test_an_order_that_is_settled_at_the_till_is_not_owed(self):
        order = self.confirmed((7, 100))
        self.assert_exposure(orders=700)
        self.ring_up(7, 100, order.order_line)
        self.assert_exposure()
        self.close()
        self.assert_exposure()

    def test_a_part_of_it(self):
        order = self.confirmed((7, 100))
        self.ring_up(3, 100, order.order_line)
        self.assert_exposure(orders=400)

    def test_what_is_not_paid_yet_or_given_up_settles_nothing(self):
        order = self.confirmed((7, 100))
        sold = self.ring_up(7, 100, order.order_line, paid=False)
        self.assert_exposure(orders=700)
        sold.action_pos_order_cancel()
        self.assert_exposure(orders=700)

    def test_an_order_paid_in_advance_at_the_till(self):
        order = self.confirmed((7, 100))
        sold = self.ring_up(1, 200, order.order_line[:0], product=self.advance_product)
        advance = self.env["sale.order.line"].create(
            {
                "order_id": order.id,
                "name": "Advance",
                "is_downpayment": True,
                "product_uom_qty": 0,
                "price_unit": 200,
                "pos_order_line_ids": [Command.set(sold.lines.ids)],
            }
        )
        self.assertTrue(advance.pos_order_line_ids)
        self.assert_exposure(orders=500)

    def test_orders_settled_before_the_addon_came(self):
        order = self.confirmed((7, 100))
        self.ring_up(7, 100, order.order_line)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order_line SET key_account_uninvoiced_amount = 700 WHERE order_id = %s", [order.id]
        )
        self.env.cr.execute("UPDATE sale_order SET key_account_uninvoiced_amount = 700 WHERE id = %s", [order.id])
        self.env.invalidate_all()
        self.assert_exposure(orders=700)
        self.env["sale.order.line"]._renew_key_account_settled()
        self.assert_exposure()

    # --- Sales on account ---

    def test_sales_on_account_are_owed_from_the_sale_on(self):
        self.ring_up(6, 100, method=self.account)
        self.assert_exposure(draft_invoices=600)
        self.assert_not_confirmed(self.offer(401))
        self.close()
        self.assert_exposure(receivable=600)
        self.assert_not_confirmed(self.offer(401))
        self.assert_confirms(self.offer(400))

    def test_an_order_settled_on_account_is_owed_once(self):
        order = self.confirmed((7, 100))
        self.ring_up(7, 100, order.order_line, method=self.account)
        self.assert_exposure(draft_invoices=700)
        self.close()
        self.assert_exposure(receivable=700)

    def test_what_is_paid_in_cash_is_not(self):
        self.ring_up(6, 100)
        self.assert_exposure()

    def test_invoiced_at_the_till_it_is_a_receivable(self):
        sold = self.ring_up(6, 100, method=self.account)
        sold.action_pos_order_invoice()
        self.assert_exposure(receivable=600)

    def test_documents_add_up(self):
        self.ring_up(6, 100, method=self.account)
        self.confirmed(100)
        self.env.flush_all()
        documents = self.env["key.account.exposure.document"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual(sorted(documents.mapped("amount")), [100, 600])
        self.assertEqual(len(set(documents.ids)), 2)

    def test_nobody_writes_what_is_on_account(self):
        sold = self.ring_up(6, 100, method=self.account)
        cashier = self.make_user("cashier", "point_of_sale.group_pos_user")
        self.assert_refused(cashier, "pos.order", "write", sold.ids, {"key_account_on_account": 0})

    def test_when_the_addon_leaves_they_do_not_count(self):
        self.ring_up(6, 100, method=self.account)
        entries = self.env["key.account.exposure.entry"]
        entries._leave_point_of_sale()
        self.assert_exposure()
        entries._start_entries()
        self.assert_exposure(draft_invoices=600)

    def test_sales_on_account_from_before_the_addon_came(self):
        sold = self.ring_up(6, 100, method=self.account)
        self.env.flush_all()
        self.env.cr.execute("UPDATE pos_order SET key_account_on_account = NULL WHERE id = %s", [sold.id])
        self.env.invalidate_all()
        self.assert_exposure()
        self.env["pos.order"]._fill_key_account_on_account()
        self.assert_exposure(draft_invoices=600)
