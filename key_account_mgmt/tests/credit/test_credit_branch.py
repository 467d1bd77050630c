from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..credit_guard_common import CreditGuardCommon

SELLER = "sales_team.group_sale_salesman"


@tagged("post_install", "-at_install")
class TestCreditInBranches(CreditGuardCommon):
    """A limit of the company is the limit of all its branches together; a branch may have one of its own besides."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.child_ids = [Command.create({"name": name}) for name in ("North", "South")]
        cls.north, cls.south = cls.company.child_ids
        cls.env.user.company_ids |= cls.north | cls.south
        companies = cls.company | cls.north | cls.south
        cls.seller = new_test_user(
            cls.env, "seller", SELLER, company_id=cls.north.id, company_ids=[Command.set(companies.ids)]
        )

    def offer_in(self, company, *lines, **values):
        lines = [(1, float(line)) for line in lines]
        customer = values.pop("customer", self.customer)
        values = {"user_id": self.seller.id, **values}
        order = self.sell(customer, *lines, confirm=False, company=company, **values)
        order.flush_recordset()
        return order

    def assert_outcome_in(self, fits, order):
        context = {"allowed_company_ids": order.company_id.ids}
        if fits:
            self.confirm(order, self.seller, context)
            self.assertEqual(order.state, "sale")
        else:
            self.assert_not_confirmed(order, self.seller, context)

    def set_limit_in(self, company, limit):
        self.customer.with_company(company).credit_limit = limit

    def test_the_limit_of_the_company_holds_over_the_tree(self):
        self.assert_outcome_in(False, self.offer_in(self.north, 1000.01))
        self.assert_outcome_in(True, self.offer_in(self.north, 600))
        for company in (self.company, self.south, self.north):
            with self.subTest(company.name):
                self.assert_outcome_in(False, self.offer_in(company, 400.01))
        self.assert_outcome_in(True, self.offer_in(self.south, 400))
        self.assertEqual(self.get_exposure(company=self.company).used, 1000)
        self.assertEqual(self.get_exposure(company=self.north).used, 600)

    def test_several_at_once(self):
        orders = self.offer_in(self.north, 600) | self.offer_in(self.south, 600)
        context = {"allowed_company_ids": (self.north | self.south).ids}
        self.assert_not_confirmed(orders.sudo(), self.seller, context)

    def test_a_branch_may_have_less(self):
        self.set_limit_in(self.north, 300)
        self.north.write({"account_use_credit_limit": True, "key_account_credit_policy": "block"})
        self.assert_outcome_in(False, self.offer_in(self.north, 300.01))
        self.assert_outcome_in(True, self.offer_in(self.north, 300))
        self.assert_outcome_in(False, self.offer_in(self.south, 700.01))
        self.assert_outcome_in(True, self.offer_in(self.south, 700))

    def test_without_a_limit_of_the_company_branches_are_on_their_own(self):
        self.customer.credit_limit = 0
        self.assert_outcome_in(True, self.offer_in(self.north, 5000))
        self.set_limit_in(self.south, 100)
        self.south.write({"account_use_credit_limit": True, "key_account_credit_policy": "block"})
        self.assert_outcome_in(True, self.offer_in(self.south, 100))

    def test_changes_of_confirmed_orders(self):
        order = self.offer_in(self.north, 600)
        self.assert_outcome_in(True, order)
        context = {"allowed_company_ids": self.north.ids}
        line = order.order_line
        self.get_refusal(self.seller, line._name, "write", line.ids, {"price_unit": 1000.01}, context=context)
        self.call(self.seller, line._name, "write", line.ids, {"price_unit": 1000.0}, context=context)

    def test_approval_where_the_company_asks_for_it(self):
        self.company.key_account_credit_policy = "approval"
        order = self.offer_in(self.north, 1200)
        self.assert_outcome_in(False, order)
        self.consent(order)
        self.assert_outcome_in(True, order)

    def test_screens_show_the_limit_that_holds(self):
        self.sell(self.customer, (1, 600), company=self.south)
        for company, used in ((self.company, 600), (self.north, 600)):
            with self.subTest(company.name):
                self.env.invalidate_all()
                partner = self.customer.with_company(company)
                self.assertRecordValues(
                    partner,
                    [
                        {
                            "key_account_uses_credit": True,
                            "key_account_credit_state": "limited",
                            "key_account_shown_limit": 1000,
                            "key_account_credit_used": used,
                            "key_account_credit_free": 1000 - used,
                        }
                    ],
                )
                documents = partner.action_open_key_account_exposure()
                self.assertEqual(
                    sum(self.env[documents["res_model"]].search(documents["domain"]).mapped("amount")), used
                )
        order = self.offer_in(self.north, 500)
        told = order._prepare_key_account_figures()
        self.assertTrue(told["credit"]["over"])
        self.assertEqual(told["alerts"][0]["status"], "blocked")

    def test_a_company_without_branches_pays_nothing_for_them(self):
        alone = self.setup_other_company()["company"]
        self.assertEqual(alone._get_key_account_limiting(), alone)
        self.assertEqual(alone._get_key_account_credit_facts().tree_ids, tuple(alone.ids))
        self.assertEqual(self.north._get_key_account_limiting(), self.north | self.company)
        self.assertEqual(
            set(self.company._get_key_account_credit_facts().tree_ids),
            set((self.company | self.north | self.south).ids),
        )
