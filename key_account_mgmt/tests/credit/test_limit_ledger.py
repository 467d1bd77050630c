import random
from contextlib import suppress

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..award_common import AwardCommon

CLERK = "base.group_user,base.group_partner_manager,sales_team.group_sale_salesman"


class LedgerCommon(AwardCommon):
    """Customers whose limits change on every way that there is; the ledger has to know.

    Second has a limit of 1,000 that somebody decided. The clerk may edit contacts and knows nothing of limits.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.account_use_credit_limit = True
        cls.other = cls.setup_other_company()["company"]
        cls.clerk = new_test_user(
            cls.env, "clerk", CLERK, company_id=cls.company.id, company_ids=[(6, 0, (cls.company | cls.other).ids)]
        )
        cls.boss = new_test_user(
            cls.env,
            "boss",
            f"{CLERK},base.group_system,account.group_account_invoice",
            company_id=cls.company.id,
            company_ids=[(6, 0, (cls.company | cls.other).ids)],
        )
        cls.set_limit(cls.second, 1000)
        cls.partners = cls.env["res.partner"].with_context(active_test=False)

    @classmethod
    def set_default(cls, limit, company=None):
        cls.env["ir.default"].set("res.partner", "credit_limit", limit, company_id=(company or cls.company).id)

    def get_limit_in_force(self, customer, company=None):
        self.env.flush_all()
        self.env.invalidate_all()
        owner = customer.sudo().with_company(company or self.company).commercial_partner_id
        limit = owner._get_key_account_limit()
        return None if limit is None else float(limit)

    def edit(self, partner, **vals):
        self.call(self.clerk, "res.partner", "write", partner.ids, vals)
        self.env.flush_all()

    def merge(self, into, *others, user=None):
        """As the wizard does it."""
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(user or self.clerk)
        wizard = wizard.with_context(allowed_company_ids=self.company.ids)
        wizard._merge([into.id, *(one.id for one in others)], into.with_env(wizard.env))
        self.env.flush_all()

    def assert_ledger_ends(self, customers=None, limits=None):
        """For every customer the ledger ends with the limit that holds; without an entry that is the default.

        :param limits: ``{customer: limit}`` that have to hold in the company, None for no limit
        """
        partners = self.partners.sudo()
        for company in self.company | self.other:
            default = partners.with_company(company)._get_key_account_default_limit()
            for customer in customers or self.customers.exists():
                if customer.commercial_partner_id != customer:
                    continue
                ledger = self.get_ledger(customer, company)
                last = ledger[-1][1] if ledger else None if default is None else float(default)
                self.assertEqual(last, self.get_limit_in_force(customer, company), f"{customer.name}: {ledger}")
        for customer, limit in (limits or {}).items():
            self.assertEqual(self.get_limit_in_force(customer), limit, customer.name)


@tagged("post_install", "-at_install")
class TestLimitLedger(LedgerCommon):
    """The ledger always ends with the limit that holds, and no limit gets lost."""

    def test_who_joins_a_company_and_leaves_it_has_its_limit_again(self):
        plain = self.make_customer(name="Plain")
        limited = self.make_customer(name="Limited", credit_limit=300)
        for company, joined, target in ((plain, 1000, 1000), (limited, 300, 300)):
            for vals in ({"parent_id": company.id}, {"commercial_partner_id": company.id}):
                with self.subTest(company=company.name, **vals), self.cr.savepoint() as savepoint:
                    self.edit(self.second, is_company=False, **vals)
                    self.assertEqual(self.get_limit_in_force(self.second), joined)
                    self.assertEqual(self.get_ledger(self.second)[-1], (1000, joined, "joined"))
                    self.assert_ledger_ends(company, {company: target})
                    back = {"parent_id": False} if "parent_id" in vals else {"commercial_partner_id": self.second.id}
                    self.edit(self.second, **back)
                    self.assert_ledger_ends(self.second | company, {self.second: 1000, company: target})
                    savepoint.rollback()
                    self.env.invalidate_all()

    def test_nothing_on_credit_does_not_end_by_joining_a_company(self):
        self.second.with_company(self.company).key_account_no_credit = True
        plain = self.make_customer(name="Plain")
        self.edit(self.second, is_company=False, parent_id=plain.id)
        self.assert_ledger_ends(plain, {plain: 0})

    def test_a_contact_that_changes_its_company_brings_nothing_along(self):
        contact = self.make_customer(name="Contact", parent_id=self.second.id)
        plain = self.make_customer(name="Plain")
        self.edit(contact, parent_id=False)
        self.assert_ledger_ends(contact, {contact: 0})
        self.edit(contact, parent_id=plain.id)
        self.assert_ledger_ends(plain, {plain: None})
        self.edit(contact, parent_id=False)
        self.assert_ledger_ends(contact | plain, {contact: 0, plain: None})

    def test_a_company_made_of_a_customer_has_its_limit(self):
        self.set_default(500)
        for forbidden in (False, True):
            self.company.key_account_forbid_manual_limit = forbidden
            customer = self.second if forbidden else self.second.copy({"name": "Twin"})
            if not forbidden:
                self.set_limit(customer, 1000)
            with self.subTest(forbidden=forbidden):
                self.edit(customer, is_company=False, company_name="Second Inc.")
                self.call(self.clerk, "res.partner", "create_company", customer.ids)
                company = customer.commercial_partner_id
                self.assertNotEqual(company, customer)
                self.assert_ledger_ends(company | customer, {company: 1000})
                self.edit(customer, parent_id=False)
                self.assert_ledger_ends(company | customer, {company: 1000, customer: 0})

    def test_a_limit_that_has_ended_does_not_come_back(self):
        award = self.make_credit({self.third: 12000})
        self.approve(award)
        plain = self.make_customer(name="Plain")
        self.edit(self.third, is_company=False, parent_id=plain.id)
        self.revert(award)
        self.edit(self.third, parent_id=False)
        self.assert_ledger_ends(self.third, {self.third: 0})

    def test_contacts_of_a_deleted_company_get_nothing_on_credit(self):
        company = self.make_customer(name="Closed", credit_limit=700)
        contact = self.make_customer(name="Contact", parent_id=company.id)
        company.unlink()
        self.assertEqual(contact.commercial_partner_id, contact)
        self.assert_ledger_ends(contact, {contact: 0})
        self.assertEqual(self.get_ledger(contact), [(None, 0, "left")])

    def test_a_copy_of_a_customer_gets_no_more_than_nothing(self):
        self.second.with_company(self.company).key_account_no_credit = True
        for forbidden in (False, True):
            self.company.key_account_forbid_manual_limit = forbidden
            with self.subTest(forbidden=forbidden):
                copy = self.second.with_user(self.clerk).copy().sudo(False).with_user(self.env.user)
                self.assert_ledger_ends(copy, {copy: 0})
        plain = self.third.copy()
        self.assert_ledger_ends(plain, {plain: None})

    def test_merging(self):
        """A limit that was decided stays; without one the lowest counts. The ledger says so."""
        cases = (
            # default, limit of the one that stays, of the duplicate, afterwards
            (500, ..., 9000, 500),
            (500, ..., 0, 0),
            (500, 2000, ..., 2000),
            (500, 2000, 9000, 2000),
            (500, 2000, 0, 2000),
            (0, ..., 9000, 9000),
            (0, ..., 0, 0),
            (0, 2000, ..., 2000),
            (0, ..., ..., None),
        )
        for default, kept, duplicate, expected in cases:
            for forbidden in (False, True):
                with self.subTest((default, kept, duplicate), forbidden=forbidden), self.cr.savepoint() as savepoint:
                    self.set_default(default)
                    into, other = (self.make_decided(limit) for limit in (kept, duplicate))
                    self.company.key_account_forbid_manual_limit = forbidden
                    self.merge(into, other)
                    self.assertFalse(other.exists())
                    self.assert_ledger_ends(into, {into: expected})
                    savepoint.rollback()
                    self.env.invalidate_all()
                    self.env.registry.clear_cache()

    def make_decided(self, limit):
        """A customer with that limit; zero for nothing on credit, ... for none of its own."""
        customer = self.make_customer(name="Twice", email="twice@example.com")
        if limit == 0:
            customer.with_company(self.company).key_account_no_credit = True
        elif limit is not ...:
            self.set_limit(customer, limit)
        return customer

    def test_merging_a_customer_into_a_contact(self):
        plain = self.make_customer(name="Plain")
        contact = self.make_customer(name="Contact", parent_id=plain.id, email=self.second.email)
        self.merge(contact, self.second, user=self.boss)
        self.assert_ledger_ends(plain, {plain: 1000})

    def test_another_default_is_in_the_ledger(self):
        """Once for all customers, and for each that has a ledger of its own but no limit."""
        self.set_limit(self.third, 800)
        self.call(self.boss, "res.partner", "write", self.third.ids, {"use_partner_credit_limit": False})
        self.env["res.partner"]._forget_key_account_limits(self.third)
        self.set_default(500)
        self.assertEqual(self.get_ledger(self.third)[-1], (None, 500, "default"))
        self.assertEqual(self.get_ledger(self.second), [(None, 1000, "manual")])
        self.assertEqual(self.get_ledger(self.partners), [(None, 500, "default")])
        self.set_default(600)
        self.env["ir.default"].search([("field_id.name", "=", "credit_limit")]).unlink()
        self.assertEqual(
            self.get_ledger(self.partners), [(None, 500, "default"), (500, 600, "default"), (600, None, "default")]
        )
        self.assert_ledger_ends()

    def test_archiving_changes_nothing(self):
        self.edit(self.second, active=False)
        self.assert_ledger_ends(self.second, {self.second: 1000})


@tagged("post_install", "-at_install")
class TestLimitLedgerRandom(LedgerCommon):
    """Whatever is done with contacts in whatever order: the ledger ends with the limit that holds."""

    SEEDS, STEPS = range(5), 25

    def test_random_histories(self):
        for seed in self.SEEDS:
            with self.subTest(seed=seed), self.cr.savepoint() as savepoint:
                self.chance = random.Random(seed)
                self.pool = self.customers | self.make_customer(name="Person", parent_id=self.third.id)
                self.pool |= self.make_customer(name="New") | self.make_customer(name="Newer")
                self.names = [f"{seed}:"]
                for _step in range(self.STEPS):
                    self.take_a_step()
                savepoint.rollback()
                self.env.invalidate_all()
                self.env.registry.clear_cache()

    def take_a_step(self):
        steps = [name for name in dir(self) if name.startswith("step_")]
        name = self.chance.choice(steps)
        self.names.append(name.removeprefix("step_"))
        getattr(self, name)(self.chance.choice(self.pool))
        self.pool = self.pool.exists() or self.make_customer(name="Next")
        with self.subTest(" ".join(self.names)):
            self.assert_ledger_ends(self.pool)

    def step_limit(self, partner):
        company = self.chance.choice(self.company | self.other)
        partner.commercial_partner_id.sudo().with_company(company).credit_limit = self.chance.choice(
            [0, 100, 250.5, 4000]
        )

    def step_nothing(self, partner):
        partner.with_company(self.company).key_account_no_credit = self.chance.choice([True, False])

    def step_default(self, _partner):
        self.set_default(self.chance.choice([0, 300, 500]), self.chance.choice(self.company | self.other))

    def step_join(self, partner):
        target = self.chance.choice(self.pool)
        if partner not in target | target.commercial_partner_id and target not in partner._get_key_account_family():
            self.edit(partner, parent_id=target.id, is_company=self.chance.choice([False, False, True]))

    def step_leave(self, partner):
        self.edit(partner, parent_id=False)

    def step_become_a_company(self, partner):
        self.edit(partner, is_company=not partner.is_company)

    def step_make_a_company(self, partner):
        if not partner.parent_id:
            self.edit(partner, is_company=False, company_name="New Inc.")
            self.call(self.clerk, "res.partner", "create_company", partner.ids)
            self.pool |= partner.parent_id

    def step_bend(self, partner):
        """By a remote call that writes what Odoo computes."""
        self.edit(partner, commercial_partner_id=self.chance.choice([partner.id, self.chance.choice(self.pool).id]))

    def step_copy(self, partner):
        self.pool |= partner.copy()

    def step_archive(self, partner):
        self.edit(partner, active=not partner.active)

    def step_merge(self, partner):
        other = self.chance.choice(self.pool - partner)
        # Odoo merges no contact with one above it.
        with suppress(UserError), self.cr.savepoint():
            self.merge(partner, other, user=self.boss)

    def step_delete(self, partner):
        # Odoo keeps who has journal items.
        with suppress(UserError, IntegrityError), mute_logger("odoo.sql_db"), self.cr.savepoint():
            partner.unlink()
