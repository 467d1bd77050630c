from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from ...models.guard.order_checks import CreditCheck
from ..credit_guard_common import LINE, ORDER, CreditGuardCommon


class TestLimit(CreditGuardCommon):
    """At the limit an order is confirmed, a cent above it is not."""

    def test_thresholds(self):
        cases = [
            # limit, used by others, value, whether it fits
            (1000, 0, 999.99, True),
            (1000, 0, 1000, True),
            (1000, 0, 1000.01, False),
            (1000, 700, 299.99, True),
            (1000, 700, 300, True),
            (1000, 700, 300.01, False),
            (0.01, 0, 0.01, True),
            (0.01, 0, 0.02, False),
            (1e9, 0, 1e9, True),
            (1e9, 0, 1e9 + 0.01, False),
        ]
        for limit, used, value, fits in cases:
            with self.subTest(limit=limit, used=used, value=value):
                customer = self.make_customer(credit_limit=limit)
                if used:
                    self.make_invoice(customer, used, "2024-01-01")
                self.assert_outcome(fits, self.offer(value, customer=customer))

    def test_no_limit_and_limit_zero(self):
        nothing, unlimited = self.make_customer(key_account_no_credit=True), self.make_customer()
        self.assert_confirms(self.offer(1e9, customer=unlimited))
        message = self.assert_not_confirmed(self.offer(0.01, customer=nothing))
        self.assertIn("Limit $ 0.00 · open $ 0.00 · this order $ 0.01 · over by $ 0.01", message)

    def test_who_gets_nothing_on_credit_pays_in_advance(self):
        nothing = self.make_customer(key_account_no_credit=True)
        self.prepay(nothing, 500)
        self.assert_outcome(False, self.offer(500.01, customer=nothing))
        self.assert_outcome(True, self.offer(500, customer=nothing))

    def test_an_order_that_uses_nothing_is_nobodys_business(self):
        self.make_invoice(self.customer, 5000, "2024-01-01")
        self.assert_confirms(self.offer((1, 0.0)))
        self.assert_confirms(self.offer((-1, 100.0)))
        self.assert_not_confirmed(self.offer(0.01))

    def test_policies(self):
        cases = [
            # policy, whether the company uses limits, whether there is an approval, whether it is confirmed
            ("warn", True, False, True),
            ("approval", True, False, False),
            ("approval", True, True, True),
            ("block", True, False, False),
            ("block", True, True, False),
            ("block", False, False, True),
            ("approval", False, False, True),
        ]
        order = self.offer(1500)
        for policy, uses_limits, approved, fits in cases:
            with self.subTest(policy, limits=uses_limits, approved=approved), self.cr.savepoint() as savepoint:
                if approved:
                    self.consent(order)
                self.company.write({"key_account_credit_policy": policy, "account_use_credit_limit": uses_limits})
                self.assert_outcome(fits, order)
                savepoint.rollback()
                self.env.invalidate_all()
                self.env.registry.clear_cache()

    def test_the_company_of_the_order_decides(self):
        other = self.setup_other_company()["company"]
        other.write({"account_use_credit_limit": True, "key_account_credit_policy": "block"})
        self.salesperson.company_ids |= other
        self.customer.with_company(other).credit_limit = 100
        self.confirm(self.offer(1000))
        context = {"allowed_company_ids": [self.company.id, other.id]}
        self.assert_not_confirmed(self.offer(100.01, company=other), context=context)
        order = self.offer(100, company=other)
        self.confirm(order, context=context)
        self.assertEqual(order.state, "sale")

    def test_contacts_share_the_limit_of_their_company(self):
        contact = self.make_customer(name="Contact", parent_id=self.customer.id)
        self.confirm(self.offer(700))
        self.assert_outcome(False, self.offer(300.01, customer=contact))
        self.assert_outcome(True, self.offer(300, customer=contact))

    def test_another_currency_at_the_rate_of_today(self):
        pricelist = self._create_pricelist(name="Euro", currency_id=self.euro.id)
        self.assert_outcome(True, self.offer(500, pricelist_id=pricelist.id))
        self.assert_outcome(False, self.offer(500.01, pricelist_id=pricelist.id))
        self.confirm(self.offer(400, pricelist_id=pricelist.id))
        self.assert_outcome(True, self.offer(200))
        self.assert_outcome(False, self.offer(200.01))

    def test_what_fits_on_the_screen_fits_when_it_is_confirmed(self):
        """To the cent, also where several orders in a foreign currency are added up before they are converted."""
        pound = self.setup_other_currency("GBP", rates=[("2000-01-01", 0.7)])
        pricelist = self._create_pricelist(name="Pound", currency_id=pound.id)
        # 428.6429 and 428.7143 dollars: 857.3572 together, 857.35 each by itself.
        self.sell(self.customer, (1, 300.05), pricelist_id=pricelist.id)
        order = self.offer(300.1, pricelist_id=pricelist.id)
        self.customer.credit_limit = 857.34
        verdict = self.env["key.account.credit"]._judge_orders(order)[order]
        self.assertEqual(str(verdict.excess), "0.01")
        self.assert_outcome(False, order)
        self.customer.credit_limit = 857.35
        self.assert_outcome(True, order)

    def test_a_currency_without_rate(self):
        unrated = self.env["res.currency"].create({"name": "XKA", "symbol": "x", "rounding": 0.01})
        pricelist = self._create_pricelist(name="Unrated", currency_id=unrated.id)
        message = self.assert_not_confirmed(self.offer(1, pricelist_id=pricelist.id))
        self.assertIn("is in XKA, for which", message)
        self.assert_confirms(self.offer((1, 0.0), pricelist_id=pricelist.id))
        unlimited = self.make_customer()
        self.assert_confirms(self.offer(1, customer=unlimited, pricelist_id=pricelist.id))

    def test_an_older_order_in_a_currency_without_rate_can_be_lowered(self):
        unrated = self.env["res.currency"].create({"name": "XKA", "symbol": "x", "rounding": 0.01})
        pricelist = self._create_pricelist(name="Unrated", currency_id=unrated.id)
        order = self.offer(100, pricelist_id=pricelist.id)
        self.company.key_account_credit_policy = "warn"
        self.confirm(order)
        self.company.key_account_credit_policy = "block"
        self.call(self.salesperson, LINE, "write", order.order_line.ids, {"price_unit": 99.0})
        self.get_refusal(self.salesperson, LINE, "write", order.order_line.ids, {"price_unit": 99.01})

    def test_the_message_says_what_and_why_and_what_to_do(self):
        self.make_invoice(self.customer, 700, "2024-01-01")
        order = self.offer(500)
        for policy, way_out in (("block", "must raise the limit"), ("approval", "press “Ask for Approval”")):
            self.company.key_account_credit_policy = policy
            message = self.assert_not_confirmed(order)
            self.assertIn(f"{order.name} exceeds what Customer may have on credit", message)
            self.assertIn("Limit $ 1,000.00 · open $ 700.00 · this order $ 500.00 · over by $ 200.00", message)
            self.assertIn(way_out, message)


