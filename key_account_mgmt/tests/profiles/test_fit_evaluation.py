from markupsafe import Markup

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import Form, freeze_time, tagged

from ..fit_common import FitCommon


class FitEvaluationCommon(FitCommon):
    """Experience Matching as the active rule set, and prospects of 2024 with 80, 60 and just less than 60 points."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.industry_id = False
        cls.make_industry(cls.banking, 100)
        cls.make_row(80, choice=("company_size", "large"))
        cls.make_row(60, choice=("company_size", "medium"))
        cls.make_row(59.999999, choice=("company_size", "small"))
        cls.make_row(20, country=cls.china)
        sizes = ("large", "medium", "small")
        cls.prospects = cls.env["res.partner"].union(*(cls.make_prospect(f"Prospect {size}") for size in sizes))
        for prospect, size in zip(cls.prospects, sizes, strict=True):
            cls.choose(prospect, "company_size", size)
        cls.ruleset.action_retire()
        cls.rules = cls.env.ref("key_account_mgmt.template_experience_matching")._create_draft(cls.company)
        cls.rules.action_activate()

    def evaluate(self, **values):
        return self.make_evaluation(ruleset_id=self.rules.id, **{"with_prospects": True, **values})

    def get_prospects(self, **options):
        return set(self.collect(with_prospects=True, **options)) - set(self.customers)


@tagged("post_install", "-at_install")
class TestExperienceMatching(FitEvaluationCommon):
    def test_prospects_get_tiers_by_their_fit(self):
        evaluation = self.evaluate()
        lines = [self.get_line(evaluation, prospect) for prospect in self.prospects]
        self.assertEqual([line.tier_id.code for line in lines], ["A", "B", "C"])
        self.assertEqual([line.score for line in lines], [80, 60, 59.999999])
        self.assertEqual(set(evaluation.line_ids.partner_id), set(self.prospects | self.customers))
        self.assertTrue(self.get_line(evaluation, self.big).has_missing)

    def test_an_empty_book_is_evaluated(self):
        other = self.setup_other_company(currency_id=self.company.currency_id.id)["company"]
        (self.manager | self.approver).company_ids += other
        rules = self.env.ref("key_account_mgmt.template_experience_matching")._create_draft(other)
        rules.action_activate()
        self.choose(self.prospects[0], "company_size", "medium", company_id=other.id)
        evaluation = (
            self.env["key.account.evaluation"]
            .with_user(self.manager)
            .with_company(other)
            .create(
                {
                    "name": "New market",
                    "company_id": other.id,
                    "ruleset_id": rules.id,
                    "date_from": "2024-01-01",
                    "date_to": "2024-12-31",
                    "with_prospects": True,
                }
            )
        )
        self.advance(evaluation, "applied")
        self.assertEqual(self.get_line(evaluation, self.prospects[0]).tier_id, self.tier_b)
        self.assertEqual(self.prospects[0].with_company(other).key_account_tier_id, self.tier_b)
        self.assertFalse(self.prospects[0].with_company(self.company).key_account_tier_id)

    def test_nobody_at_all_is_told_so(self):
        self.env["key.account.industry.profile"].search([]).unlink()
        with self.assertRaisesRegex(
            UserError, "no customers to evaluate.*no contact has an industry of the industry profile"
        ):
            self.evaluate(date_from="2020-01-01", date_to="2020-12-31")

    def test_the_wizard_proposes_prospects_by_the_rules(self):
        wizards = self.env["key.account.evaluation.wizard"].with_user(self.manager).with_company(self.company)
        for ruleset, with_prospects, count in ((self.ruleset, False, 5), (self.rules, True, 8)):
            with self.subTest(ruleset.name):
                form = Form(wizards)
                form.ruleset_id = ruleset
                form.year = 2024
                self.assertEqual((form.with_prospects, form.customer_count), (with_prospects, count))
        wizard = form.save()
        wizard.action_preview()
        self.assertIn("8", wizard.preview_html)


@tagged("post_install", "-at_install")
class TestWhoIsAProspect(FitEvaluationCommon):
    def test_contacts_whose_industry_is_in_the_profile(self):
        self.assertEqual(self.get_prospects(), set(self.prospects))
        self.make_prospect(industry=self.mining)
        self.make_customer(parent_id=self.prospects[0].id)
        self.assertEqual(self.get_prospects(), set(self.prospects))
        person = self.make_prospect(is_company=False)
        no_fit = self.make_prospect(industry=self.farming)
        self.make_industry(self.farming, 0)
        self.assertEqual(self.get_prospects(), set(self.prospects | person | no_fit))
        self.assertEqual(self.get_prospects(partner_ids=(person.id, self.big.id)), {person})

    def test_who_is_no_customer_to_be_is_left_out(self):
        other = self.setup_other_company()["company"]
        gone = self.make_prospect()
        gone.active = False
        cases = {
            "supplier": self.make_prospect(supplier_rank=1),
            "own company": other.partner_id,
            "employee": self.salesperson.partner_id,
            "of another company": self.make_prospect(company_id=other.id),
            "archived": gone,
        }
        both = self.make_prospect(supplier_rank=3, customer_rank=1, company_id=self.company.id)
        portal = self.make_user("portal", "base.group_portal").partner_id
        for partner in (*cases.values(), portal):
            partner.industry_id = self.banking
        self.assertEqual(self.get_prospects(), set(self.prospects | both | portal))
        self.assertIn(cases["of another company"], self.get_prospects(company=other))

    def test_a_branch_has_the_contacts_of_its_parent(self):
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        own = self.make_prospect(company_id=branch.id)
        parents = self.make_prospect(company_id=self.company.id)
        self.assertEqual(self.get_prospects(company=branch), set(self.prospects | own | parents))
        self.assertEqual(self.get_prospects(), set(self.prospects | parents))

    def test_with_business_one_is_a_customer_once(self):
        self.make_invoice(self.prospects[0], 10, "2024-05-01")
        self.assertEqual(len(self.evaluate().line_ids), 8)

    def test_the_rules_say_who_is_a_prospect(self):
        expected = self.make_customer(name="Expected")
        self.make_expectation(expected, market_potential=100, share_pct=100)
        by_value = self.make_ruleset(name="Value")
        self.make_criterion(by_value, "expected_value")
        both = self.make_ruleset(name="Both")
        self.make_criterion(both, "expected_value")
        self.make_criterion(both, "industry_fit_pct")
        for rules, prospects in (
            (self.rules, self.prospects),
            (by_value, expected),
            (both, self.prospects | expected),
            (self.ruleset, self.prospects | expected),
        ):
            wizard = self.env["key.account.evaluation.wizard"].create(
                {
                    "company_id": self.company.id,
                    "ruleset_id": rules.id,
                    "period": "free",
                    "date_from": "2024-01-01",
                    "date_to": "2024-12-31",
                    "with_prospects": True,
                }
            )
            found = self.env["key.account.collector"]._get_customer_ids(wizard._get_scope())
            with self.subTest(rules.name):
                self.assertEqual(set(found), set((prospects | self.customers).ids))


@tagged("post_install", "-at_install")
class TestFitExplained(FitEvaluationCommon):
    """The scorecard shows what the evaluation saw, the customer what is so today."""

    def get_texts(self, html):
        return " ".join(html.striptags().split())

    def test_the_scorecard_says_what_counted_and_what_is_unknown(self):
        shown = self.get_texts(self.get_line(self.evaluate(), self.prospects[0]).scorecard_html)
        self.assertIn("Fit score 80 = 80 points of the customer profile × 100 % industry fit", shown)
        self.assertIn("Company Size Large 80 Region unknown 0", shown)
        self.assertIn("(the best possible customer has 100) 80 Industry Banking 100 %", shown)

    def test_the_scorecard_says_why_there_is_no_score(self):
        self.second.industry_id = self.mining
        self.third.country_id = self.france
        evaluation = self.evaluate()
        for customer, expected in (
            (self.big, "No fit score: the customer has no industry."),
            (self.second, "No fit score: the industry Mining is not in the industry profile."),
            (self.third, "Region no row of the profile matches 0"),
        ):
            self.assertIn(expected, self.get_texts(self.get_line(evaluation, customer).scorecard_html))
        self.env["key.account.customer.profile"].search([]).unlink()
        line = self.get_line(self.evaluate(), self.prospects[0])
        self.assertIn("No fit score: the customer profile is empty.", self.get_texts(line.scorecard_html))

    def test_the_scorecard_stays_when_tables_and_customers_change(self):
        line = self.get_line(self.evaluate(), self.prospects[0])
        before = self.get_fit(line)
        self.assertIn("Company Size Large 80", before)
        self.prospects[0].write({"industry_id": self.farming.id, "country_id": self.china.id})
        self.banking.name = "Money"
        self.get_option("company_size", "large")[1].name = "Big"
        self.env["key.account.customer.profile"].search([]).unlink()
        self.env["key.account.industry.profile"].search([]).unlink()
        self.banking.unlink()
        line.invalidate_recordset()
        self.assertEqual(self.get_fit(line), before)

    def get_fit(self, line):
        return self.get_texts(line.scorecard_html).partition("Fit score")[2].partition("Facts")[0]

    def test_nobody_writes_what_was_frozen(self):
        evaluation = self.evaluate()
        calls = [(evaluation, {"profile_snapshot": {}}), (evaluation.line_ids[0], {"fit": {}})]
        for record, values in calls:
            with self.subTest(values), self.assertRaisesRegex(UserError, "cannot be edited"):
                call_kw(record.with_user(self.manager), "write", [record.ids, values], {})

    def test_other_rules_freeze_no_profiles(self):
        self.rules.action_retire()
        evaluation = self.make_evaluation(ruleset_id=self.make_evaluation_ruleset().id)
        self.assertFalse(evaluation.profile_snapshot or any(evaluation.line_ids.mapped("fit")))
        self.assertNotIn("Fit score", self.get_texts(evaluation.line_ids[0].scorecard_html))

    @freeze_time("2024-07-01")
    def test_the_customer_shows_what_is_so_today(self):
        self.prospects.user_id = self.manager
        shown = self.get_shown(self.prospects[0], self.manager)
        self.assertIn("Fit score 80 =", shown)
        self.prospects[0].country_id = self.china
        self.assertIn("Fit score 100 =", self.get_shown(self.prospects[0], self.manager))
        self.choose(self.prospects[0], "company_size", "medium", "2024-07-02", "2024-07-02")
        self.assertIn("Fit score 100 =", self.get_shown(self.prospects[0], self.manager))
        contact = self.make_customer(parent_id=self.prospects[0].id)
        self.assertFalse(self.get_shown(contact, self.manager))

    def get_shown(self, customer, user):
        customer.invalidate_recordset()
        return self.get_texts(customer.with_user(user).with_company(self.company).key_account_fit_html or Markup())

    def test_salespeople_see_the_fit_of_their_customers(self):
        self.prospects[0].user_id, self.prospects[1].user_id = self.salesperson, self.manager
        seen = [bool(self.get_shown(prospect, self.salesperson)) for prospect in self.prospects]
        self.assertEqual(seen, [True, False, True])
        employee = self.make_user("employee", "base.group_user")
        with self.assertRaises(AccessError):
            self.get_shown(self.prospects[0], employee)

    def test_without_profiles_the_form_shows_nothing(self):
        self.env["key.account.customer.profile"].search([]).unlink()
        self.env["key.account.industry.profile"].search([]).unlink()
        self.assertFalse(self.get_shown(self.prospects[0], self.manager))

    def test_the_form_of_a_contact_opens_saved_or_not(self):
        self.manager.group_ids = [Command.link(self.env.ref("base.group_partner_manager").id)]
        contacts = self.env["res.partner"].with_user(self.manager).with_company(self.company)
        form = Form(contacts)
        form.name, form.company_type = "New one", "company"
        form.industry_id = self.banking
        self.assertFalse(form.key_account_fit_html)
        with Form(form.save()) as form:
            self.assertIn("Fit score", form.key_account_fit_html)
