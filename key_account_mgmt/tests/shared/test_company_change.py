from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import tagged

from ..fit_common import FitCommon


@tagged("post_install", "-at_install")
class TestCompanyChange(FitCommon):
    """Who may change a record of his company cannot put it into a company that he has no access to."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.setup_other_company(currency_id=cls.company.currency_id.id)["company"]
        cls.manager.company_ids += cls.other
        cls.admin = cls.make_user("admin", "base.group_user,key_account_mgmt.group_key_account_rule_admin")

    def make_records(self):
        customer = {"partner_id": self.customer.id, "company_id": self.company.id}
        named = {"name": "New", "company_id": self.company.id}
        return [
            self.make_industry(self.mining, 5),
            self.make_row(5, country=self.france, company_id=self.company.id),
            self.make_target(),
            self.make_expectation(market_potential=5),
            self.choose(self.customer, "company_size", "large"),
            self.env["key.account.service.cost"].create({**customer, "amount": 5}),
            self.env["key.account.probability"].create({**named, "percentage": 5}),
            self.env["key.account.territory"].create({**named, "country_ids": [Command.set(self.france.ids)]}),
            self.env["key.account.tier"].create({**named, "code": "NEW"}),
            self.env["key.account.approval.level"].create(
                {**named, "amount_from": 5, "user_ids": [Command.set(self.manager.ids)]}
            ),
            self.make_ruleset(name="New"),
        ]

    def test_no_record_goes_to_a_company_of_others(self):
        for record in self.make_records():
            self.assert_stays(record)

    def test_an_evaluation_does_not_go_there_with_its_rule_set_either(self):
        evaluation = self.make_evaluation("draft", ruleset_id=self.make_ruleset(name="Draft").id)
        self.assert_stays(evaluation, ruleset_id=self.make_ruleset(name="Other", company_id=self.other.id).id)

    def assert_stays(self, record, **values):
        with self.subTest(record), self.assertRaises(AccessError), self.cr.savepoint():
            values = {"company_id": self.other.id, **values}
            call_kw(record.with_user(self.admin), "write", [record.ids, values], {})
        self.assertNotEqual(record.company_id, self.other)

    def test_who_has_both_companies_may(self):
        self.admin.company_ids += self.other
        row = self.make_row(5, country=self.france, company_id=self.company.id)
        context = {"allowed_company_ids": (self.company + self.other).ids}
        call_kw(row.with_user(self.admin), "write", [row.ids, {"company_id": self.other.id}], {"context": context})
        self.assertEqual(row.company_id, self.other)
