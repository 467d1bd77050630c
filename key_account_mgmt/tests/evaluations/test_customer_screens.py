from lxml import etree

from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import Form

from ...models.evaluations.evaluation_scorecard import Scorecard
from ..evaluation_common import KeyAccountEvaluationCommon


class TestCustomerScreens(KeyAccountEvaluationCommon):
    """The tier where salespeople work: customers, their contacts, quotations, settings."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contact = cls.make_customer(name="Contact", parent_id=cls.second.id)
        cls.evaluation = cls.make_evaluation("applied")

    def test_contacts_show_the_tier_of_their_company(self):
        contact = self.contact.with_user(self.salesperson).with_company(self.company)
        self.assertEqual(contact.key_account_shown_tier_id, self.tier_a)
        self.assertEqual(contact.key_account_tier_color, self.tier_a.color)
        self.assertFalse(contact.key_account_tier_id)
        self.assertEqual(contact.key_account_line_count, 1)

    def test_customers_and_contacts_are_found_by_tier(self):
        partners = self.env["res.partner"].with_company(self.company)
        mine = Domain("id", "in", (self.customers | self.contact).ids)
        table = [
            (Domain("key_account_shown_tier_id", "=", self.tier_a.id), self.second | self.contact),
            (Domain("key_account_shown_tier_id", "!=", False), self.customers | self.contact),
            (Domain("key_account_shown_tier_id", "=", False), partners.browse()),
            (Domain("key_account_shown_tier_id", "ilike", "B"), self.third),
        ]
        for domain, found in table:
            with self.subTest(str(domain)):
                self.assertEqual(set(partners.search(mine & domain).ids), set(found.ids))

    def test_customers_are_grouped_by_tier(self):
        groups = (
            self.env["res.partner"]
            .with_company(self.company)
            ._read_group([("id", "in", self.customers.ids)], ["key_account_tier_id"], ["__count"])
        )
        self.assertEqual({tier.code: count for tier, count in groups}, {"A": 1, "B": 1, "C": 3})

    def test_button_opens_the_evaluations_of_the_customer(self):
        action = self.contact.with_user(self.salesperson).with_company(self.company).action_open_key_account_lines()
        lines = self.env[action["res_model"]].with_user(self.salesperson).search(action["domain"])
        self.assertEqual(lines, self.get_line(self.evaluation, self.second))

    def test_quotation_shows_the_tier_in_its_company(self):
        other = self.setup_other_company()["company"]
        for company, tier in ((self.company, self.tier_a), (other, self.env["key.account.tier"])):
            order = self.env["sale.order"].new({"partner_id": self.contact.id, "company_id": company.id})
            self.assertEqual(order.key_account_tier_id._origin, tier)

    def test_salespeople_without_key_account_rights_still_see_contacts(self):
        clerk = self.make_user("clerk", "base.group_user,base.group_partner_manager")
        with Form(self.second.with_user(clerk).with_company(self.company)) as form:
            self.assertEqual(form.name, "Second")
        with self.assertRaises(AccessError):
            self.evaluation.with_user(clerk).read(["name"])

    def test_clerks_can_merge_customers_with_tiers(self):
        clerk = self.make_user("clerk", "base.group_user,base.group_partner_manager")
        for merged, destination, tier in (
            (self.second, self.third, self.tier_b),
            (self.fourth, self.make_customer(name="Without a tier"), self.tier_c),
        ):
            merge = self.env["base.partner.merge.automatic.wizard"].with_user(clerk).with_company(self.company)
            merge._merge((merged | destination).ids, destination.with_env(merge.env), extra_checks=False)
            self.env.invalidate_all()
            self.assertFalse(merged.exists())
            self.assertEqual(destination.with_company(self.company).key_account_tier_id, tier)

    def test_settings_tell_rules_and_matcher(self):
        settings = self.env["res.config.settings"].with_company(self.company).new({"company_id": self.company.id})
        self.assertEqual(settings.key_account_ruleset_id, self.ruleset)
        self.assertIn(settings.key_account_matcher, ("durable-rules", "reference"))
        settings = self.env["res.config.settings"].with_company(self.company).create({"key_account_four_eyes": False})
        settings.execute()
        self.assertFalse(self.company.key_account_four_eyes)

    def test_scorecard_explains_the_tier(self):
        line = self.get_line(self.evaluation, self.big).with_user(self.salesperson)
        for text in ("One-off purchase", "Revenue", "5,000.00", "100"):
            with self.subTest(text):
                self.assertIn(text, line.scorecard_html)
        self.assertIn("One-off purchase", line.reason_text)
        self.assertNotIn("One-off purchase", self.get_line(self.evaluation, self.second).reason_text)

    def test_scorecard_shows_the_facts_of_the_rules_and_folds_all(self):
        line = self.get_line(self.evaluation, self.second)
        metrics = self.env["key.account.metric"].search([("code", "in", ("revenue", "invoice_count"))])
        used = [fact["name"] for fact in Scorecard(line).get_facts() if fact["used"]]
        self.assertEqual(sorted(used), sorted(metrics.mapped("name")))
        html = etree.fromstring(str(line.scorecard_html))
        self.assertEqual(len(html.findall("div/div")), len(used))
        self.assertGreater(len(html.findall("details/div/div")), len(used))

    def test_scorecard_does_not_repeat_the_only_criterion_as_a_total(self):
        html = etree.fromstring(str(self.get_line(self.evaluation, self.second).scorecard_html))
        self.assertEqual(len(html.findall(".//tbody/tr")), 1)
        self.assertIsNone(html.find(".//tfoot"))

    def test_scorecard_compares_with_the_last_applied_result_of_an_earlier_period(self):
        later = {"name": "Later", "date_from": "2024-07-01", "date_to": "2025-06-30"}
        self.make_evaluation("computed", **later | {"name": "Not applied", "date_to": "2025-03-31"})
        line = self.get_line(self.make_evaluation("computed", **later), self.third)
        html = etree.fromstring(str(line.scorecard_html))
        rows = [["".join(cell.itertext()).strip() for cell in row] for row in html.findall("table[1]/tbody/tr")]
        self.assertEqual([row[0] for row in rows], ["Later", "2024"])
        self.assertEqual([row[3] for row in rows], ["2", "3"])
        first = self.get_line(self.evaluation, self.third)
        self.assertNotIn("Compared With Before", first.scorecard_html)

    def test_line_opens_its_customer_and_all_its_results(self):
        line = self.get_line(self.evaluation, self.second).with_user(self.salesperson)
        action = line.action_open_customer()
        self.assertEqual((action["res_model"], action["res_id"]), ("res.partner", self.second.id))
        action = line.action_open_results()
        self.assertEqual(line.search(action["domain"]), line)

    def test_scorecard_of_a_lost_customer(self):
        gone = self.make_customer(name="Gone")
        gone.with_company(self.company).key_account_tier_id = self.tier_b
        line = self.get_line(self.make_evaluation(), gone)
        self.assertIn("No business", line.scorecard_html)
