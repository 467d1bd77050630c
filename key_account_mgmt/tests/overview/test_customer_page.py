from lxml import html

from odoo import fields
from odoo.tests import freeze_time, tagged

from ..appraisal_common import AppraisalCommon
from ..award_common import AwardCommon
from ..credit_common import CreditCommon


@tagged("post_install", "-at_install")
@freeze_time("2025-07-01")  # 182 of 365 days are over
class TestCustomerPage(AwardCommon, AppraisalCommon, CreditCommon):
    """What the page of a customer tells. Second was C in 2023 and is A since 2024; it buys for 4,000 in that year."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_invoices((cls.second, 1500, "2023-02-01"), (cls.second, 1000, "2023-03-01"))
        cls.make_evaluation("applied", name="2023", date_from="2023-01-01", date_to="2023-12-31")
        bonus = {"rewards": [{**cls.reward(500), "cost": "500"}]}
        cls.evaluation = cls.make_granting({cls.second: bonus})
        cls.make_invoice(cls.second, 300, "2025-02-01")

    @classmethod
    def make_caps(cls, *caps):
        """Put a rule set with these discount caps in force: ``(cap, values)``."""
        ruleset = cls.make_ruleset(name="Caps")
        cls.make_rule(ruleset, "C")
        cls.env["key.account.rule"].create(
            [
                {
                    "name": f"Cap {number}",
                    "ruleset_id": ruleset.id,
                    "kind": "discount_cap",
                    "sequence": number,
                    "cap": cap,
                    **values,
                }
                for number, (cap, values) in enumerate(caps)
            ]
        )
        ruleset.action_activate()

    def get_page(self, customer=None, user=None, company=None):
        self.env.invalidate_all()
        partner = (customer or self.second).with_company(company or self.company).with_user(user or self.env.user)
        page = partner.key_account_page_html
        return page and html.fromstring(str(page))

    def get_texts(self, node):
        return [text.replace("\N{NO-BREAK SPACE}", " ") for text in map(str.strip, node.itertext()) if text]

    def get_tiles(self, *args, **options):
        tiles = [self.get_texts(node) for node in self.get_page(*args, **options).xpath("//div[@class='col']")]
        return {name: values for name, *values in tiles}

    def get_steps(self, *args, **options):
        return [self.get_texts(node)[0] for node in self.get_page(*args, **options).xpath("//li")]

    def test_tier_reason_score_and_revenue_beside_the_period_before(self):
        texts, line = self.get_texts(self.get_page()), self.get_line(self.evaluation, self.second)
        self.assertEqual(texts[:3], ["A", "since 07/01/2025", "Open Scorecard"])
        self.assertIn(line.reason_text.replace("\N{NO-BREAK SPACE}", " "), texts)
        tiles = self.get_tiles()
        self.assertEqual(tiles["Score"], ["80", "Rank 2", "2023: 100, rank 1"])
        self.assertEqual(tiles["Revenue This Year"], ["$ 300", "2024: $ 4,000 (+60 %)", "2023: $ 2,500"])

    def test_the_picture_tells_the_tiers_to_screen_readers(self):
        page = self.get_page()
        self.assertEqual(page.xpath("//div[@role='img']/@aria-label")[-1], "2023: C, 2024: A")
        self.assertEqual(page.xpath("//polyline/@points"), ["25.0,75.0 75.0,25.0"])
        self.assertFalse(self.get_page(self.third).xpath("//polyline"))

    def test_target_and_course(self):
        self.assertEqual(self.get_tiles()["Target This Year"], ["none"])
        for amount, expected in ((600, ["50 %", "of $ 600", "On Track"]), (1000, ["30 %", "of $ 1,000", "Behind"])):
            with self.subTest(amount=amount):
                target = self.make_target(amount, self.second, year=2025)
                self.assertEqual(self.get_tiles()["Target This Year"], expected)
                target.unlink()

    def test_the_discount_that_holds_for_all_orders_of_the_customer(self):
        only_a = {"tier_filter_ids": self.tier_a.ids}
        product = {"product_tmpl_ids": self.good.product_tmpl_id.ids}
        others = "Other caps may hold for some products or orders."
        self.assertNotIn("Discount Allowed", self.get_tiles())
        for caps, second, third in (
            (((15, only_a), (5, {})), ["up to 15 %"], ["up to 5 %"]),
            (((15, only_a),), ["up to 15 %"], ["no general cap"]),
            (((20, product), (0, {})), ["none", others], ["none", others]),
        ):
            with self.subTest(caps=caps):
                self.make_caps(*caps)
                self.assertEqual(self.get_tiles()["Discount Allowed"], second)
                self.assertEqual(self.get_tiles(self.third)["Discount Allowed"], third)

    def test_credit_used_left_and_overdue(self):
        shop = self.customer
        self.set_limit(shop, 0)
        self.make_invoice(shop, 300, "2025-02-01", due="2025-07-01")
        self.assertEqual(self.get_tiles(shop)["Credit"], ["No Limit", "Used: $ 300"])
        self.set_limit(shop, 1000)
        self.assertEqual(self.get_tiles(shop)["Credit"], ["$ 700 left", "Limit: $ 1,000", "Used: $ 300"])
        self.make_invoice(shop, 900, "2025-02-01", due="2025-06-30")
        expected = ["$ -200 left", "Limit: $ 1,000", "Used: $ 1,200", "Overdue: $ 900"]
        self.assertEqual(self.get_tiles(shop)["Credit"], expected)

    def test_rewards_proposed_and_promised(self):
        self.assertEqual(self.get_tiles()["Rewards Promised"], ["1", "Bonus, $ 500 (Proposed)"])
        self.approve(self.get_awards(self.evaluation))
        self.assertEqual(self.get_tiles()["Rewards Promised"], ["$ 500", "Bonus, $ 500 (Promised)"])
        self.assertEqual(self.get_tiles(self.third)["Rewards Promised"], ["none"])

    def test_next_steps(self):
        self.assertEqual(self.get_steps(), ["Nothing is planned. Plan an activity."])
        self.second.activity_schedule(
            "mail.mail_activity_data_call", fields.Date.to_date("2025-06-30"), "Call", user_id=self.manager.id
        )
        self.make_appraisal(customer=self.second, user=self.ann, year=2025)
        self.assertEqual(self.get_steps(), [f"Call, 06/30/2025 ({self.manager.name})", "Grades to give: 1"])
        self.assertEqual(len(self.get_page().xpath("//li[@class='text-danger']")), 1)

    def test_customers_without_a_result_and_contacts(self):
        shop = self.customer
        self.assertIn("Not evaluated yet.", self.get_texts(self.get_page(shop)))
        self.assertNotIn("Score", self.get_tiles(shop))
        shop.key_account_tier_id = self.tier_b
        self.assertIn("The tier was set by hand.", self.get_texts(self.get_page(shop)))
        self.assertFalse(self.get_page(self.make_customer(name="Buyer", parent_id=self.second.id)))
        self.assertFalse(self.env["res.partner"].new({"name": "Unsaved"}).key_account_page_html)

    def test_another_company_shows_its_own_figures(self):
        other = self.setup_other_company()["company"]
        self.assertIn("Not evaluated yet.", self.get_texts(self.get_page(company=other)))
        self.assertEqual(self.get_tiles(company=other)["Revenue This Year"][0][-2:], " 0")

    def test_salespeople_see_no_results_of_customers_of_others(self):
        for user, seen in ((self.salesperson, True), (self.manager, False)):
            with self.subTest(salesperson=user.login):
                self.second.user_id = user
                tiles = self.get_tiles(user=self.salesperson)
                self.assertEqual("Score" in tiles, seen)
                self.assertEqual(tiles["Rewards Promised"] != ["none"], seen)
                self.assertEqual(len(tiles["Revenue This Year"]), 3 if seen else 1)

    def test_parts_that_are_off_are_left_out(self):
        self.make_caps((15, {}))
        tiles = {"Target This Year": "targets", "Discount Allowed": "caps", "Rewards Promised": "credit"}
        tiles["Credit"] = "credit"
        self.assertEqual(self.get_tiles().keys() & tiles, set(tiles))
        for part in sorted(set(tiles.values())):
            with self.subTest(part=part):
                self.env.ref("base.group_user").implied_ids -= self.env.ref(f"key_account_mgmt.group_part_{part}")
                gone = {name for name, needed in tiles.items() if needed == part}
                self.assertFalse(self.get_tiles().keys() & gone)

    def test_the_form_of_a_contact_opens_without_the_page(self):
        shown = self.env["res.partner"].with_user(self.manager).get_views([(False, "form")])["models"]["res.partner"]
        self.assertNotIn("key_account_page_html", shown["fields"])

    def test_the_pages_of_many_customers_take_as_many_statements_as_one(self):
        counts = []
        for customers in (self.second, self.customers):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            customers.mapped("key_account_page_html")
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])
