from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.tests import freeze_time, tagged

from ..credit_common import CreditCommon
from ..plan_common import PlanCommon

DAY = relativedelta(days=1)
# Shown and computed on the page of customers: all columns of its list.
LIST = "key_account_mgmt.res_partner_view_list_key_account"


@tagged("post_install", "-at_install")
class TestCustomersPage(PlanCommon, CreditCommon):
    """What the page of customers shows of each, and what it filters by."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.page = cls.env["res.partner"].with_company(cls.company)

    def get_year(self, customer):
        customer.invalidate_recordset()
        names = ("key_account_year_revenue", "key_account_year_target", "key_account_target_pct", "key_account_course")
        return tuple(customer[name] for name in names)

    @freeze_time("2024-07-01")  # 183 of 366 days are over
    def test_how_a_customer_stands_against_its_target(self):
        shop = self.customer
        self.assertEqual(self.get_year(shop), (0, 0, 0, False))
        self.make_invoice(shop, 600, "2024-02-01")
        self.make_refund(shop, 101, "2024-03-01")
        self.make_invoice(shop, 50, "2023-12-31")  # of last year
        self.make_invoice(shop, 70, "2024-05-01", post=False)
        self.assertEqual(self.get_year(shop), (499, 0, 0, False))
        self.make_target(1000)
        self.assertEqual(self.get_year(shop), (499, 1000, 49, "behind"))
        self.make_invoice(shop, 1, "2024-06-01")
        self.assertEqual(self.get_year(shop), (500, 1000, 50, "on_track"))
        self.make_invoice(shop, 500, "2024-06-01", currency=self.euro)  # 1,000 US dollars
        self.assertEqual(self.get_year(shop), (1500, 1000, 150, "on_track"))

    @freeze_time("2024-07-01")
    def test_a_target_is_reached_to_the_cent(self):
        self.make_invoice(self.customer, 0.17, "2024-02-01")
        target = self.make_target(0.17)
        self.assertEqual(self.get_year(self.customer), (0.17, 0.17, 100, "on_track"))
        self.assertEqual((target.attained_pct, target.course), (100, "on_track"))

    @freeze_time("2024-07-01")
    def test_quarters_add_up_and_contacts_show_their_company(self):
        contact = self.make_customer(name="Buyer", parent_id=self.customer.id)
        self.make_invoice(contact, 400, "2024-02-01")
        for quarter in "12":
            self.make_target(250, quarter=quarter)
        self.make_target(9000, year=2025)
        self.assertEqual(self.get_year(contact), (400, 500, 80, "on_track"))
        self.assertEqual(self.get_year(self.customer), (400, 500, 80, "on_track"))

    @freeze_time("2024-07-01")
    def test_another_company_has_its_own_figures(self):
        other = self.setup_other_company()["company"]
        self.make_invoice(self.customer, 400, "2024-02-01")
        self.assertEqual(self.get_year(self.customer.with_company(other))[0], 0)

    def find(self, *domain):
        return self.page.search([("id", "in", (self.customers | self.customer).ids), *domain])

    def test_overdue_from_the_day_after_it_is_due(self):
        today = fields.Date.today()
        for due, overdue in ((today + DAY, False), (today, False), (today - DAY, True)):
            with self.subTest(due=due):
                customer = self.make_customer(name=str(due))
                self.make_invoice(customer, 10, today - 30 * DAY, due=due)
                self.assertEqual(
                    bool(self.page.search([("id", "=", customer.id), ("key_account_overdue", ">", 0)])), overdue
                )

    def test_over_the_limit_from_the_first_cent(self):
        for amount, over in ((999.99, False), (1000, False), (1000.01, True)):
            with self.subTest(amount=amount):
                customer = self.make_customer(name=str(amount), credit_limit=1000)
                self.make_invoice(customer, amount, fields.Date.today())
                found = self.page.search([("id", "=", customer.id), ("key_account_credit_free", "<", 0)])
                self.assertEqual(bool(found), over)

    def test_movements_of_what_is_in_force(self):
        self.make_evaluation("applied")
        up = [("key_account_line_ids", "any", [("in_force", "=", True), ("movement", "=", "new")])]
        self.assertEqual(self.find(*up), self.customers)
        self.assertEqual(set(self.customers.mapped("key_account_movement")), {"new"})
        self.assertFalse(self.customer.key_account_movement)

    def test_salespeople_begin_with_their_own_customers(self):
        self.make_evaluation("applied")
        page = self.page.with_user(self.salesperson)
        self.assertNotIn("search_default_mine", page.action_your_key_accounts()["context"])
        self.second.user_id = self.salesperson
        self.assertTrue(page.action_your_key_accounts()["context"]["search_default_mine"])

    def test_eighty_customers_with_all_columns_take_few_statements(self):
        customers = self.page.create([{"name": f"Customer {number}"} for number in range(80)])
        self.make_invoices(*((customer, 100, "2024-02-01") for customer in customers))
        specification = {
            name: {}
            for name in self.env["res.partner"].get_views([(self.env.ref(LIST).id, "list")])["models"]["res.partner"][
                "fields"
            ]
        }
        page = self.page.with_user(self.manager)
        # As on a server that runs: rights and rules are known.
        page.web_search_read([("id", "in", customers[:1].ids)], specification)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(25):
            rows = page.web_search_read([("id", "in", customers.ids)], specification, limit=80)
        self.assertEqual(len(rows["records"]), 80)
