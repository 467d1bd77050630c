from contextlib import suppress

from odoo.exceptions import UserError
from odoo.fields import Command

from ..credit_guard_common import LINE, ORDER, CreditGuardCommon

BILLING = "base.group_user,account.group_account_invoice,base.group_partner_manager"
SELLER_OF_CONTACTS = "base.group_user,sales_team.group_sale_salesman,base.group_partner_manager"


class TestNoWayToConfirm(CreditGuardCommon):
    """A quotation over the limit does not become an order, however somebody asks for it.

    Odoo only warns: 50,000 are confirmed against a limit of 1,000.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.big_offer = cls.offer(50_000)

    def prepare_line(self, **values):
        return {"product_id": self.good.id, "price_unit": 50_000.0, "tax_ids": [], **values}

    def attempt(self, model, method, *args, context=None):
        """A call that may fail, and of which nothing stays if it does, as in a request."""
        with suppress(UserError), self.cr.savepoint():
            self.call(self.salesperson, model, method, *args, context=context)
            self.env(user=self.salesperson.id, su=False).flush_all()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assert_limit_kept()

    def test_each_call_that_confirms(self):
        order = self.big_offer
        confirmed = {"state": "sale"}
        by_customer = {"sale_order_ids": [Command.update(order.id, confirmed)]}
        with_line = {**confirmed, "order_line": [Command.create(self.prepare_line())]}
        calls = {
            "button": (ORDER, "action_confirm", order.ids),
            "write": (ORDER, "write", order.ids, confirmed),
            "form": (ORDER, "web_save", order.ids, confirmed, {}),
            "list": (ORDER, "web_save_multi", order.ids, [confirmed], {}),
            "customer": ("res.partner", "write", self.customer.ids, by_customer),
            "line": (LINE, "write", order.order_line.ids, {"order_id": order.id, "state": "sale"}),
            "with lines": (ORDER, "write", order.ids, with_line),
        }
        for name, call in calls.items():
            with self.subTest(name):
                self.attempt(*call)
                self.assertEqual(order.state, "draft")

    def test_no_order_is_born_confirmed(self):
        line, default = self.prepare_line(), {"default_state": "sale"}
        values = {"partner_id": self.customer.id, "order_line": [Command.create(line)]}
        confirmed = {**values, "state": "sale"}
        by_customer = {"sale_order_ids": [Command.create(confirmed)]}
        calls = {
            "create": ((ORDER, "create", confirmed), {}),
            "several": ((ORDER, "create", [values, confirmed]), {}),
            "form": ((ORDER, "web_save", [], confirmed, {}), {}),
            "default": ((ORDER, "create", values), default),
            "copy": ((ORDER, "copy", self.big_offer.ids, {"state": "sale"}), {}),
            "copy, default": ((ORDER, "copy", self.big_offer.ids), default),
            "customer": (("res.partner", "write", self.customer.ids, by_customer), {}),
            "line's order": ((LINE, "create", line), {"default_order_id": self.big_offer.id, **default}),
        }
        for name, (call, context) in calls.items():
            with self.subTest(name):
                self.attempt(*call, context=context)

    def test_no_order_is_imported_confirmed(self):
        columns = ["partner_id/.id", "order_line/product_id/.id", "order_line/price_unit", "order_line/product_uom_qty"]
        cells = [str(self.customer.id), str(self.good.id), "50000", "1"]
        imports = {
            "new": ([*columns, "state"], [*cells, "Sales Order"]),
            "known": ([".id", "state"], [str(self.big_offer.id), "Sales Order"]),
        }
        for name, (header, row) in imports.items():
            with self.subTest(name):
                result = self.call(self.salesperson, ORDER, "load", header, [row])
                self.assertFalse(result["ids"])
                self.assertIn("exceeds what Customer may have on credit", result["messages"][0]["message"])
                self.env.invalidate_all()
                self.assert_limit_kept()

    def test_context_and_stored_figures_have_no_say(self):
        self.call(self.salesperson, ORDER, "write", self.big_offer.ids, {"amount_total": 1, "amount_untaxed": 1})
        for name in (ORDER, LINE):
            records = self.big_offer if name == ORDER else self.big_offer.order_line
            self.assert_refused(self.salesperson, name, "write", records.ids, {"key_account_uninvoiced_amount": 1.0})
        context = {
            "bypass_risk": True,
            "key_account_hold_instead_of_raising": True,
            "key_account_order_change": True,
            "validate_analytic": False,
            "default_key_account_uninvoiced_amount": 0,
            "accrual_entry_date": "2001-01-01",
            "tracking_disable": True,
        }
        self.assert_not_confirmed(self.big_offer, context=context)
        self.attempt(ORDER, "copy", self.big_offer.ids, {"state": "sale"}, context=context)

    def test_sudo_is_bound_too(self):
        with self.assertRaises(UserError):
            self.big_offer.sudo().action_confirm()

    def test_whoever_catches_the_refusal_does_not_get_it_committed(self):
        with suppress(UserError):
            self.big_offer.action_confirm()
        self.assertFalse(self.commit())
        self.assertFalse(self.commit())
        self.big_offer.order_line.price_unit = 1000
        self.assertTrue(self.commit())
        self.assertEqual(self.big_offer.state, "sale")

    def commit(self):
        """What a real cursor does before it commits; false if it does not get so far."""
        try:
            self.env.cr.flush()
        except UserError:
            return False
        return True


class TestInvoicesOfOthers(CreditGuardCommon):
    """What is invoiced does not count any more, but whoever sells does not say what is.

    He can read the invoices of all his customers, and link them over RPC.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        unlimited = cls.make_customer(name="Unlimited")
        cls.sold = cls.sell(unlimited, (1, 50_000), user_id=cls.salesperson.id)
        cls.advance = cls.pay_in_advance(cls.sold, 40_000)
        cls.invoice = cls.bill(cls.sold)
        cls.order = cls.offer(40_000)

    def test_invoiced_lines_are_not_linked(self):
        link = {"invoice_lines": [Command.link(self.invoice.invoice_line_ids[0].id)]}
        line = {"product_id": self.good.id, "price_unit": 5000.0, "tax_ids": [], "order_id": self.order.id}
        by_order = {"order_line": [Command.update(self.order.order_line.id, link)]}
        default = {f"default_{name}": value for name, value in link.items()}
        calls = {
            "write": ((LINE, "write", self.order.order_line.ids, link), {}),
            "by the order": ((ORDER, "write", self.order.ids, by_order), {}),
            "create": ((LINE, "create", {**line, **link}), {}),
            "default": ((LINE, "create", line), default),
        }
        for name, (call, context) in calls.items():
            with self.subTest(name):
                message = self.get_refusal(self.salesperson, *call, context=context)
                self.assertIn("Odoo records which", message)

    def test_a_down_payment_stays_in_its_order(self):
        line = self.advance.invoice_line_ids.sale_line_ids
        message = self.get_refusal(self.salesperson, LINE, "write", line.ids, {"order_id": self.order.id})
        self.assertIn("Odoo records which", message)
        linked = {"order_line": [Command.link(line[0].id)]}
        self.get_refusal(self.salesperson, ORDER, "write", self.order.ids, linked)
        self.assert_not_confirmed(self.order)

    def test_salespeople_still_invoice(self):
        order = self.confirmed(600)
        values = {"advance_payment_method": "delivered", "sale_order_ids": [Command.set(order.ids)]}
        wizard = self.call(self.salesperson, "sale.advance.payment.inv", "create", values)
        self.call(self.salesperson, "sale.advance.payment.inv", "create_invoices", [wizard])
        self.env.invalidate_all()
        self.assert_exposure(draft_invoices=600)

    def test_a_line_that_was_invoiced_is_saved_with_its_own_order(self):
        line = self.sold.order_line[0]
        self.call(self.salesperson, LINE, "write", line.ids, {"order_id": self.sold.id, "name": "Machine"})
        self.assertEqual(line.name, "Machine")


