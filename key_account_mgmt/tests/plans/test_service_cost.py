from odoo.exceptions import UserError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from ..plan_common import PlanRightsMixin
from ..service_common import ServiceCommon

MODEL = "key.account.service.cost"
FIELDS = ["partner_id", "date", "kind", "amount", "note"]


@tagged("post_install", "-at_install")
class TestEnteredCosts(ServiceCommon):
    def test_they_count_in_every_period_with_their_day(self):
        for date, amount in (("2023-12-31", 1), ("2024-01-01", 2), ("2024-12-31", 4), ("2025-01-01", 8)):
            self.make_cost(amount, date=date)
        cases = [
            ("2024-01-01", "2024-12-31", 6),
            ("2024-01-01", "2024-01-01", 2),
            ("2024-01-02", "2024-12-30", 0),
            ("2023-01-01", "2025-12-31", 15),
        ]
        for date_from, date_to, cost in cases:
            with self.subTest(date_from=date_from, date_to=date_to):
                self.assert_served(0, cost, date_from=date_from, date_to=date_to)

    def test_they_belong_to_a_company(self):
        other = self.setup_other_company(currency_id=self.euro.id)["company"]
        self.make_cost(7, company_id=other.id)
        self.assert_served(0, 0)
        self.assert_served(0, 7, company=other)
        with self.assertRaises(UserError):
            self.make_cost(7, self.make_customer(company_id=other.id))

    def test_a_contact_is_taken_as_its_customer_and_moves_with_it(self):
        contact = self.make_customer(parent_id=self.customer.id)
        cost = self.make_cost(5, contact)
        self.assertEqual(cost.partner_id, self.customer)
        other = self.make_customer(is_company=False)
        cost.partner_id = self.make_customer(parent_id=other.id)
        self.assertEqual(cost.partner_id, other)
        other.parent_id = self.customer
        self.assert_served(0, 5)

    def test_merging_customers_loses_none(self):
        twin = self.make_customer(name="Twin")
        self.make_cost(5)
        self.make_cost(5, twin)
        self.env["base.partner.merge.automatic.wizard"].sudo()._merge((self.customer + twin).ids, self.customer)
        self.assert_served(0, 10)

    def test_an_amount_is_a_number_other_than_zero(self):
        for amount in (0, 0.001):
            with self.subTest(amount=amount):
                self.assert_refused("Shop: 06/15/2024: a cost of 0 has no effect", self.make_cost, amount)
        for amount in (float("nan"), float("inf"), 10**12 + 1, -(10**12) - 1):
            with self.subTest(amount=amount):
                self.assert_refused("Shop: 06/15/2024: .* cannot be entered as a cost", self.make_cost, amount)
        cost = self.make_cost(10**12)
        self.assert_served(0, 10**12)
        self.assert_refused("Shop: 06/15/2024: nan cannot be entered", cost.write, {"amount": float("nan")})
        cost.amount = -0.01
        self.assert_served(0, "-0.01")

    def test_defaults_of_the_caller_are_held_to_the_same(self):
        contact = self.make_customer(parent_id=self.customer.id)
        costs = self.env[MODEL].with_context(default_partner_id=contact.id, default_kind=False)
        for amount in (float("nan"), 10**12 + 1):
            with self.subTest(amount=amount):
                create = costs.with_context(default_amount=amount).create
                self.assert_refused("Shop: 06/15/2024: .* cannot be entered", create, {"date": "2024-06-15"})
        cost = costs.with_context(default_amount=5).create({"date": "2024-06-15", "company_id": self.company.id})
        self.assertEqual((cost.partner_id, cost.kind, cost.amount), (self.customer, "other", 5))

    @freeze_time("2025-02-03")
    def test_the_form_proposes_today_and_takes_the_customer_of_a_contact(self):
        form = Form(self.env[MODEL])
        self.assertEqual((str(form.date), form.kind), ("2025-02-03", "other"))
        form.partner_id = self.make_customer(parent_id=self.customer.id)
        self.assertEqual(form.partner_id, self.customer)
        form.amount = 7
        self.assertEqual(form.save().display_name, "Shop: 02/03/2025")


@tagged("post_install", "-at_install")
class TestCostImport(ServiceCommon):
    def get_costs(self):
        costs = self.env[MODEL].search([("partner_id", "=", self.customer.id)], order="date, amount")
        return [(str(cost.date), cost.kind, cost.amount, cost.note) for cost in costs]

    def test_a_spreadsheet(self):
        self.customer.name = "Import One"
        rows = [
            ["Import One", "2024-03-31", "Delivery", "1000.50", "Freight"],
            ["Import One", "2024-03-31", "Promotion", "-200", ""],
            ["Import One", "2024-04-30", "", "9", "Lunch"],
        ]
        self.assert_loaded(self.load(MODEL, FIELDS, rows), 3)
        self.assertEqual(
            self.get_costs(),
            [
                ("2024-03-31", "promotion", -200, False),
                ("2024-03-31", "delivery", 1000.5, "Freight"),
                ("2024-04-30", "other", 9, "Lunch"),
            ],
        )

    @mute_logger("odoo.sql_db")
    def test_a_bad_row_is_named_and_nothing_is_imported(self):
        good = ["Shop", "2024-03-31", "Delivery", "5", ""]
        cases = [
            (["Shop", "2024-03-31", "Delivery", "0", ""], "Shop: 03/31/2024: a cost of 0 has no effect"),
            (["Nobody", "2024-03-31", "Delivery", "5", ""], "Nobody"),
            (["Shop", "2024-03-31", "Postage", "5", ""], "Postage"),
        ]
        for row, message in cases:
            with self.subTest(row=row):
                result = self.load(MODEL, FIELDS, [good, row])
                self.assertFalse(result["ids"])
                self.assertIn(message, "\n".join(str(one["message"]) for one in result["messages"]))
                self.assertEqual(self.get_costs(), [])


@tagged("post_install", "-at_install")
class TestCostRights(PlanRightsMixin, ServiceCommon):
    rows, row = "key_account_service_cost_ids", {"amount": 5}

    def make(self, amount, customer=None):
        return self.make_cost(amount, customer)

    def test_the_form_of_a_customer_has_its_costs(self):
        self.manager.group_ids += self.env.ref("base.group_partner_manager")
        form = Form(self.customer.with_user(self.manager).with_company(self.company))
        with form.key_account_service_cost_ids.new() as cost:
            cost.date = "2024-05-06"
            cost.kind = "delivery"
            cost.amount = 50
        form.save()
        self.assert_served(0, 50)