class TestSeveralOrdersAtOnce(CreditGuardCommon):
    """Several orders in one action are judged one after the other."""

    def offers(self, *amounts, customer=None):
        return self.env[ORDER].union(*(self.offer(amount, customer=customer) for amount in amounts))

    def test_together_they_fit_or_those_that_do_not_are_named(self):
        cases = [
            # amounts, positions of those that do not fit
            ((500, 500), ()),
            ((500, 500.01), (1,)),
            ((600, 500, 400), (1,)),
            ((1000.01, 1000), (0,)),
            ((400, 700, 700, 600), (1, 2)),
        ]
        for amounts, refused in cases:
            with self.subTest(amounts), self.cr.savepoint() as savepoint:
                orders = self.offers(*amounts)
                if refused:
                    message = self.assert_not_confirmed(orders)
                    named = [index for index, order in enumerate(orders) if order.name in message]
                    self.assertEqual(named, list(refused))
                else:
                    self.assert_confirms(orders)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_what_the_first_uses_is_in_the_message_of_the_second(self):
        message = self.assert_not_confirmed(self.offers(600, 500))
        self.assertIn("open $ 600.00 · this order $ 500.00 · over by $ 100.00", message)

    def test_customers_do_not_stand_in_each_others_way(self):
        second = self.make_customer(credit_limit=300)
        orders = self.offers(1000) | self.offers(300, customer=second) | self.offers(1e6, customer=self.make_customer())
        self.assert_confirms(orders)

    def test_an_approved_order_takes_the_room_of_the_next(self):
        self.company.key_account_credit_policy = "approval"
        orders = self.offers(1200, 100)
        self.consent(orders[0])
        message = self.assert_not_confirmed(orders)
        self.assertNotIn(orders[0].name, message)
        self.assertIn("open $ 1,200.00", message)

    def test_one_call_after_the_other_in_the_same_transaction(self):
        first, second, third = self.offers(600, 400, 0.01)
        (first | second).flush_recordset()
        for order in (first, second):
            order.with_user(self.salesperson).action_confirm()
        with self.assertRaises(UserError):
            third.with_user(self.salesperson).action_confirm()

    def test_nothing_counts_twice_where_all_cursors_are_one(self):
        """As in browser tests; else the view of others does not show what this transaction changed."""
        self.registry_enter_test_mode()
        first, second = self.offers(600, 400)
        self.assert_confirms(first)
        self.env["key.account.exposure.entry"]._gc_entries()
        self.assert_confirms(second)

    def test_what_was_undone_does_not_count(self):
        first, second = self.offers(600, 1000)
        with suppress(ZeroDivisionError), self.cr.savepoint():
            first.with_user(self.salesperson).action_confirm()
            1 / 0  # noqa: B018
        self.assert_confirms(second)


