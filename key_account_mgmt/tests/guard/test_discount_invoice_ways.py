from contextlib import suppress

from odoo.exceptions import UserError
from odoo.fields import Command

from ..discount_common import ORDER
from ..invoice_common import MOVE, WIZARD, InvoiceCommon


class TestNoWayByInvoices(InvoiceCommon):
    """What salespeople can write on an order, or bring along, makes no invoice that gives more than the order does."""

    def sell(self, *lines, approved=False, **values):
        order = self.make_offer(*lines, **values)
        if approved:
            self.approve(self.ask(order))
        self.confirm(order)
        return order

    def assert_gives_no_more(self, order, least, attempt=None, *arguments):
        """After an invoice was made, by ``attempt`` if given, and posted: at least that much was billed, or nothing."""
        with suppress(UserError), self.cr.savepoint():
            (attempt or self.create_invoice)(order, *arguments)
        for invoice in order.invoice_ids.filtered(lambda move: move.state == "draft"):
            with suppress(UserError), self.cr.savepoint():
                self.post(invoice)
        self.env.invalidate_all()
        posted = order.invoice_ids.filtered(lambda move: move.state == "posted")
        billed = sum(posted.mapped("amount_untaxed_signed"))
        self.assertTrue(not posted or billed >= least, f"billed {billed}")
        return posted

    # --- Down payments that are none ---

    def test_goods_of_no_quantity_are_no_down_payment(self):
        order = self.sell({}, {"product_uom_qty": 0.0, "is_downpayment": True, "price_unit": 10.0})
        self.change(order.order_line[1], qty_to_invoice=11.0)
        self.assert_gives_no_more(order, 100)

    def test_goods_are_not_deducted_from_other_goods(self):
        order = self.sell(
            {"product_uom_qty": 11.0},
            {"product_id": self.dear.id, "price_unit": 990.0, "is_downpayment": True},
        )
        self.assert_gives_no_more(order, 1100)

    def test_goods_that_were_invoiced_are_not_deducted_as_if_they_had_been_paid_in_advance(self):
        order = self.sell({}, {})
        first, second = order.order_line
        self.change(second, qty_to_invoice=0.0)
        self.post(self.create_invoice(order))
        self.change(second, qty_to_invoice=1.0)
        for values in ({"is_downpayment": True}, {"is_downpayment": True, "product_uom_qty": 0.0}):
            with self.subTest(values), self.cr.savepoint() as savepoint:
                with suppress(UserError):
                    self.change(first, **values)
                posted = self.assert_gives_no_more(order, 100)
                self.assertFalse(posted[1:].filtered(lambda move: move.amount_untaxed < 100))
                savepoint.rollback()
                self.env.invalidate_all()

    def test_no_more_is_deducted_than_was_paid_in_advance(self):
        order = self.sell({"product_uom_qty": 10.0})
        self.post(self.create_advance(order, fixed=110.0))
        advance = order.order_line.filtered(lambda line: line.is_downpayment and not line.display_type)
        for values in ({"price_unit": 900.0}, {"price_unit": 900.0, "extra_tax_data": False}):
            with self.subTest(values), self.cr.savepoint() as savepoint:
                self.change(advance, **values)
                self.assert_gives_no_more(order, 100)
                self.assertEqual(len(order.invoice_ids.filtered(lambda move: move.state == "posted")), 1)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_a_down_payment_is_deducted_once(self):
        order = self.sell({"product_uom_qty": 10.0}, {"product_uom_qty": 10.0})
        self.post(self.create_advance(order, fixed=550.0))
        _first, second, *_rest, advance = order.order_line
        self.change(second, qty_to_invoice=0.0)
        self.assert_posted(self.create_invoice(order), 500)
        self.change(second, qty_to_invoice=10.0)
        self.change(advance, qty_to_invoice=-1.0)
        self.assert_gives_no_more(order, 2000)

    def test_a_down_payment_that_is_not_posted_deducts_nothing(self):
        order = self.sell({"product_uom_qty": 10.0})
        draft = self.create_advance(order, fixed=990.0)
        final = self.create_invoice(order)
        self.assertEqual(final.amount_untaxed, 100)
        self.assert_not_posted(final)
        self.post(draft)
        self.assert_posted(final, 100)

    # --- Consent ---

    def test_consent_to_one_piece_is_not_for_nine(self):
        order = self.sell({"product_id": self.on_delivery.id, "price_unit": 50.0}, approved=True)
        self.change(order.order_line, qty_delivered=9.0)
        self.assert_gives_no_more(order, 900)

    def test_consent_to_one_piece_is_used_once(self):
        order = self.sell({"price_unit": 50.0}, approved=True)
        self.assert_posted(self.create_invoice(order), 50)
        for _time in range(3):
            self.change(order.order_line, qty_to_invoice=1.0)
            self.assert_gives_no_more(order, 50)
            self.assertEqual(
                order.invoice_ids.filtered(lambda move: move.state == "posted").mapped("amount_untaxed"), [50]
            )

    def test_two_drafts_posted_at_once_are_two(self):
        order = self.sell({"price_unit": 50.0, "product_uom_qty": 2.0}, approved=True)
        drafts = self.create_invoice(order)
        drafts |= drafts.copy()
        drafts[1].invoice_line_ids.sale_line_ids = order.order_line
        self.assert_not_posted(drafts)
        self.assert_posted(drafts[0], 100)
        self.assert_not_posted(drafts[1])

    def test_consent_is_not_used_again_after_the_order_was_set_back(self):
        order = self.sell({"price_unit": 50.0}, approved=True)
        self.post(self.create_invoice(order))
        self.call(self.salesperson, ORDER, "action_cancel", order.ids)
        self.call(self.salesperson, ORDER, "action_draft", order.ids)
        self.confirm(order)
        self.change(order.order_line, qty_invoiced=0.0, qty_to_invoice=1.0)
        self.assert_gives_no_more(order, 50)
        self.assertEqual(sum(order.invoice_ids.mapped("amount_untaxed")), 50)

    # --- Lines that hold up others ---

    def hold_up(self, prop, goods=(), off=-90.0):
        """Goods, and a line that takes off what only the prop allows; it is to be delivered some day."""
        prop = {"product_id": self.on_delivery.id, **prop}
        return self.sell(dict(goods), prop, {"product_id": self.nothing.id, "price_unit": off})

    def test_a_surcharge_that_is_never_invoiced_holds_up_nothing(self):
        order = self.hold_up({"price_unit": 180.0})
        for cancel in (False, True):
            with self.subTest(cancel=cancel), self.cr.savepoint() as savepoint:
                self.assert_gives_no_more(order, 90, self.create_and, cancel)
                savepoint.rollback()
                self.env.invalidate_all()

    def create_and(self, order, cancel):
        draft = self.create_invoice(order)
        if cancel:
            self.call(self.salesperson, ORDER, "action_cancel", order.ids)
            self.call(self.biller, MOVE, "button_draft", draft.ids)

    def test_uncapped_goods_that_are_never_invoiced_hold_up_nothing(self):
        self.cap_ruleset.action_retire()
        self.make_cap_of_products(self.good | self.nothing)
        order = self.hold_up({"product_uom_qty": 10.0}, {"product_uom_qty": 10.0}, off=-1000.0)
        self.assert_gives_no_more(order, 900)

    def make_cap_of_products(self, products):
        ruleset = self.make_ruleset(name="Products")
        self.make_rule(ruleset, "C")
        self.env["key.account.rule"].create(
            {
                "name": "Some",
                "ruleset_id": ruleset.id,
                "kind": "discount_cap",
                "cap": 10,
                "product_tmpl_ids": [Command.set(products.product_tmpl_id.ids)],
            }
        )
        ruleset.action_activate()

    def test_a_prop_that_was_invoiced_first_holds_up_what_follows(self):
        order = self.sell({}, {"price_unit": 180.0}, {"product_id": self.nothing.id, "price_unit": -90.0})
        prop = order.order_line[1]
        invoice = self.create_invoice(order)
        invoice.invoice_line_ids.filtered(lambda line: line.sale_line_ids != prop).unlink()
        self.assert_posted(invoice, 180)
        self.assert_posted(self.create_invoice(order), 10)

    def test_what_is_not_invoiced_yet_leaves_its_discount_for_later(self):
        order = self.sell(
            {"product_id": self.on_delivery.id, "product_uom_qty": 10.0},
            {"product_id": self.nothing.id, "price_unit": -100.0},
        )
        goods, _off = order.order_line
        for delivered, billed in ((1.0, 90), (4.0, 270), (10.0, 540)):
            self.change(goods, qty_delivered=delivered)
            self.assert_posted(self.create_invoice(order), billed)
        self.assertEqual(order.invoice_status, "invoiced")

    # --- Figures that salespeople write ---

    def test_figures_that_odoo_computes_are_computed_anew(self):
        writes = {
            "to invoice": {"qty_to_invoice": 500.0},
            "invoiced": {"qty_invoiced": -499.0},
            "both": {"qty_invoiced": -499.0, "qty_to_invoice": 500.0},
            "less than nothing": {"qty_to_invoice": -500.0},
        }
        for name, values in writes.items():
            with self.subTest(name):
                order = self.sell({})
                self.change(order.order_line, **values)
                self.assert_posted(self.create_invoice(order), 100)

    def test_a_quotation_is_not_invoiced(self):
        for values in ({"state": "sale"}, {"state": "sale", "qty_to_invoice": 50.0}, {"qty_to_invoice": 50.0}):
            with self.subTest(values):
                order = self.make_offer()
                self.change(order.order_line, **values)
                with self.assertRaises(UserError), self.cr.savepoint():
                    self.create_invoice(order)
                self.assertFalse(order.invoice_ids)

    def test_what_comes_with_the_context_makes_no_other_invoice(self):
        off = [Command.create({"name": "Off", "price_unit": -90.0, "quantity": 1.0, "tax_ids": []})]
        contexts = (
            {"default_state": "posted"},
            {"default_line_ids": off},
            {"default_invoice_line_ids": off},
            {"default_discount": 90.0, "default_price_unit": 1.0},
            {"default_is_downpayment": True, "default_quantity": -1.0},
            {"skip_invoice_sync": True},
            {"accrual_entry_date": "2000-01-01"},
        )
        for context in contexts:
            with self.subTest(context):
                order = self.sell({})
                self.assert_gives_no_more(order, 100, self.create_with, context)

    def create_with(self, order, context):
        context = {"active_model": ORDER, "active_ids": order.ids, **context}
        values = {"advance_payment_method": "delivered", "sale_order_ids": [Command.set(order.ids)]}
        wizard = self.call(self.salesperson, WIZARD, "create", values)
        self.call(self.salesperson, WIZARD, "create_invoices", [wizard], context=context)

    # --- Credit notes that are none ---

    def test_goods_on_what_became_a_credit_note_keep_their_caps(self):
        order = self.sell({"product_uom_qty": 2.0}, {"product_uom_qty": 8.0, "product_id": self.on_delivery.id})
        self.post(self.create_advance(order, fixed=550.0))
        draft = self.create_invoice(order)
        self.assertEqual((draft.move_type, draft.amount_untaxed), ("out_refund", 300))
        goods = draft.invoice_line_ids.filtered("product_id")
        with self.cr.savepoint() as savepoint:
            goods.price_unit = 1.0
            self.assert_not_posted(draft)
            savepoint.rollback()
            self.env.invalidate_all()
        self.post(draft)
        self.assertEqual(draft.state, "posted")

    def get_advance(self, order):
        return order.order_line.filtered(lambda line: line.is_downpayment and not line.display_type)

    def test_no_more_is_given_back_than_was_paid_in_advance(self):
        writes = {
            "a dearer one": (False, {"price_unit": 900.0}),
            "once more": (True, {"qty_delivered": 1.0}),
        }
        for name, (finish, values) in writes.items():
            with self.subTest(name):
                order = self.sell({"product_id": self.on_delivery.id, "product_uom_qty": 10.0})
                self.post(self.create_advance(order, fixed=330.0))
                if finish:
                    self.change(order.order_line[0], qty_delivered=10.0)
                    self.assert_posted(self.create_invoice(order), 700)
                self.change(self.get_advance(order), **values)
                draft = self.create_invoice(order)
                self.assertEqual(draft.move_type, "out_refund")
                self.assert_not_posted(draft)

    def test_no_goods_that_come_back_hide_a_second_deduction(self):
        order = self.sell({"product_id": self.on_delivery.id, "product_uom_qty": 10.0})
        self.post(self.create_advance(order, fixed=330.0))
        self.change(order.order_line[0], qty_delivered=2.0)
        self.assert_posted(self.create_invoice(order), 100)
        self.change(order.order_line[0], qty_delivered=3.0)
        self.change(self.get_advance(order), qty_delivered=1.0)
        draft = self.create_invoice(order)
        self.assert_not_posted(draft)
        draft.invoice_line_ids.filtered("product_id").quantity = 1.0
        self.assert_not_posted(draft)

    def test_goods_of_a_posted_credit_note_keep_their_price(self):
        order = self.sell({"product_uom_qty": 2.0}, {"product_uom_qty": 8.0, "product_id": self.on_delivery.id})
        self.post(self.create_advance(order, fixed=550.0))
        draft = self.post(self.create_invoice(order))
        line = draft.invoice_line_ids.filtered("product_id")
        values = {"price_unit": 1.0}
        with suppress(UserError), self.cr.savepoint():
            self.call(self.biller, f"{MOVE}.line", "write", line.ids, values, context={"skip_readonly_check": True})
        self.env.invalidate_all()
        self.assertEqual(line.price_unit, 100)


