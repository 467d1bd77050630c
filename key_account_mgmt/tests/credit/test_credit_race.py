import os
import threading
import time
from functools import partial
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..race_common import RaceCommon

ORDER = "sale.order"
LINE = "sale.order.line"
FEW_ENTRIES = "odoo.addons.key_account_mgmt.models.credit.key_account_exposure_entry.FEW_ENTRIES"
ROUNDS = int(os.environ.get("KEY_ACCOUNT_RACE_ROUNDS", "1"))
SETTINGS = {"account_use_credit_limit": True, "key_account_credit_policy": "block", "key_account_check_overdue": False}


class CreditRaceCommon(RaceCommon):
    """Orders of 100 against limits that some of them fit into, confirmed by people of whom each has a transaction.

    These are real transactions, through Odoo's own retries. What they commit is taken away afterwards.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = []
        with cls.environment() as env:
            admin = env.ref("base.user_admin")
            cls.user, company = admin.id, admin.company_id
            cls.company, cls.before = company.id, {name: company[name] for name in SETTINGS}
            company.write(SETTINGS)
            goods = {"name": "Goods", "type": "consu", "taxes_id": False, "list_price": 100}
            cls.good = env["product.product"].create(goods).id

    @classmethod
    def clean(cls):
        with cls.environment() as env:
            cls.remove_orders(env)
            customers = env["res.partner"].browse(cls.customers)
            (customers.child_ids | customers).unlink()
            env["product.product"].browse(cls.good).unlink()
            env["res.company"].browse(cls.company).write(cls.before)

    @classmethod
    def remove_orders(cls, env):
        orders = env[ORDER].search([("partner_id", "child_of", cls.customers)])
        orders._action_cancel()
        orders.unlink()

    @classmethod
    def make_customer(cls, limit):
        """A customer with a contact; the ids of both."""
        with cls.environment() as env:
            customers = env["res.partner"].with_company(cls.company)
            customer = customers.create({"name": "Many at once", "is_company": True, "credit_limit": limit})
            cls.customers.append(customer.id)
            return [customer.id, customers.create({"name": "Contact", "parent_id": customer.id}).id]

    @classmethod
    def make_offers(cls, partners, number, amount=100.0):
        """Quotations for these contacts by turns."""
        line = Command.create({"product_id": cls.good, "price_unit": amount, "tax_ids": []})
        with cls.environment() as env:
            values = [{"partner_id": partners[index % len(partners)], "order_line": [line]} for index in range(number)]
            return env[ORDER].with_user(cls.user).create(values).ids

    # ------------------------------------------------------------------------------------------------------------
    # People
    # ------------------------------------------------------------------------------------------------------------

    def race(self, calls):
        """Make remote calls at the same time, each from a transaction that began before any of them.

        :return: ``[(seconds, attempts, error)]``, one for each call
        """
        outcomes = [None] * len(calls)
        start = threading.Barrier(len(calls))
        threads = [
            threading.Thread(target=self.run_one, args=(start, call, outcomes, index))
            for index, call in enumerate(calls)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(300)
        return outcomes

    def run_one(self, start, call, outcomes, index):
        attempts, begun = [], time.monotonic()
        try:
            with self.person() as env:
                start.wait(60)
                begun = time.monotonic()
                retrying(partial(self.act, env, call, attempts), env)
            error = None
        except Exception as caught:
            error = caught
        outcomes[index] = (time.monotonic() - begun, len(attempts), error)

    def get_used(self, customer_id):
        with self.environment() as env:
            customer, company = env["res.partner"].browse(customer_id), env["res.company"].browse(self.company)
            return env["key.account.exposure"]._get_exposures(customer, company)[customer].used

    def get_confirmed(self, order_ids):
        with self.environment() as env:
            return env[ORDER].browse(order_ids).filtered(lambda order: order.state == "sale").ids


@tagged("post_install", "-at_install")
class TestManyAtOnce(CreditRaceCommon):
    """The limit is never passed, all who fit get through, and nobody sees an error that is none of his."""

    def assert_rounds(self, number, fitting):
        """Orders of 100, of which so many fit with 50 left over."""
        partners = self.make_customer(fitting * 100 + 50)
        for _round in range(ROUNDS):
            order_ids = self.make_offers(partners, number)
            outcomes = self.race([(ORDER, "action_confirm", [order_id]) for order_id in order_ids])
            errors = [error for _seconds, _attempts, error in outcomes if error]
            self.assertEqual([error for error in errors if type(error) is not UserError], [])
            self.assertTrue(all("over by" in str(error) for error in errors), errors)
            self.assertEqual(len(errors), number - fitting)
            self.assertEqual(len(self.get_confirmed(order_ids)), fitting)
            self.assertEqual(self.get_used(partners[0]), fitting * 100)
            self.note(number, outcomes)
            with self.environment() as env:
                self.remove_orders(env)

    def note(self, number, outcomes):
        """For ``KEY_ACCOUNT_RACE_REPORT``: how long people waited, and how often they were tried again."""
        if path := os.environ.get("KEY_ACCOUNT_RACE_REPORT"):
            seconds = sorted(one for one, _attempts, _error in outcomes)
            again = sum(attempts - 1 for _seconds, attempts, _error in outcomes)
            with open(path, "a", encoding="utf-8") as report:
                report.write(f"{number} {seconds[len(seconds) // 2]:.3f} {seconds[-1]:.3f} {again}\n")

    def test_2(self):
        self.assert_rounds(2, 1)

    def test_8(self):
        self.assert_rounds(8, 5)

    def test_32(self):
        self.assert_rounds(32, 20)

    def test_orders_of_different_size(self):
        """Whatever was refused would not fit in the end either."""
        partners = self.make_customer(1000)
        sizes = (700.0, 300.0, 300.01, 0.01, 450.0, 1000.0)
        amounts = {self.make_offers(partners, 1, size)[0]: size for size in sizes}
        self.race([(ORDER, "action_confirm", [order_id]) for order_id in amounts])
        used, confirmed = float(self.get_used(partners[0])), self.get_confirmed(list(amounts))
        self.assertAlmostEqual(used, sum(amounts[order_id] for order_id in confirmed))
        self.assertLessEqual(used, 1000)
        for order_id, amount in amounts.items():
            if order_id not in confirmed:
                self.assertGreater(round(used + amount, 2), 1000)

    def test_actions_on_the_same_customers_in_different_order(self):
        """Nobody waits for somebody who waits for him: customers are taken in the order of their ids."""
        one, two = self.make_customer(250), self.make_customer(250)
        pairs = [self.make_offers([one[0], two[0]], 2) for _index in range(4)]
        calls = [(ORDER, "action_confirm", pair[:: (-1) ** index]) for index, pair in enumerate(pairs)]
        outcomes = self.race(calls)
        self.assertEqual([attempts for _seconds, attempts, _error in outcomes], [1] * 4)
        self.assertEqual(sorted(error is None for *_figures, error in outcomes), [False, False, True, True])
        self.assertEqual((self.get_used(one[0]), self.get_used(two[0])), (200, 200))

    def test_who_waits_for_who_waits_for_him_is_tried_again(self):
        """Two transactions that take two customers in different order, one after the other."""
        one, two = self.make_customer(250)[:1], self.make_customer(250)[:1]
        errors, attempts, meeting = [], [], threading.Barrier(2)
        threads = [
            threading.Thread(target=self.confirm_one_by_one, args=(order_ids, meeting, attempts, errors))
            for order_ids in (self.make_offers([*one, *two], 2), self.make_offers([*two, *one], 2))
        ]
        with (
            patch("odoo.service.model.random.uniform", return_value=0.01),
            mute_logger("odoo.sql_db", "odoo.service.model"),
        ):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
        self.assertEqual(errors, [])
        self.assertEqual(len(attempts), 3)
        self.assertEqual((self.get_used(one[0]), self.get_used(two[0])), (200, 200))

    def confirm_one_by_one(self, order_ids, meeting, attempts, errors):
        def confirm(env):
            attempts.append(1)
            for order_id in order_ids:
                self.act(env, (ORDER, "action_confirm", [order_id]))
                if len(attempts) <= 2 and order_id == order_ids[0]:
                    meeting.wait(60)

        try:
            with self.person() as env:
                retrying(partial(confirm, env), env)
        except Exception as error:
            errors.append(error)


@tagged("post_install", "-at_install")
class TestTwoAtOnce(CreditRaceCommon):
    """Each way to use more, against each other: both began before the first is done."""

    def prepare_ways(self, partners):
        """Each uses 600 more, of a limit of 1,000."""
        (quotation,) = self.make_offers(partners, 1, 600.0)
        (order,) = self.make_offers(partners, 1, 100.0)
        (foreign,) = self.make_offers([self.make_customer(0)[0]], 1, 600.0)
        with self.environment() as env:
            env[ORDER].browse([order, foreign]).with_user(self.user).action_confirm()
            line = env[ORDER].browse(order).order_line.id
        values = {"order_id": order, "product_id": self.good, "price_unit": 600.0, "tax_ids": []}
        return {
            "confirm": (ORDER, "action_confirm", [quotation]),
            "write": (ORDER, "write", [quotation], {"state": "sale"}),
            "raise": (LINE, "write", [line], {"price_unit": 700.0}),
            "new line": (LINE, "create", values),
            "other customer": (ORDER, "write", [foreign], {"partner_invoice_id": partners[0]}),
        }

    def test_the_second_waits_and_is_refused(self):
        names = ("confirm", "write", "raise", "new line", "other customer")
        for first, second in zip(names, (*names[1:], names[0]), strict=True):
            with self.subTest(first=first, second=second):
                partners = self.make_customer(1000)
                ways, others = self.prepare_ways(partners), self.prepare_ways(partners)
                outcomes = [None]
                with self.person() as one:
                    self.act(one, ways[first])
                    start = threading.Barrier(2)
                    thread = threading.Thread(target=self.run_one, args=(start, others[second], outcomes, 0))
                    thread.start()
                    start.wait(60)  # by now the second has its view of the database
                    time.sleep(0.1)
                    one.cr.commit()
                    thread.join(60)
                self.assertEqual(type(outcomes[0][2]), UserError)
                self.assertEqual(self.get_used(partners[0]), 800)

    def test_an_order_that_is_raised_while_somebody_confirms_it(self):
        """Whichever is first: the other one fails, is tried again, and is refused."""
        for confirm_first in (True, False):
            with self.subTest(confirm_first=confirm_first):
                partners = self.make_customer(1000)
                (order_id,) = self.make_offers(partners, 1, 600.0)
                with self.environment() as env:
                    line_ids = env[ORDER].browse(order_id).order_line.ids
                calls = [(ORDER, "action_confirm", [order_id]), (LINE, "write", line_ids, {"price_unit": 1000.01})]
                first, second = calls if confirm_first else reversed(calls)
                with self.person() as one, self.person() as two:
                    self.act(one, first)
                    one.cr.commit()
                    with (
                        patch("odoo.service.model.random.uniform", return_value=0.01),
                        mute_logger("odoo.sql_db", "odoo.service.model"),
                        self.assertRaises(UserError),
                    ):
                        retrying(partial(self.act, two, second), two)
                self.assertEqual(self.get_used(partners[0]), 600 if confirm_first else 0)

    def test_customers_do_not_wait_for_each_other(self):
        one, two = (self.make_offers([self.make_customer(1000)[0]], 1) for _customer in range(2))
        with self.person() as first, self.person() as second:
            self.act(first, (ORDER, "action_confirm", one))
            self.act(second, (ORDER, "action_confirm", two))
            second.cr.commit()
            first.cr.commit()
        self.assertEqual(self.get_confirmed([*one, *two]), [*one, *two])

    def test_who_gives_up_makes_room(self):
        partners = self.make_customer(100)
        one, two = self.make_offers(partners, 2)
        with self.person() as first, self.person() as second:
            self.act(first, (ORDER, "action_confirm", [one]))
            first.cr.rollback()
            self.act(second, (ORDER, "action_confirm", [two]))
            second.cr.commit()
        self.assertEqual(self.get_confirmed([one, two]), [two])

    def test_entries_put_together_meanwhile_change_nothing(self):
        """The clean-up changes the rows that both read, and no sum."""
        partners = self.make_customer(1000)
        for _index in range(9):
            self.confirm_one(self.make_offers(partners, 1)[0])
        one, two = self.make_offers(partners, 2)
        with self.person() as first, self.person() as second:
            with self.environment() as env, patch(FEW_ENTRIES, 2):
                env["key.account.exposure.entry"]._gc_entries()
            self.act(first, (ORDER, "action_confirm", [one]))
            first.cr.commit()
            with self.assertRaises(UserError):
                self.act(second, (ORDER, "action_confirm", [two]))
        self.assertEqual(self.get_used(partners[0]), 1000)

    def confirm_one(self, order_id):
        with self.person() as env:
            self.act(env, (ORDER, "action_confirm", [order_id]))
            env.cr.commit()