class TestConfirmedOrder(CreditGuardCommon):
    """A confirmed order cannot be raised over the limit; whatever uses no more is left alone."""

    def test_ways_to_raise_it(self):
        """Each up to the limit, and a cent over it."""
        order = self.confirmed(500, 300)
        first, line = order.order_line[0], {"product_id": self.good.id, "tax_ids": []}
        cases = {
            "price": lambda more: (LINE, "write", first.ids, {"price_unit": 500 + more}),
            "price by the order": lambda more: (
                ORDER,
                "write",
                order.ids,
                {"order_line": [Command.update(first.id, {"price_unit": 500 + more})]},
            ),
            "new line": lambda more: (LINE, "create", {**line, "order_id": order.id, "price_unit": more}),
            "new line by the order": lambda more: (
                ORDER,
                "write",
                order.ids,
                {"order_line": [Command.create({**line, "price_unit": more})]},
            ),
            "tax": lambda more: (LINE, "write", first.ids, {"tax_ids": [Command.link(self.make_tax(more / 5).id)]}),
            "line of another": lambda more: (LINE, "write", self.offer(more).order_line.ids, {"order_id": order.id}),
        }
        for name, get_call in cases.items():
            for more, fits in ((200, True), (200.01, False)):
                with self.subTest(name, more=more), self.cr.savepoint() as savepoint:
                    call = get_call(more)
                    if fits:
                        self.call(self.salesperson, *call)
                        self.assert_limit_kept()
                        self.assertEqual(order.key_account_uninvoiced_amount, 1000)
                    else:
                        self.get_refusal(self.salesperson, *call)
                    savepoint.rollback()
                    self.env.invalidate_all()

    def make_tax(self, amount):
        return self.env["account.tax"].create(
            {
                "name": "Tax",
                "amount": amount,
                "company_id": self.company.id,
                "price_include_override": "tax_excluded",
            }
        )

    def test_quantity(self):
        order = self.confirmed((5, 100.0), (2, 100.0))
        self.get_refusal(self.salesperson, LINE, "write", order.order_line[0].ids, {"product_uom_qty": 8.01})
        self.call(self.salesperson, LINE, "write", order.order_line[0].ids, {"product_uom_qty": 8.0})
        self.get_refusal(self.salesperson, LINE, "unlink", self.add_discount(order).ids)

    def add_discount(self, order):
        """A line that takes 100 off, and 100 more of something else."""
        values = {"order_id": order.id, "product_id": self.good.id, "tax_ids": [], "product_uom_qty": 1}
        off = self.env[LINE].create({**values, "price_unit": -100.0})
        self.env[LINE].create({**values, "price_unit": 100.0})
        order.locked = False
        return off

    def test_more_delivered_than_ordered(self):
        line = {"product_id": self.delivered.id, "product_uom_qty": 5, "price_unit": 100.0}
        order = self.confirmed(line, 500)
        for delivered, fits in ((5, True), (5.01, False)):
            arguments = (LINE, "write", order.order_line[0].ids, {"qty_delivered": delivered})
            if fits:
                self.call(self.salesperson, *arguments)
            else:
                self.get_refusal(self.salesperson, *arguments)

    def test_another_who_is_invoiced(self):
        second = self.make_customer(name="Second", credit_limit=500)
        contact = self.make_customer(name="Contact", parent_id=self.customer.id)
        order = self.confirmed(501)
        for name in ("partner_invoice_id", "partner_id"):
            message = self.get_refusal(self.salesperson, ORDER, "write", order.ids, {name: second.id})
            self.assertIn("exceeds what Second may have on credit", message)
        self.call(self.salesperson, ORDER, "write", order.ids, {"partner_invoice_id": contact.id})
        self.call(self.salesperson, LINE, "write", order.order_line.ids, {"price_unit": 500.0})
        self.call(self.salesperson, ORDER, "write", order.ids, {"partner_invoice_id": second.id})
        self.assertEqual(order.partner_invoice_id, second)

    def test_another_pricelist_that_makes_it_more(self):
        pricelist = self._create_pricelist(name="Euro", currency_id=self.euro.id)
        order = self.confirmed(501)
        self.get_refusal(self.salesperson, ORDER, "write", order.ids, {"pricelist_id": pricelist.id})

    def test_over_the_limit_by_now_it_may_change_as_long_as_it_uses_no_more(self):
        order = self.confirmed(500, 300)
        self.make_invoice(self.customer, 5000, "2024-01-01")
        first, second = order.order_line
        values = {
            "order_line": [
                Command.update(first.id, {"price_unit": 400}),
                Command.update(second.id, {"price_unit": 400}),
            ]
        }
        for name, call in {
            "shifted": (ORDER, "write", order.ids, values),
            "same": (LINE, "write", first.ids, {"price_unit": 400.0}),
            "less": (LINE, "write", first.ids, {"price_unit": 399.99}),
            "note": (ORDER, "write", order.ids, {"note": "Thanks"}),
            "state again": (ORDER, "write", order.ids, {"state": "sale"}),
            "line deleted": (LINE, "write", second.ids, {"product_uom_qty": 0}),
        }.items():
            with self.subTest(name):
                self.call(self.salesperson, *call)
        self.get_refusal(self.salesperson, LINE, "write", first.ids, {"price_unit": 400.0})
        self.call(self.salesperson, ORDER, "action_cancel", order.ids)
        self.assertEqual(order.state, "cancel")

    def test_cancelled_and_lowered_orders_make_room(self):
        order = self.confirmed(1000)
        waiting = self.offer(100)
        self.assert_not_confirmed(waiting)
        self.call(self.salesperson, LINE, "write", order.order_line.ids, {"price_unit": 900.0})
        self.assert_confirms(waiting)

    def test_invoicing_and_paying_an_order_is_no_change_of_it(self):
        order = self.confirmed(1000)
        self.customer.credit_limit = 1
        invoice = self.bill(order)
        self.assertEqual(invoice.state, "posted")
        self.assert_not_confirmed(self.offer(1))
        self.make_payment(invoice, "2026-01-01")
        self.assert_confirms(self.offer(1))

    def test_a_message_about_a_confirmed_order(self):
        order = self.confirmed(1000)
        for policy, way_out in (("block", "must raise the limit"), ("approval", "cancel the order")):
            self.company.key_account_credit_policy = policy
            message = self.get_refusal(self.salesperson, LINE, "write", order.order_line.ids, {"price_unit": 1001.0})
            self.assertIn("this change was not made", message)
            self.assertIn(way_out, message)


