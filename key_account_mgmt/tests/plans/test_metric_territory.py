from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from ..common import KeyAccountCommon


@tagged("post_install", "-at_install")
class TestMetricTerritory(KeyAccountCommon):
    """Goods that turn up outside the customer's territory."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.china, cls.france = cls.env.ref("base.cn"), cls.env.ref("base.fr")
        states = cls.env["res.country.state"].search([("country_id", "=", cls.china.id)], limit=2)
        cls.inner, cls.outer = states
        cls.customer = cls.make_customer(country_id=cls.china.id, state_id=cls.inner.id).with_company(cls.company)
        cls.branch = cls.make_address(cls.france)
        cls.territory = cls.make_territory(cls.china)
        cls.customer.key_account_territory_id = cls.territory

    @classmethod
    def make_territory(cls, countries, states=()):
        return cls.env["key.account.territory"].create(
            {
                "name": "East",
                "country_ids": [Command.set(countries.ids)],
                "state_ids": [Command.set([state.id for state in states])],
            }
        )

    @classmethod
    def make_address(cls, country=None, state=None):
        return cls.make_customer(
            parent_id=cls.customer.id,
            type="delivery",
            country_id=country and country.id,
            state_id=state and state.id,
        )

    def lose_countries(self, territory):
        """As when its countries are deleted; by hand nobody takes the last one away."""
        self.env.cr.execute(SQL("DELETE FROM key_account_territory_country_rel WHERE territory_id = %s", territory.id))
        territory.invalidate_recordset()

    def deliver(self, amount, address=None, date="2024-05-01", **options):
        address = address or self.customer
        return self.make_invoice(self.customer, amount, date, partner_shipping_id=address.id, **options)

    def assert_outside(self, expected, **scope):
        self.assert_facts(self.customer, {"outside_territory_pct": expected}, **scope)

    def test_the_share_of_what_was_delivered_elsewhere(self):
        self.assert_outside(None)
        self.deliver(300)
        self.assert_outside(0)
        self.deliver(100, self.branch)
        self.assert_outside(25)
        self.deliver(200, self.branch)
        self.assert_outside(50)

    def test_only_posted_invoices_of_the_period_and_company_count(self):
        self.deliver(100)
        self.deliver(100, self.branch, date="2023-12-31")
        self.deliver(100, self.branch, date="2025-01-01")
        self.deliver(100, self.branch, post=False)
        self.deliver(100, self.branch, move_type="out_refund")
        self.assert_outside(0)
        other = self.setup_other_company(currency_id=self.company.currency_id.id)["company"]
        self.deliver(100, self.branch, company=other)
        self.assert_outside(0)
        # The territory is that of the other company, and there it is none.
        self.assert_outside(None, company=other)
        self.customer.with_company(other).key_account_territory_id = self.territory
        self.assert_outside(100, company=other)

    def test_without_a_territory_nothing_is_outside(self):
        self.deliver(100, self.branch)
        self.assert_outside(100)
        self.lose_countries(self.territory)
        self.assert_outside(None)
        self.customer.key_account_territory_id = False
        self.assert_outside(None)

    def test_states_narrow_their_country_only(self):
        self.customer.key_account_territory_id = self.make_territory(self.china | self.france, self.inner)
        for address, expected in [
            (self.make_address(self.china, self.inner), 0),
            (self.make_address(self.china, self.outer), 50),
            (self.branch, "33.333333333333"),
        ]:
            self.deliver(100, address)
            self.assert_outside(expected)

    def test_an_unknown_place_says_nothing(self):
        self.deliver(100, self.make_address())
        self.assert_outside(None)
        self.deliver(100, self.branch)
        self.assert_outside(100)
        self.customer.key_account_territory_id = self.make_territory(self.china, self.inner)
        self.deliver(100, self.make_address(self.china))
        self.assert_outside(100)

    def test_foreign_invoices_count_in_company_currency(self):
        self.deliver(100)
        self.deliver(50, self.branch, currency=self.euro)
        self.assert_outside(50)

    def test_the_territory_of_the_parent_counts_when_a_customer_becomes_a_contact(self):
        self.deliver(100, self.branch)
        parent = self.make_customer().with_company(self.company)
        self.customer.write({"parent_id": parent.id, "is_company": False})
        self.assert_facts(parent, {"outside_territory_pct": None})
        parent.key_account_territory_id = self.territory
        self.assert_facts(parent, {"outside_territory_pct": 100})

    def test_a_state_of_another_country_is_refused_by_name(self):
        with self.assertRaisesRegex(ValidationError, f"“East”: {self.inner.name} is not in one of its countries"):
            self.make_territory(self.france, self.inner)
        with self.assertRaisesRegex(ValidationError, "Add China to the countries"):
            self.make_territory(self.france, self.inner)

    def test_a_territory_of_another_company_is_refused(self):
        other = self.setup_other_company(currency_id=self.company.currency_id.id)["company"]
        theirs = self.make_territory(self.france)
        theirs.company_id = other
        with self.assertRaisesRegex(UserError, "company"), self.cr.savepoint():
            self.customer.key_account_territory_id = theirs
        self.customer.with_company(other).key_account_territory_id = theirs

    def test_a_salesperson_does_not_move_a_territory(self):
        seller = new_test_user(
            self.env,
            login="key_account_seller",
            groups="base.group_user,sales_team.group_sale_salesman,base.group_partner_manager",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        with self.assertRaisesRegex(AccessError, "the territory of a customer"):
            self.customer.with_user(seller).key_account_territory_id = False
        with self.assertRaises(AccessError):
            self.territory.with_user(seller).country_ids = [Command.clear()]
