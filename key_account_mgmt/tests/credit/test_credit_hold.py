from odoo.fields import Command

from odoo.addons.account_payment.tests.common import AccountPaymentCommon

from ..credit_hold_common import CreditHoldCommon


class TestAcceptedOrdersAreHeld(CreditHoldCommon):
    """A customer who accepts more than the limit allows gets no error, and no order either."""

    def test_at_the_limit_it_is_confirmed(self):
        order = self.make_sent(1000)
        self.accept(order)
        self.assert_not_held(order, "sale")

    def test_over_the_limit_it_waits_and_the_salesperson_knows_why(self):
        for policy in ("block", "approval"):
            with self.subTest(policy):
                self.company.key_account_credit_policy = policy
                order = self.make_sent(1000.01)
                self.accept(order)
                self.accept(order)
                self.assert_held(order)
                [activity] = self.get_activities(order)
                self.assertIn(f"{order.name} was accepted by Customer and is held", activity.summary)
                self.assertIn("exceeds what Customer may have on credit", activity.note)

    def test_overdue(self):
        self.company.key_account_check_overdue = True
        self.make_invoice(self.customer, 1, "2020-01-01")
        order = self.make_sent(1)
        self.accept(order)
        self.assert_held(order)

    def test_with_more_credit_or_approved_it_confirms_and_the_hold_ends(self):
        for approved in (False, True):
            self.company.key_account_credit_policy = "approval" if approved else "block"
            order = self.make_sent(1500, customer=self.make_customer(credit_limit=1000))
            self.accept(order)
            self.assert_not_confirmed(order)
            if approved:
                self.consent(order)
            else:
                order.partner_id.credit_limit = 1500
            self.confirm(order)
            self.assert_not_held(order, "sale")

    def test_of_several_at_once_only_those_that_do_not_fit_are_marked(self):
        good, bad = self.make_sent(600), self.make_sent(500)
        self.accept(good | bad)
        self.assert_held(bad)
        self.assert_not_held(good, "sent")


class TestPaymentsAreKept(AccountPaymentCommon, CreditHoldCommon):
    """A payment is kept whatever becomes of its order, and does not carry it over the limit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.currency, cls.partner = cls.company.currency_id, cls.customer

    def pay(self, order, state, amount):
        self.provider.support_manual_capture = "full_only"  # is computed, and forgotten with the cache
        transaction = self._create_transaction(
            "redirect",
            state=state,
            amount=amount,
            sale_order_ids=[Command.set(order.ids)],
            reference=f"{order.name} {state}",
        )
        transaction._post_process()
        self.env.flush_all()
        return transaction

    def test_an_order_paid_in_part_is_held(self):
        for state in ("done", "authorized"):
            with self.subTest(state):
                order = self.make_sent(5000, require_payment=True, prepayment_percent=0.1)
                transaction = self.pay(order, state, 500)
                self.assert_held(order)
                self.assertEqual(transaction.state, state)
                if state == "done":
                    self.assertTrue(transaction.is_post_processed)
                    self.assertEqual(transaction.payment_id.amount, 500)

    def test_within_the_limit_it_is_confirmed(self):
        order = self.make_sent(900, require_payment=True, prepayment_percent=0.1)
        self.pay(order, "done", 90)
        self.assert_not_held(order, "sale")

    def test_what_is_paid_in_full_uses_no_credit(self):
        nothing = self.make_customer(name="Pays in advance", key_account_no_credit=True)
        self.partner = nothing
        for amount in (700, 5000):  # the second finds the first, paid and booked
            order = self.make_sent(amount, customer=nothing, require_payment=True)
            self.pay(order, "done", amount)
            self.assert_not_held(order, "sale")
            self.assertEqual(self.get_exposure(nothing).used, 0)
        self.assert_outcome(False, self.offer(0.01, customer=nothing))

    def test_what_is_paid_in_part_uses_the_rest(self):
        for paid, state in ((500.01, "sale"), (500, "sale"), (499.99, "sent")):
            self.partner = self.make_customer(credit_limit=1000)
            order = self.make_sent(1500, customer=self.partner, require_payment=True, prepayment_percent=0.1)
            with self.subTest(paid=paid):
                self.pay(order, "done", paid)
                self.assertEqual(order.state, state)
                self.assertEqual(bool(order.key_account_held_on), state == "sent")
                self.assert_limit_kept(self.partner)

    def test_what_is_paid_in_another_currency(self):
        pricelist = self._create_pricelist(name="Euro", currency_id=self.euro.id)
        values = {"pricelist_id": pricelist.id, "require_payment": True, "prepayment_percent": 0.1}
        self.currency = self.euro
        for paid, state in ((300, "sale"), (299.99, "sent")):
            self.partner = self.make_customer(credit_limit=1000)
            order = self.make_sent(800, customer=self.partner, **values)
            with self.subTest(paid=paid):
                self.pay(order, "done", paid)
                self.assertEqual(order.state, state)

    def test_money_that_is_only_reserved_does_not_count(self):
        order = self.make_sent(1500, require_payment=True)
        self.pay(order, "authorized", 1500)
        self.assert_held(order)

    def test_what_was_paid_for_a_held_order_counts_once_it_is_booked(self):
        order = self.make_sent(1800, require_payment=True, prepayment_percent=0.1)
        self.pay(order, "done", 700)
        self.assert_held(order)
        self.assert_not_confirmed(order)
        self.customer.credit_limit = 1100
        self.confirm(order)
        self.assert_not_held(order, "sale")
        self.assert_limit_kept()