class TestConsent(CreditGuardCommon):
    """An approval is for an order of that size, so far over the limit, of that customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.key_account_credit_policy = "approval"

    def test_within_what_was_approved(self):
        order = self.offer(1500)
        self.consent(order)
        for value, fits in ((1499.99, True), (1500, True), (1500.01, False)):
            order.order_line.price_unit = value
            self.assert_outcome(fits, order)

    def test_further_over_the_limit_than_approved(self):
        order = self.offer(1500)
        self.consent(order)
        self.confirm(self.offer(0.01))
        self.assert_not_confirmed(order)

    def test_a_confirmed_order_may_be_raised_up_to_what_was_approved(self):
        order = self.offer(1500)
        self.consent(order)
        order.order_line.price_unit = 1200
        self.confirm(order)
        self.call(self.salesperson, LINE, "write", order.order_line.ids, {"price_unit": 1500.0})
        self.get_refusal(self.salesperson, LINE, "write", order.order_line.ids, {"price_unit": 1500.01})

    def test_what_one_customer_got_is_not_for_another(self):
        second = self.make_customer(credit_limit=1000)
        order = self.offer(1500)
        self.consent(order)
        order.partner_invoice_id = second
        self.assert_not_confirmed(order)


class TestOverdue(CreditGuardCommon):
    """Who owes something for too long gets nothing more, where the company wants it so."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"key_account_check_overdue": True, "key_account_overdue_days": 10})

    def owe(self, customer, days, amount=1):
        """An invoice that was due so many days ago."""
        due = fields.Date.today() - timedelta(days=days)
        return self.make_invoice(customer, amount, "2020-01-01", due=due)

    def test_days(self):
        for days, fits in ((-1, True), (0, True), (9, True), (10, True), (11, False), (500, False)):
            for limit in (1000, 0):
                with self.subTest(days=days, limit=limit):
                    customer = self.make_customer(credit_limit=limit)
                    self.owe(customer, days)
                    self.assert_outcome(fits, self.offer(1, customer=customer))

    def test_the_day_after_when_no_days_are_given(self):
        self.company.key_account_overdue_days = 0
        for days, fits in ((0, True), (1, False)):
            customer = self.make_customer()
            self.owe(customer, days)
            self.assert_outcome(fits, self.offer(1, customer=customer))

    def test_it_counts_only_where_the_company_checks_it(self):
        self.owe(self.customer, 500)
        self.assert_outcome(False, self.offer(1))
        self.company.key_account_check_overdue = False
        self.assert_outcome(True, self.offer(1))

    def test_paid_it_ends(self):
        invoice = self.owe(self.customer, 11)
        order = self.offer(1)
        message = self.assert_not_confirmed(order)
        self.assertIn("Overdue for more than 10 days: $ 1.00", message)
        self.assertIn("The overdue amount must be paid first.", message)
        self.assertNotIn("over by", message)
        self.assertNotIn("limit", message)
        self.make_payment(invoice, fields.Date.today())
        self.assert_confirms(order)

    def test_approval_of_overdue_amounts(self):
        self.company.key_account_credit_policy = "approval"
        invoice = self.owe(self.customer, 11)
        order = self.offer(1)
        self.consent(order)
        self.assert_outcome(True, order)
        self.owe(self.customer, 12, 0.01)
        self.assert_outcome(False, order)
        self.make_payment(invoice, fields.Date.today())
        self.assert_outcome(True, order)

    def test_confirmed_orders_may_be_lowered_and_not_raised(self):
        order = self.confirmed(500)
        self.owe(self.customer, 11)
        self.call(self.salesperson, LINE, "write", order.order_line.ids, {"price_unit": 499.0})
        self.get_refusal(self.salesperson, LINE, "write", order.order_line.ids, {"price_unit": 499.01})

    def test_the_servers_day_counts(self):
        self.owe(self.customer, 10)
        order = self.offer(1)
        with freeze_time(fields.Datetime.now() + timedelta(days=1)):
            self.assert_not_confirmed(order)
        self.assert_confirms(order)


