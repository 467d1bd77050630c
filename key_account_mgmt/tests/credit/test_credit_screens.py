import re
from decimal import Decimal

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form

from ..credit_common import CreditCommon

DOCUMENT = "key.account.exposure.document"


class CreditScreensCommon(CreditCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contact = cls.make_customer(name="Contact", parent_id=cls.customer.id)
        cls.unlimited = cls.make_customer(name="Unlimited")
        cls.zero = cls.make_customer(name="Zero", key_account_no_credit=True, credit_limit=500)
        cls.salesperson = cls.make_user("sales", "sales_team.group_sale_salesman")
        cls.accountant = cls.make_user("accounts", "account.group_account_invoice")
        cls.other_company = cls.setup_other_company(currency_id=cls.company.currency_id.id)["company"]

    @classmethod
    def make_user(cls, login, groups, companies=None):
        groups = groups if groups == "base.group_portal" else f"base.group_user,{groups}"
        companies = companies or cls.company
        return cls.env["res.users"].create(
            {
                "name": login,
                "login": f"credit_{login}",
                "company_id": companies[0].id,
                "company_ids": [Command.set(companies.ids)],
                "group_ids": [Command.set([cls.env.ref(group).id for group in groups.split(",")])],
            }
        )


class TestCreditLimits(CreditScreensCommon):
    """No limit and limit zero are two states."""

    def get_limits(self, customers, company=None):
        return self.env["res.partner"]._get_key_account_limits(customers, company or self.company)

    def test_limits(self):
        table = [
            (self.customer, Decimal(1000), "limited"),
            (self.contact, Decimal(1000), "limited"),
            (self.unlimited, None, "none"),
            (self.zero, Decimal(0), "zero"),
        ]
        for partner, limit, state in table:
            with self.subTest(partner.name):
                self.assertEqual(self.get_limits(partner), {partner.commercial_partner_id: limit})
                self.assertEqual(partner.with_company(self.company).key_account_credit_state, state)

    def test_the_limit_of_before_comes_back(self):
        self.zero.key_account_no_credit = False
        self.assertEqual(self.get_limits(self.zero)[self.zero], 500)

    def test_the_companys_default_is_a_limit(self):
        self.env["ir.default"].set("res.partner", "credit_limit", 250, company_id=self.company.id)
        self.assertEqual(self.get_limits(self.unlimited)[self.unlimited], 250)
        self.assertEqual(self.get_limits(self.customer)[self.customer], 1000)
        self.customer.use_partner_credit_limit = False
        self.assertEqual(self.get_limits(self.customer)[self.customer], 250)
        self.unlimited.credit_limit = 0
        self.assertIsNone(self.get_limits(self.unlimited)[self.unlimited])

    def test_a_company_without_credit_limits_has_none(self):
        self.company.account_use_credit_limit = False
        self.assertEqual(set(self.get_limits(self.customer | self.zero).values()), {None})
        self.assertEqual(self.zero.with_company(self.company).key_account_credit_state, "none")

    def test_limits_are_the_companys_that_is_asked(self):
        self.other_company.account_use_credit_limit = True
        self.customer.with_company(self.other_company).credit_limit = 70
        self.assertEqual(self.get_limits(self.customer, self.other_company)[self.customer], 70)
        self.assertIsNone(self.get_limits(self.zero, self.other_company)[self.zero])

    def test_negative_limits_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "cannot be -1"):
            self.customer.credit_limit = -1

    def test_a_negative_limit_of_before_allows_nothing(self):
        self.env["ir.default"].set("res.partner", "credit_limit", -5, company_id=self.company.id)
        self.assertEqual(self.get_limits(self.unlimited)[self.unlimited], 0)

    def test_what_to_write_for_a_limit(self):
        for limit in (None, Decimal(0), Decimal("12.5")):
            with self.subTest(limit):
                self.customer.write(self.customer._prepare_key_account_limit(limit))
                self.assertEqual(self.get_limits(self.customer)[self.customer], limit)

    def test_limits_are_read_at_once_by_whoever_sells(self):
        customers = (self.customer | self.contact | self.unlimited | self.zero).with_user(self.salesperson)
        self.get_limits(customers)  # the company and its default limit are known in any request
        self.env.flush_all()
        self.customer.invalidate_model(["credit_limit", "key_account_no_credit"])
        with self.assertQueryCount(1):
            limits = self.get_limits(customers)
        self.assertEqual(set(limits), set(customers.commercial_partner_id))

    def test_a_contact_that_leaves_its_company_takes_no_limit_along(self):
        manager = self.make_user("manager", "base.group_partner_manager", self.company | self.other_company)
        grandchild = self.make_customer(name="Grandchild", parent_id=self.contact.id)
        in_zero, free = (self.make_customer(parent_id=one.id) for one in (self.zero, self.unlimited))
        self.assertEqual(self.contact.with_company(self.company).credit_limit, 1000)
        leaving = self.contact | in_zero | free
        leaving.with_user(manager).with_company(self.other_company).write({"parent_id": False})
        limits = self.get_limits(leaving | grandchild)
        self.assertEqual(limits, {self.contact: Decimal(0), in_zero: Decimal(0), free: None})
        self.assertEqual(self.contact.credit_limit, 0)
        self.assertIn("nothing on credit", self.contact.message_ids[0].body)
        self.assertEqual(self.get_limits(self.customer)[self.customer], 1000)
        # Moving on to another company, or renaming, changes nothing.
        self.contact.write({"parent_id": self.unlimited.id, "name": "Moved"})
        self.assertEqual(self.get_limits(self.contact), {self.unlimited: None})

    def test_customers_are_found_by_state(self):
        mine = [("id", "in", (self.customer | self.contact | self.unlimited | self.zero).ids)]
        partners = self.env["res.partner"].with_company(self.company)
        table = [
            ("limited", self.customer | self.contact),
            ("none", self.unlimited),
            ("zero", self.zero),
        ]
        for state, found in table:
            with self.subTest(state):
                self.assertEqual(partners.search([*mine, ("key_account_credit_state", "=", state)]), found)
        either = partners.search([*mine, ("key_account_credit_state", "in", ("none", "zero"))])
        self.assertEqual(either, self.unlimited | self.zero)

    def test_whoever_sells_marks_and_unmarks_nobody(self):
        for values in ({"key_account_no_credit": False}, {"credit_limit": 9999}):
            with self.subTest(values), self.assertRaises(AccessError):
                self.zero.with_user(self.salesperson).write(values)