class TestAmountsBesideThePrice(CreditGuardCommon):
    """Amounts that a line brings beside its price vanish when a part of it is invoiced, or somebody removes them."""

    def prepare_line(self, quantity=1.0, manual=50.0):
        amounts = {
            "manual_tax_amounts": {str(self.tax.id): {"tax_amount_currency": 0.0}},
            "manual_total_excluded_currency": manual,
            "manual_total_excluded": manual,
            "currency_id": self.company.currency_id.id,
            "price_unit": 5000.0,
            "discount": 0.0,
            "quantity": quantity,
            "rate": 1.0,
        }
        values = {"price_unit": 5000.0, "product_uom_qty": quantity, "tax_ids": [Command.set(self.tax.ids)]}
        return {**values, "extra_tax_data": amounts}

    def test_they_make_nothing_cheaper(self):
        for quantity in (1.0, 10.0):
            with self.subTest(quantity):
                order = self.offer(self.prepare_line(quantity))
                self.assertEqual((order.amount_total, order.key_account_uninvoiced_amount), (50, 5500 * quantity))
                self.assert_not_confirmed(order)

    def test_a_confirmed_order_is_not_raised_by_them(self):
        self.customer.credit_limit = 5500
        line = self.prepare_line(manual=8000.0)
        self.assert_not_confirmed(self.offer(line))
        order = self.confirmed({**line, "extra_tax_data": False})
        dearer = {"extra_tax_data": line["extra_tax_data"]}
        self.get_refusal(self.salesperson, LINE, "write", order.order_line.ids, dearer)