class TestSettings(CreditGuardCommon):
    """What the company wants holds from the moment on in which it says so."""

    def test_a_new_company_warns(self):
        company = self.env["res.company"].create({"name": "New"})
        self.assertEqual(company.key_account_credit_policy, "warn")
        self.assertFalse(company._get_key_account_credit_facts().enforces)

    def test_days_are_not_negative(self):
        self.company.key_account_overdue_days = 0
        with self.assertRaisesRegex(ValidationError, "cannot be overdue for -1 days"):
            self.company.key_account_overdue_days = -1

    def test_settings_are_those_of_the_company(self):
        settings = self.env["res.config.settings"].with_company(self.company).create({})
        self.assertEqual(settings.key_account_credit_policy, "block")
        settings.write({"key_account_credit_policy": "approval", "key_account_check_overdue": True})
        settings.key_account_overdue_days = 30
        settings.set_values()
        facts = self.company._get_key_account_credit_facts()
        self.assertEqual((facts.policy, facts.overdue_days, facts.enforces), ("approval", 30, True))

    def test_a_salesperson_does_not_change_them(self):
        values = {"key_account_credit_policy": "warn"}
        self.assert_refused(self.salesperson, "res.company", "write", self.company.ids, values)


class TestFewQueries(CreditGuardCommon):
    """Orders that nothing is in the way of cost next to nothing."""

    def count(self, order):
        """Queries of the guard for an order as it is."""
        check = CreditCheck(self.env(su=True))
        self.env.flush_all()
        order.invalidate_recordset()
        order.sudo().mapped("partner_invoice_id.commercial_partner_id")
        order.sudo().mapped("company_id.key_account_cap_ruleset_id")
        order.sudo().mapped("key_account_uninvoiced_amount")
        before = self.cr.sql_log_count
        check.get_over(order.sudo(), {order.id: None})
        return self.cr.sql_log_count - before

    def test_of_the_guard(self):
        unlimited = self.make_customer()
        cases = [
            # policy, overdue, customer, at most so many
            ("warn", False, self.customer, 0),
            ("block", False, unlimited, 1),
            ("block", True, unlimited, 2),
            ("block", False, self.customer, 4),
            ("approval", False, self.customer, 4),
        ]
        for policy, overdue, customer, most in cases:
            self.company.write({"key_account_credit_policy": policy, "key_account_check_overdue": overdue})
            order = self.sell(customer, (1, 100.0))
            self.count(order)  # what is cached for good
            with self.subTest(policy, overdue=overdue, customer=customer.name):
                self.assertLessEqual(self.count(order), most)