class TestCreditScreens(CreditScreensCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.leader = cls.make_user("leader", "sales_team.group_sale_salesman_all_leads")

    def test_customer_shows_limit_used_and_left(self):
        self.sell(self.contact, (2, 100))
        self.make_invoice(self.customer, 50, "2026-01-10", due="2026-01-31")
        self.env.flush_all()
        for partner in (self.customer, self.contact):
            with self.subTest(partner.name):
                partner = partner.with_user(self.salesperson).with_company(self.company)
                self.assertTrue(partner.key_account_uses_credit)
                self.assertEqual(partner.key_account_shown_limit, 1000)
                self.assertEqual(partner.key_account_credit_used, 250)
                self.assertEqual(partner.key_account_credit_free, 750)
                self.assertEqual(partner.key_account_credit_pct, 25)
                self.assertEqual(partner.key_account_overdue, 50)

    def test_bar(self):
        table = [
            (0, 1000, 0),
            (-5, 1000, 0),
            (999, 1000, 99),
            (1000, 1000, 100),
            (1500, 1000, 150),
            (1, 0, 100),
            (5, None, 0),
        ]
        for used, limit, expected in table:
            with self.subTest(used=used, limit=limit):
                limit = limit if limit is None else Decimal(limit)
                self.assertEqual(self.env["res.partner"]._get_key_account_credit_pct(Decimal(used), limit), expected)

    def test_forms_open_for_everybody_who_may_see_them(self):
        for user in (self.salesperson, self.accountant):
            with self.subTest(user.name):
                Form(self.customer.with_user(user).with_company(self.company))
        new = Form(self.env["res.partner"].with_company(self.company))
        self.assertEqual(new.key_account_credit_state, "none")
        Form(self.sell(self.customer, (1, 10), user_id=self.salesperson.id).with_user(self.salesperson))

    def tell(self, order, changes=None, user=None):
        """What a form is told of the credit of an order, with what is typed in it; ``$ 1,000.00`` as 1000."""
        self.env.flush_all()
        self.env.invalidate_all()  # each is a request of its own
        order = order.with_user(user or self.leader).with_company(self.company)
        credit = order.get_key_account_figures(changes or {})["credit"]
        names = ("limit", "used", "value", "free")
        amounts = {name: credit.get(f"{name}_text") for name in names} if credit else {}
        read = {name: float(re.sub(r"[^\d.-]", "", text)) for name, text in amounts.items() if text}
        return credit and {"state": credit["state"], **read, "pct": credit.get("pct"), "over": credit.get("over")}

    def test_order_shows_the_credit_of_whoever_is_invoiced(self):
        self.sell(self.customer, (2, 100))
        order = self.sell(self.unlimited, (3, 100), confirm=False, partner_invoice_id=self.contact.id)
        expected = {"state": "limited", "limit": 1000, "used": 200, "value": 300, "free": 500, "pct": 50, "over": False}
        for state in ("draft", "sale"):
            with self.subTest(state):
                order.state = state
                self.assertEqual(self.tell(order), expected)
        self.bill(order, post=False).invoice_line_ids.quantity = 1
        self.assertEqual(self.tell(order), {**expected, "used": 300, "value": 200})

    def test_order_follows_what_is_typed(self):
        self.sell(self.customer, (2, 100))
        order = self.sell(self.customer, (3, 100), confirm=False)
        nine = {"order_line": [Command.update(order.order_line.id, {"product_uom_qty": 9})]}
        over = {"state": "limited", "limit": 1000, "used": 200, "value": 900, "free": -100, "pct": 110, "over": True}
        for state in ("draft", "sale"):
            with self.subTest(state):
                order.state = state
                self.assertEqual(self.tell(order, nine), over)
                figures = order.with_user(self.leader).get_key_account_figures(nine)
                self.assertIn("100.00", figures["credit"]["over_text"])
        order.state = "draft"
        zero = {**nine, "partner_invoice_id": self.zero.id}
        expected = {"state": "zero", "limit": 0, "used": 0, "value": 900, "free": -900, "pct": 100, "over": True}
        self.assertEqual(self.tell(order, zero), expected)
        unlimited = {"state": "none", "pct": None, "over": None}
        self.assertEqual(self.tell(order, {**nine, "partner_invoice_id": self.unlimited.id}), unlimited)
        self.assertEqual(order.order_line.product_uom_qty, 3)

    def test_an_order_that_was_never_saved_is_told_too(self):
        line = {"product_id": self.good.id, "product_uom_qty": 4, "price_unit": 100.0, "tax_ids": []}
        values = {"partner_id": self.customer.id, "company_id": self.company.id, "order_line": [(0, "virtual_1", line)]}
        told = self.tell(self.env["sale.order"], {**values, "partner_invoice_id": self.customer.id})
        self.assertEqual((told["value"], told["free"]), (400, 600))

    def test_foreign_order_is_shown_at_todays_rate(self):
        order = self.make_order(self.customer, 100, "2026-01-10", currency=self.euro, confirm=False)
        self.assertEqual(self.tell(order)["value"], 200)

    def test_order_counts_in_its_own_company(self):
        self.other_company.account_use_credit_limit = True
        self.customer.with_company(self.other_company).credit_limit = 300
        self.sell(self.customer, (2, 100))
        order = self.sell(self.customer, (1, 100), company=self.other_company, confirm=False)
        told = self.tell(order, user=self.env.user)
        self.assertEqual((told["limit"], told["used"]), (300, 0))

    def test_nothing_is_counted_in_a_company_without_credit_limits(self):
        self.company.account_use_credit_limit = False
        order = self.sell(self.customer, (3, 100), confirm=False)
        self.assertIsNone(self.tell(order))
        self.assertFalse(self.customer.with_company(self.company).key_account_uses_credit)
        self.assertFalse(self.customer.with_company(self.company).key_account_credit_used)

    def test_customers_on_the_portal_are_told_nothing(self):
        portal = self.make_user("portal", "base.group_portal")
        order = self.sell(portal.partner_id, (3, 100), confirm=False, state="sent")
        with self.assertRaises(AccessError):
            self.tell(order, user=portal)

    # --- The documents behind it ---

    def open_documents(self, record):
        self.env.flush_all()
        action = record.action_open_key_account_exposure()
        return record.env[action["res_model"]].search(action["domain"])

    def test_documents_add_up_to_what_is_used(self):
        order = self.sell(self.contact, (2, 100))
        invoice = self.make_invoice(self.customer, 50, "2026-01-10", due="2026-01-31")
        draft = self.make_invoice(self.customer, 30, "2026-01-10", post=False)
        payment = self.prepay(self.customer, 7)
        euros = self.make_order(self.customer, 10, "2026-02-10", currency=self.euro)
        documents = self.open_documents(self.customer.with_company(self.company))
        self.assertEqual(
            {(one.kind, one.order_id or one.move_id, one.amount) for one in documents},
            {
                ("order", order, 200),
                ("order", euros, 20),
                ("receivable", invoice, 50),
                ("draft", draft, 30),
                ("unallocated", payment.move_id, -7),
            },
        )
        self.assertEqual(sum(documents.mapped("amount")), self.get_exposure().used)
        for document in documents:
            action = document.action_open()
            self.assertEqual(
                self.env[action["res_model"]].browse(action["res_id"]), document.order_id or document.move_id
            )

    def test_order_opens_the_documents_of_whoever_is_invoiced(self):
        order = self.sell(self.unlimited, (3, 100), partner_invoice_id=self.contact.id)
        self.assertEqual(self.open_documents(order).order_id, order)

    def test_documents_of_other_companies_are_not_seen(self):
        self.sell(self.customer, (2, 100), company=self.other_company)
        self.env.flush_all()
        mine = [("partner_id", "=", self.customer.id)]
        seen = self.env[DOCUMENT].with_user(self.accountant).search(mine)
        self.assertFalse(seen)
        self.assertEqual(len(self.env[DOCUMENT].sudo().search(mine)), 1)

    def test_whoever_sells_sees_documents_of_own_customers(self):
        colleague = self.make_user("colleague", "sales_team.group_sale_salesman")
        clerk = self.make_user("clerk", "base.group_partner_manager")
        self.customer.user_id = self.salesperson
        self.sell(self.customer, (2, 100))
        self.env.flush_all()
        table = [(self.salesperson, 1), (colleague, 0), (self.leader, 1), (self.accountant, 1)]
        mine = [("partner_id", "=", self.customer.id)]
        for user, count in table:
            with self.subTest(user.name):
                self.assertEqual(self.env[DOCUMENT].with_user(user).search_count(mine), count)
        with self.assertRaises(AccessError):
            self.env[DOCUMENT].with_user(clerk).search_count(mine)
        with self.assertRaises(AccessError):
            self.customer.with_user(clerk).read(["key_account_credit_used"])


class TestCreditMetrics(CreditScreensCommon):
    def test_exposure_and_use_of_the_limit(self):
        self.sell(self.contact, (2, 100))
        self.make_invoice(self.customer, 50, "2026-01-10")
        self.make_order(self.customer, 10, "2026-02-10", currency=self.euro)
        self.prepay(self.unlimited, 7)
        table = [
            (self.customer, 270, 27),
            (self.unlimited, -7, None),
            (self.zero, 0, None),
            (self.make_customer(credit_limit=100), 0, 0),
        ]
        for customer, exposure, use in table:
            with self.subTest(customer.name):
                self.assert_facts(customer, {"exposure": exposure, "credit_use_pct": use})

    def test_metrics_are_those_of_the_company(self):
        self.sell(self.customer, (2, 100), company=self.other_company)
        self.assert_facts(self.customer, {"exposure": 0, "credit_use_pct": 0})
        self.assert_facts(self.customer, {"exposure": 200, "credit_use_pct": None}, company=self.other_company)

    def test_default_limit_counts(self):
        self.env["ir.default"].set("res.partner", "credit_limit", 250, company_id=self.company.id)
        self.sell(self.unlimited, (1, 100))
        self.assert_facts(self.unlimited, {"credit_use_pct": 40})