class TestInvoicesGoOn(InvoiceCommon):
    """What a company does every day with orders that keep their caps, or that were approved, is not stopped."""

    def approved(self, *lines):
        order = self.make_offer(*lines)
        self.approve(self.ask(order))
        self.confirm(order)
        return order

    def test_what_was_approved_is_invoiced_in_parts_and_credited_and_invoiced_again(self):
        order = self.approved({"price_unit": 50.0, "product_uom_qty": 10.0, "product_id": self.on_delivery.id})
        for delivered in (4.0, 10.0):
            self.change(order.order_line, qty_delivered=delivered)
            self.post(self.create_invoice(order))
        self.assertEqual(sum(order.invoice_ids.mapped("amount_untaxed")), 500)
        first = self.env[MOVE].browse(order.invoice_ids.ids[0])
        refund = first._reverse_moves([{"invoice_date": first.invoice_date}])
        self.post(refund)
        again = self.create_invoice(order)
        self.assert_posted(again, first.amount_untaxed)

    def test_prices_that_rose_since_the_order_was_confirmed_stop_nothing(self):
        order = self.make_confirmed(
            {"price_unit": 90.0, "product_uom_qty": 10.0, "product_id": self.on_delivery.id},
            {"product_uom_qty": 10.0},
            {"product_id": self.nothing.id, "price_unit": -100.0},
        )
        (self.good | self.on_delivery).list_price = 150
        self.assert_posted(self.create_invoice(order), 900)
        self.change(order.order_line[0], qty_delivered=10.0)
        self.assert_posted(self.create_invoice(order), 900)

    def test_more_is_delivered_than_was_ordered(self):
        order = self.make_confirmed({"price_unit": 90.0, "product_id": self.on_delivery.id, "product_uom_qty": 10.0})
        self.change(order.order_line, qty_delivered=11.0)
        self.assert_posted(self.create_invoice(order), 990)

    def test_a_down_payment_greater_than_the_first_part(self):
        order = self.make_confirmed(
            {"product_uom_qty": 2.0}, {"product_uom_qty": 8.0, "product_id": self.on_delivery.id, "discount": 10}
        )
        self.post(self.create_advance(order, percent=50.0))
        self.post(self.create_invoice(order))
        self.change(order.order_line[1], qty_delivered=8.0)
        self.post(self.create_invoice(order))
        self.assertEqual(sum(order.invoice_ids.mapped("amount_untaxed_signed")), 920)

    def test_a_down_payment_is_given_back_where_nothing_is_sold(self):
        order = self.make_confirmed({"product_uom_qty": 10.0})
        self.post(self.create_advance(order, percent=30.0))
        self.change(order.order_line[0], product_uom_qty=0.0)
        self.assert_posted(self.create_invoice(order), 300)

    def test_accounting_reverses_the_invoice_of_a_down_payment_that_was_deducted(self):
        order = self.make_confirmed({"product_uom_qty": 10.0})
        advance = self.post(self.create_advance(order, percent=30.0))
        self.assert_posted(self.create_invoice(order), 700)
        refund = advance._reverse_moves([{"invoice_date": advance.invoice_date}])
        self.assert_posted(refund, 300)

    def test_a_set_of_goods_without_price_is_taken_out_after_it_was_invoiced(self):
        free = [
            self._create_product(name=name, list_price=0.0, taxes_id=[], invoice_policy="order")
            for name in ("One", "Other")
        ]
        combos = self.env["product.combo"].create(
            [{"name": one.name, "combo_item_ids": [Command.create({"product_id": one.id})]} for one in free]
        )
        head = self._create_product(name="Set", type="combo", list_price=100.0, taxes_id=[], combo_ids=combos.ids)
        order = self.make_offer({"product_id": head.id, "price_unit": 0.0}, {"product_uom_qty": 2.0})
        order.order_line = [
            Command.create(
                self.prepare_line(
                    product_id=item.product_id.id,
                    combo_item_id=item.id,
                    linked_line_id=order.order_line[0].id,
                    price_unit=price,
                )
            )
            for item, price in zip(combos.combo_item_ids, (0.0, 100.0), strict=True)
        ]
        self.confirm(order)
        self.assert_posted(self.create_invoice(order), 300)
        self.change(order.order_line.filtered(lambda line: line.product_id != self.good), product_uom_qty=0.0)
        self.change(order.order_line.filtered(lambda line: line.product_id == self.good), product_uom_qty=3.0)
        draft = self.create_invoice(order)
        draft.invoice_line_ids.filtered(lambda line: line.product_id != self.good).unlink()
        self.assert_posted(draft, 100)

    def test_several_orders_on_one_invoice(self):
        orders = self.approved({"price_unit": 50.0}) | self.make_confirmed({"discount": 10}) | self.make_confirmed()
        invoice = self.create_invoice(orders)
        self.assertEqual(len(invoice), 1)
        self.assert_posted(invoice, 50 + 90 + 1000)

    def test_a_credit_note_of_goods_does_not_stop_what_follows(self):
        order = self.make_confirmed(
            {"product_uom_qty": 10.0},
            {"product_id": self.nothing.id, "price_unit": -100.0},
            {"product_id": self.on_delivery.id, "product_uom_qty": 5.0, "discount": 10},
        )
        first = self.create_invoice(order)
        self.assert_posted(first, 900)
        refund = first._reverse_moves([{"invoice_date": first.invoice_date}])
        refund.invoice_line_ids.filtered(lambda line: line.product_id == self.nothing).unlink()
        self.post(refund)
        self.change(order.order_line[2], qty_delivered=5.0)
        draft = self.create_invoice(order)
        draft.invoice_line_ids.filtered(lambda line: line.product_id == self.good).unlink()
        self.assert_posted(draft, 450)

    def test_freight_is_added(self):
        order = self.make_confirmed({"discount": 10})
        draft = self.create_invoice(order)
        draft.invoice_line_ids = [Command.create({"name": "Freight", "price_unit": 20.0, "tax_ids": []})]
        self.assert_posted(draft, 110)

    def test_an_order_in_another_currency(self):
        pricelist = self._create_pricelist(name="Euro", currency_id=self.euro.id)
        order = self.make_confirmed({"price_unit": 45.0, "product_uom_qty": 4.0}, pricelist_id=pricelist.id)
        self.post(self.create_advance(order, percent=30.0))
        self.post(self.create_invoice(order))
        self.assertEqual(sum(order.invoice_ids.mapped("amount_untaxed")), 180)