class TestVerdicts(CreditGuardCommon):
    """What screens and approvals are told: each order by itself, on top of what is confirmed."""

    def judge(self, orders, **options):
        return self.env["key.account.credit"]._judge_orders(orders, **options)

    def test_each_by_itself(self):
        confirmed = self.confirmed(600)
        orders = self.offer(500) | self.offer(300) | confirmed
        verdicts = self.judge(orders)
        figures = [
            (verdicts[order].limit, verdicts[order].used, verdicts[order].value, verdicts[order].excess)
            for order in orders
        ]
        expected = [(1000, 600, 500, 100), (1000, 600, 300, 0), (1000, 0, 600, 0)]
        self.assertEqual(figures, [tuple(map(Decimal, row)) for row in expected])

    def test_an_unsaved_order_counts_as_it_is_in_the_form(self):
        confirmed = self.confirmed(600)
        unsaved = self.env[ORDER].new(origin=confirmed)
        unsaved.order_line.price_unit = 1100.0
        verdict = self.judge(unsaved)[unsaved]
        self.assertEqual((verdict.used, verdict.value, verdict.excess), (0, 1100, 100))

    def test_left_out(self):
        unlimited = self.offer(1, customer=self.make_customer())
        nobodys = self.env[ORDER].new({"company_id": self.company.id})
        self.assertFalse(self.judge(unlimited))
        self.assertFalse(self.judge(nobodys))
        self.company.key_account_credit_policy = "warn"
        self.assertFalse(self.judge(self.offer(5000)))

    def test_a_currency_without_rate(self):
        unrated = self.env["res.currency"].create({"name": "XKA", "symbol": "x", "rounding": 0.01})
        pricelist = self._create_pricelist(name="Unrated", currency_id=unrated.id)
        order = self.offer(1, pricelist_id=pricelist.id)
        verdict = self.judge(order, strict=False)[order]
        self.assertTrue(verdict.over)
        self.assertIn("XKA", verdict.problem)
        with self.assertRaisesRegex(UserError, "XKA"):
            self.judge(order)