class TestWhatCounts(CreditGuardCommon):
    """The limit and what is used are what they are, in the right company, of whoever owes."""

    def test_taking_the_own_limit_off_brings_that_of_the_company(self):
        self.env["ir.default"].set("res.partner", "credit_limit", 400, company_id=self.company.id)
        billing = self.make_user("billing", BILLING)
        self.call(billing, "res.partner", "write", self.customer.ids, {"use_partner_credit_limit": False})
        self.env.flush_all()
        self.assert_outcome(True, self.offer(400))
        self.assert_outcome(False, self.offer(400.01))

    def test_nothing_on_credit_stays_nothing_whatever_limit_is_entered(self):
        self.customer.key_account_no_credit = True
        billing = self.make_user("billing", BILLING)
        for values in ({"use_partner_credit_limit": False}, {"credit_limit": 0}, {"credit_limit": 5000}):
            self.call(billing, "res.partner", "write", self.customer.ids, values)
            self.env.flush_all()
            self.assert_outcome(False, self.offer(0.01))

    def test_goods_invoiced_on_delivery_count_before_they_are_delivered(self):
        line = {"product_id": self.delivered.id, "product_uom_qty": 10, "price_unit": 100.0}
        self.assert_not_confirmed(self.offer({**line, "product_uom_qty": 10.01}))
        self.confirmed(line)
        self.assert_not_confirmed(self.offer(0.01))

    def test_returns_in_an_order_take_off_when_they_are_deducted(self):
        """What nobody brings back would let anything go out, and an invoice need not deduct what is back."""
        sold = {"product_id": self.delivered.id, "product_uom_qty": 100, "price_unit": 100.0}
        order = self.offer(sold, {**sold, "product_uom_qty": -100})
        self.assertEqual(order.key_account_uninvoiced_amount, 10_000)
        self.assert_not_confirmed(order)
        for returned in (-30, -100, -120):
            order.order_line[1].qty_delivered = returned
            self.assertEqual(order.key_account_uninvoiced_amount, 10_000)

    def test_the_limit_of_whoever_is_invoiced_counts(self):
        unlimited = self.make_customer(name="Unlimited")
        self.assert_not_confirmed(self.offer(1000.01, customer=unlimited, partner_invoice_id=self.customer.id))
        self.assert_confirms(self.offer(1000.01, partner_invoice_id=unlimited.id))
        self.assert_confirms(self.offer(1000, customer=unlimited, partner_invoice_id=self.customer.id))
        self.assert_not_confirmed(self.offer(0.01))

    def test_a_contact_that_left_its_company_has_no_limit_of_its_own(self):
        contact = self.make_customer(name="Contact", parent_id=self.customer.id)
        seller = self.make_user("contacts", "base.group_user,sales_team.group_sale_salesman,base.group_partner_manager")
        self.confirm(self.offer(1000))
        self.call(seller, "res.partner", "write", contact.ids, {"parent_id": False, "is_company": True})
        self.assert_not_confirmed(self.offer(0.01, customer=contact), user=seller)

    def test_detached_and_confirmed_in_one_call(self):
        contact = self.make_customer(name="Contact", parent_id=self.customer.id)
        seller = self.make_user("contacts", "base.group_user,sales_team.group_sale_salesman,base.group_partner_manager")
        self.confirm(self.offer(600))
        order = self.offer(600, customer=contact)
        order.user_id = seller
        values = {"parent_id": False, "sale_order_ids": [Command.update(order.id, {"state": "sale"})]}
        self.get_refusal(seller, "res.partner", "write", contact.ids, values)

    def test_drafts_of_invoices_outside_orders_count(self):
        self.make_invoice(self.customer, 400, "2026-01-01", post=False)
        self.assert_outcome(True, self.offer(600))
        self.assert_outcome(False, self.offer(600.01))

    def test_a_paid_down_payment_counts_once(self):
        order = self.confirmed(600)
        invoice = self.pay_in_advance(order, 300)
        self.make_payment(invoice, "2026-01-01")
        self.assert_outcome(True, self.offer(700))
        self.assert_outcome(False, self.offer(700.01))

    def test_the_company_of_the_order_counts_and_not_that_of_the_user(self):
        other = self.setup_other_company()["company"]
        other.account_use_credit_limit = True
        self.salesperson.company_ids |= other
        self.customer.with_company(other).credit_limit = 1e6
        order = self.offer(1000.01)
        for companies in ([other.id, self.company.id], [other.id], [self.company.id]):
            with self.subTest(companies):
                with suppress(UserError), self.cr.savepoint():
                    self.confirm(order, context={"allowed_company_ids": companies})
                self.env.invalidate_all()
                self.assertEqual(order.state, "draft")

    def test_who_raises_a_limit_is_in_the_ledger(self):
        billing = self.make_user("billing", BILLING)
        order = self.offer(1500)
        self.assert_refused(self.salesperson, "res.partner", "write", self.customer.ids, {"credit_limit": 1500})
        self.assert_not_confirmed(order)
        self.call(billing, "res.partner", "write", self.customer.ids, {"credit_limit": 1500})
        self.assert_confirms(order)
        entry = self.env["key.account.credit.entry"].search([("partner_id", "=", self.customer.id)], limit=1)
        self.assertEqual((entry.user_id, entry.old_limit, entry.new_limit), (billing, 1000, 1500))

    def test_splitting_an_order_does_not_help(self):
        orders = self.env[ORDER].union(*(self.offer(400) for _part in range(3)))
        self.confirm(orders[0])
        self.confirm(orders[1])
        self.assert_not_confirmed(orders[2])
        self.assert_limit_kept()
