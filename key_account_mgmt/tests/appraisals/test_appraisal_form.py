import base64
import json

from odoo.tests import tagged
from odoo.tools import file_open

from ...rules import Policy
from ..appraisal_common import AppraisalCommon

TEMPLATE = "key_account_mgmt/data/templates/yearly_appraisal.json"


@tagged("post_install", "-at_install")
class TestYearlyAppraisalForm(AppraisalCommon):
    """The worked example of the literature, from documents and a person's grades to the reward."""

    @classmethod
    def import_template(cls):
        with file_open(TEMPLATE, "rb") as file:
            content = base64.b64encode(file.read())
        wizard = cls.env["key.account.ruleset.import"].create(
            {"file": content, "filename": "yearly_appraisal.json", "company_id": cls.company.id}
        )
        return cls.env["key.account.ruleset"].browse(wizard.action_import()["res_id"])

    @classmethod
    def make_example(cls):
        """Target 5.0 M, four invoices of 1.0 M, three of them paid late; cooperation good, information excellent."""
        cls.make_target(5000000)
        for month, paid in (("03", "2024-03-30"), ("05", "2024-05-31"), ("07", "2024-09-30"), ("09", "2024-12-01")):
            invoice = cls.make_invoice(cls.customer, 1000000, f"2024-{month}-01", due=f"2024-{month}-30")
            cls.make_payment(invoice, paid)
        cls.make_appraisal("good", "excellent", done=True)

    def test_the_worked_example(self):
        """40 of 50, 15 of 20, 10 of 20, 10 of 10: 75 points, below the pass mark of 80: good, and training."""
        self.make_example()
        ruleset = self.import_template()
        self.ruleset.action_retire()
        ruleset.action_activate()
        evaluation = self.make_evaluation(ruleset_id=ruleset.id)
        line = self.get_line(evaluation, self.customer)
        points = {key: float(number) for key, number in line.points.items()}
        self.assertEqual(points, {"performance": 40, "cooperation": 15, "credit": 10, "information": 10})
        self.assertEqual((line.score, line.tier_id.name), (75, "Good"))
        self.advance(evaluation, "applied")
        award = self.env["key.account.award"].search(
            [("evaluation_id", "=", evaluation.id), ("partner_id", "=", self.customer.id)]
        )
        self.assertEqual(award.mapped("kind"), ["training"])
        self.assertEqual(self.customer.with_company(self.company).key_account_tier_id.name, "Good")

    def test_the_file_and_what_it_becomes_are_the_same_rules(self):
        ruleset = self.import_template()
        with file_open(TEMPLATE) as file:
            self.assertEqual(ruleset._get_policy().content_hash, Policy.load(json.load(file)).content_hash)
        self.assertEqual(ruleset._get_findings(), ([], []))

    def test_what_is_missing_is_counted_before_an_evaluation_is_submitted(self):
        self.ruleset.action_retire()
        ruleset = self.import_template()
        ruleset.action_activate()
        self.make_appraisal("good", customer=self.second, done=True)
        self.make_appraisal(customer=self.third)
        self.make_appraisal(customer=self.fourth, user=self.bob)
        self.make_appraisal(customer=self.make_customer(), user=self.bob)
        self.make_appraisal(customer=self.third, year=2023)
        evaluation = self.make_evaluation(ruleset_id=ruleset.id)
        self.assertIn("Cooperation has no value for 4 of 5 customers. Enter the", evaluation.notice_html)
        self.assertIn("Appraisals of the period still to do: 2 (Ann 1, Bob 1)", evaluation.notice_html)
        self.advance(evaluation, "approved")
        self.assertNotIn("still to do", evaluation.notice_html or "")
