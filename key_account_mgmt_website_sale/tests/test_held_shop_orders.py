from datetime import timedelta

import odoo.http
from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.account_payment.tests.common import AccountPaymentCommon
from odoo.addons.key_account_mgmt.tests.hold_common import HoldCommon
from odoo.addons.website_sale.tests.common import MockRequest

ORDER = "sale.order"


@tagged("post_install", "-at_install")
class TestHeldShopOrders(AccountPaymentCommon, HoldCommon, HttpCase):
    """Customers who paid in the shop read that their order is being checked, not that they left a cart behind."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.currency, cls.partner = cls.company.currency_id, cls.big
        cls.website = cls.env["website"].create({"name": "Shop", "company_id": cls.company.id})
        cls.buyer = new_test_user(
            cls.env, "key_account_buyer", "base.group_portal", company_id=cls.company.id, partner_id=cls.big.id
        )

    def make_cart(self, discount=30, paid="done"):
        """Return the order that the buyer put into the cart some days ago, and paid."""
        order = self.make_quotation(discount=discount, website_id=self.website.id, require_payment=True)
        order = self.env[ORDER].browse(order.id)
        order.date_order = fields.Datetime.now() - timedelta(days=3)
        if paid:
            self.provider.support_manual_capture = "full_only"  # is computed, and forgotten with the cache
            self._create_transaction(
                "redirect",
                state=paid,
                amount=order.amount_total,
                sale_order_ids=[Command.set(order.ids)],
                reference=f"{order.name} {paid}",
            )._post_process()
        self.env.flush_all()
        self.env.invalidate_all()
        return order

    def is_abandoned(self, order):
        """Return whether the cart is abandoned, by the order and by the search, which must agree."""
        order.invalidate_recordset(["is_abandoned_cart"])
        found = order in self.env[ORDER].search([("is_abandoned_cart", "=", True)])
        self.assertEqual(order.is_abandoned_cart, found)
        return found

    def get_cart(self):
        website = self.website.with_user(self.buyer)
        with MockRequest(website.env, website=website) as request:
            return self.env[ORDER].browse(request.website._get_and_cache_current_cart().id)

    def test_a_cart_that_was_left_is_one(self):
        order = self.make_cart(paid=None)
        self.assertTrue(self.is_abandoned(order))
        self.assertEqual(self.get_cart(), order)

    def test_a_held_order_is_no_cart(self):
        for state in ("done", "authorized"):
            with self.subTest(state):
                order = self.make_cart(paid=state)
                self.assertTrue(order.key_account_held_on)
                self.assertFalse(self.is_abandoned(order))
                self.assertFalse(self.get_cart())

    def test_nor_when_it_is_set_to_quotation_to_be_changed(self):
        order = self.make_cart()
        order.action_draft()
        self.assertEqual(order.state, "draft")
        self.assertFalse(self.is_abandoned(order))
        self.assertFalse(self.get_cart())

    def test_nobody_is_reminded_of_what_was_paid(self):
        self.website.send_abandoned_cart_email = True
        self.website.send_abandoned_cart_email_activation_time = fields.Datetime.now() - timedelta(days=9)
        left, held = self.make_cart(paid=None), self.make_cart()
        self.env["website"]._send_abandoned_cart_email()
        self.assertEqual((left | held).mapped("cart_recovery_email_sent"), [True, False])

    def open_confirmation(self, order):
        session = self.authenticate(self.buyer.login, self.buyer.login)
        session["sale_last_order_id"] = order.id
        odoo.http.root.session_store.save(session)
        return self.url_open("/shop/confirmation", timeout=120).text

    def test_the_page_says_that_the_order_is_being_checked(self):
        for discount, told in ((30, True), (10, False)):
            with self.subTest(discount):
                order = self.make_cart(discount=discount)
                self.assertEqual("Your order is being checked" in self.open_confirmation(order), told)
