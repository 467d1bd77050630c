from odoo.tests import TransactionCase, freeze_time, tagged
from odoo.tools import convert_file

FILE = "demo/key_account_appraisal_demo.xml"


@tagged("post_install", "-at_install")
class TestDemoData(TransactionCase):
    """What ``--with-demo`` and ``make demo`` load: the worked example of the yearly appraisal, ready to be approved."""

    def load(self):
        with self.assertNoLogs(level="WARNING"):
            convert_file(self.env, "key_account_mgmt", FILE, {}, mode="init", noupdate=True)
        return self.env.ref("key_account_mgmt.demo_evaluation")

    def test_the_worked_example_comes_out_and_awaits_approval(self):
        line = self.load().line_ids
        self.assertEqual((line.evaluation_id.state, line.score, line.tier_id.name), ("in_review", 75, "Good"))
        points = {key: float(number) for key, number in line.points.items()}
        self.assertEqual(points, {"performance": 40, "cooperation": 15, "credit": 10, "information": 10})
        self.assertEqual([reward["kind"] for reward in line.grants["rewards"]], ["training"])

    def test_another_user_approves_and_applies_it(self):
        evaluation = self.load().with_user(self.env.ref("base.user_admin"))
        evaluation = evaluation.with_context(allowed_company_ids=evaluation.company_id.ids)
        evaluation.action_approve()
        evaluation.action_apply()
        customer = self.env.ref("key_account_mgmt.demo_customer").with_company(evaluation.company_id)
        self.assertEqual(customer.key_account_tier_id.name, "Good")
        award = self.env["key.account.award"].search([("evaluation_id", "=", evaluation.id)])
        self.assertEqual(award.mapped("kind"), ["training"])

    def test_it_stands_apart_from_the_companies_that_are_there(self):
        rulesets = self.env["key.account.ruleset"]
        before = rulesets.search([("state", "=", "active")])
        company = self.load().company_id
        self.assertEqual(rulesets.search([("state", "=", "active")]), before + rulesets._get_active(company))
        self.assertEqual(self.env.ref("key_account_mgmt.demo_customer").company_id, company)

    @freeze_time("2028-02-29")
    def test_it_is_always_about_the_last_full_year(self):
        evaluation = self.load()
        self.assertEqual((str(evaluation.date_from), str(evaluation.date_to)), ("2027-01-01", "2027-12-31"))
        self.assertEqual(evaluation.line_ids.score, 75)
