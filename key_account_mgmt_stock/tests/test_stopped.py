from odoo.tests import tagged

from odoo.addons.key_account_mgmt.tests.credit_guard_common import LINE, CreditGuardCommon


@tagged("post_install", "-at_install")
class TestStoppedDeliveries(CreditGuardCommon):
    """Quantities that no transfer delivers any more use no credit: ten at 100, invoiced on delivery; limit 1,000."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.delivered.is_storable = False

    def order(self, quantity=10, product=None, **values):
        return self.confirmed(
            {"product_id": (product or self.delivered).id, "product_uom_qty": quantity, "price_unit": 100}, **values
        )

    def deliver(self, order, quantity, backorder=False):
        picking = order.picking_ids.filtered(lambda one: one.state not in ("done", "cancel"))[:1]
        picking.move_ids.quantity = quantity
        picking.move_ids.picked = True
        picking.with_context(
            skip_backorder=True, picking_ids_not_to_backorder=[] if backorder else picking.ids
        ).button_validate()
        self.env.flush_all()
        return picking

    def pay(self, order):
        invoice = self.bill(order)
        self.make_payment(invoice, invoice.invoice_date)

    def bring_more(self, order, quantity):
        done = order.picking_ids[:1].move_ids[:1]
        return done.copy({"product_uom_qty": quantity, "picking_id": False})

    def test_without_backorder_the_rest_uses_no_credit(self):
        order = self.order()
        self.deliver(order, 8)
        self.assertEqual(order.order_line.qty_delivered, 8)
        self.assert_exposure(orders=800)
        self.pay(order)
        self.assert_exposure()

    def test_with_a_backorder_it_does(self):
        order = self.order()
        self.deliver(order, 8, backorder=True)
        self.pay(order)
        self.assert_exposure(orders=200)
        order.picking_ids.filtered(lambda one: one.state != "done").action_cancel()
        self.assert_exposure()

    def test_before_it_is_delivered_the_whole_counts(self):
        order = self.order()
        self.assert_exposure(orders=1000)
        order.picking_ids.action_cancel()
        self.assert_exposure()

    def test_what_is_invoiced_as_ordered_is_owed_whatever_is_delivered(self):
        order = self.order(product=self.good)
        order.picking_ids.action_cancel()
        self.assert_exposure(orders=1000)

    def test_goods_that_came_back_are_not_owed_again(self):
        order = self.order()
        picking = self.deliver(order, 10)
        invoice = self.bill(order)
        returning = self.env["stock.return.picking"].create({"picking_id": picking.id})
        returning.product_return_moves.quantity = 3
        back = returning._create_return()
        back.move_ids.to_refund = True
        back.move_ids.quantity = 3
        back.move_ids.picked = True
        back.button_validate()
        self.assertEqual(order.order_line.qty_delivered, 7)
        self.credit(invoice)
        self.assert_exposure(orders=700)

    def test_more_deliveries_count_again(self):
        order = self.order()
        self.deliver(order, 8)
        self.pay(order)
        move = self.bring_more(order, 2)
        self.assert_exposure(orders=200)
        move._action_cancel()
        self.assert_exposure()
        move = self.bring_more(order, 2)
        move.unlink()
        self.assert_exposure()

    def test_and_have_to_fit(self):
        order = self.order()
        order.picking_ids.action_cancel()
        self.confirmed(1000)
        cancelled = order.picking_ids.move_ids
        values = cancelled.copy_data({"product_uom_qty": 10})[0]
        message = self.get_refusal(self.salesperson, "stock.move", "create", values)
        self.assertIn("may have on credit", message)
        self.get_refusal(self.salesperson, "stock.move", "copy", cancelled.ids)
        self.get_refusal(self.salesperson, "stock.move", "write", cancelled.ids, {"state": "draft"})
        self.env.invalidate_all()
        self.assert_exposure(orders=1000)

    def test_a_higher_quantity_counts(self):
        order = self.order()
        self.deliver(order, 8)
        self.pay(order)
        self.call(self.salesperson, LINE, "write", order.order_line.ids, {"product_uom_qty": 12, "price_unit": 100})
        self.env.flush_all()
        self.assert_exposure(orders=400)

    def test_a_cancelled_order_is_sold_anew(self):
        order = self.order()
        self.call(self.salesperson, "sale.order", "action_cancel", order.ids)
        order.action_draft()
        self.assertEqual(order.key_account_uninvoiced_amount, 1000)
        self.confirmed(1)
        self.assert_not_confirmed(order)

    def test_what_has_stopped_is_not_written(self):
        order = self.order()
        values = {"key_account_stopped_qty": 10}
        self.assert_refused(self.salesperson, LINE, "write", order.order_line.ids, values)

    def test_orders_that_are_older_than_the_addon(self):
        order = self.order()
        self.deliver(order, 8)
        lines = order.order_line
        lines._forget_key_account_stopped()
        self.assert_exposure(orders=1000)
        lines._fill_key_account_stopped()
        self.assert_exposure(orders=800)
