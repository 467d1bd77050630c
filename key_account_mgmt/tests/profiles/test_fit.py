import random
from decimal import ROUND_HALF_UP, Decimal

from odoo.tests import tagged

from ..fit_common import FitCommon


@tagged("post_install", "-at_install")
class TestFitScore(FitCommon):
    """经历推算法: industry fit × customer points ÷ 100, from contacts and choices alone."""

    def test_the_example_of_the_documentation(self):
        self.make_profile()
        self.assert_fit(0, 0)
        self.choose(self.customer, "company_size", "large")
        self.assert_fit(32, 40)
        self.customer.country_id = self.china
        self.assert_fit(44, 55)
        self.customer.state_id = self.inner
        self.assert_fit(52, 65)
        self.customer.category_id = self.listed
        self.assert_fit(68, 85)
        self.choose(self.customer, "project_choice", "quality")
        self.assert_fit(80, 100)
        self.assert_facts(self.customer, {"industry_fit_pct": 80})

    def test_no_industry_no_score(self):
        self.make_profile()
        self.customer.country_id = self.china
        cases = [(self.farming, 0, 0), (self.mining, None, None), (self.env["res.partner.industry"], None, None)]
        for industry, score, pct in cases:
            with self.subTest(industry.name):
                self.customer.industry_id = industry
                self.assert_fit(score, 15)
                self.assert_facts(self.customer, {"industry_fit_pct": pct})

    def test_an_empty_profile_scores_nobody(self):
        self.make_industry(self.banking, 80)
        self.assert_fit(None, None)
        self.assert_facts(self.customer, {"industry_fit_pct": 80})
        self.env["key.account.industry.profile"].search([]).unlink()
        self.make_row(15, country=self.china)
        self.assert_fit(None, 0)

    def test_a_score_has_twelve_decimals(self):
        self.make_industry(self.banking, 33.333333)
        self.make_row(66.666667, country=self.china)
        self.customer.country_id = self.china
        self.assert_fit("22.222222111111", "66.666667")

    def test_more_decimals_than_six_are_rounded_alike_everywhere(self):
        """Half up in the statement and in the explanation: an entry between two of its steps must not part them."""
        self.make_industry(self.banking, 99.9999985)
        row = self.make_row(33.3333345, country=self.china)
        self.customer.country_id = self.china
        explainer = self.env["key.account.fit.explanation"]
        scope = self.make_scope(partner_ids=tuple(self.customer.ids), with_business_only=False)
        for points, rounded in ((33.3333345, "33.333335"), (66.6666665, "66.666667"), (0.0000005, "0.000001")):
            with self.subTest(points):
                row.points = points
                found = explainer._judge(
                    explainer._get_profile_snapshot(self.company), explainer._get_matches(scope)[self.customer.id]
                )
                self.assertEqual(found.points, Decimal(rounded))
                self.assert_fit(found.score, found.points)

    def test_the_latest_choice_begun_by_the_end_of_the_period_counts(self):
        self.make_profile()
        for size, points, date_from, date_to in (
            ("medium", 10, "2019-01-01", "2019-12-31"),
            ("large", 40, "2024-12-31", "2025-12-31"),
            ("small", 40, "2025-01-01", "2025-12-31"),
        ):
            self.choose(self.customer, "company_size", size, date_from, date_to)
            self.assert_facts(self.customer, {"customer_profile_points": points})
        self.assert_facts(self.customer, {"customer_profile_points": 10}, date_to="2024-12-30")
        self.assert_facts(self.customer, {"customer_profile_points": 0}, date_to="2025-01-01")

    def test_a_state_counts_within_its_country_only(self):
        self.make_profile()
        cases = [(self.china, self.outer, 15), (self.china, False, 15), (self.france, False, 0), (False, False, 0)]
        for country, state, points in cases:
            self.customer.write({"country_id": country and country.id, "state_id": state and state.id})
            self.assert_facts(self.customer, {"customer_profile_points": points})

    def test_tags_match_with_those_below_them_and_count_once(self):
        self.make_profile()
        below = self.env["res.partner.category"].create(
            [{"name": name, "parent_id": self.listed.id} for name in ("New York", "Hong Kong")]
        )
        other = self.env["res.partner.category"].create({"name": "Other"})
        for tags, points in ((below, 20), (below[0] | other, 20), (other, 0), (self.listed, 20)):
            self.customer.category_id = tags
            self.assert_facts(self.customer, {"customer_profile_points": points})
        self.listed.active = False
        self.assert_facts(self.customer, {"customer_profile_points": 0})

    def test_any_choice_that_people_enter_may_be_a_feature(self):
        self.make_profile()
        for row in self.env["key.account.customer.profile"].search([("feature", "=", "tag")]):
            row.unlink()
        self.make_metric("region", "choice", options=("north", "south"))
        self.make_row(20, choice=("region", "north"))
        self.choose(self.customer, "region", "north")
        self.customer.country_id = self.china
        self.assert_facts(self.customer, {"customer_profile_points": 35})

    def test_the_company_of_a_contact_counts(self):
        self.make_profile()
        contact = self.make_customer(parent_id=self.customer.id, type="delivery")
        self.choose(contact, "company_size", "large")
        contact.write({"category_id": self.listed.ids, "country_id": self.china.id})
        self.assert_fit(32, 40)
        self.assertNotIn(contact, self.collect(with_prospects=True))

    def test_a_companys_own_rows_stand_instead_of_the_shared_ones(self):
        self.make_profile()
        self.choose(self.customer, "company_size", "large")
        other = self.setup_other_company(currency_id=self.company.currency_id.id)["company"]
        self.make_industry(self.banking, 50, company_id=other.id)
        self.make_row(30, choice=("company_size", "large"), company_id=other.id)
        self.make_row(12, country=self.china, company_id=other.id)
        self.customer.country_id = self.china
        self.assert_fit(44, 55)
        self.assert_fit(6, 12, company=other)
        self.choose(self.customer, "company_size", "large", company_id=other.id)
        self.assert_fit(21, 42, company=other)
        self.make_row(0, country=self.china, company_id=self.company.id)
        self.assert_fit(32, 40)

    def test_points_beyond_100_are_100(self):
        """Deleting a company's own row can bring back a shared one with more points."""
        self.make_profile()
        own = self.make_row(0, choice=("company_size", "large"), company_id=self.company.id)
        self.make_row(30, choice=("project_choice", "quality"), company_id=self.company.id)
        own.unlink()
        self.customer.write({"state_id": self.inner.id, "country_id": self.china.id, "category_id": self.listed.ids})
        self.choose(self.customer, "company_size", "large")
        self.choose(self.customer, "project_choice", "quality")
        self.assert_fit(80, 100)
        explainer = self.env["key.account.fit.explanation"]
        self.assertEqual(explainer._get_maximum(explainer._get_profile_snapshot(self.company)), 100)


@tagged("post_install", "-at_install")
class TestFitOfARandomBook(FitCommon):
    """The statement, the core and the obvious computation, record by record, agree."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.random = random.Random(20240930)
        cls.tags = cls.listed | cls.env["res.partner.category"].create(
            [{"name": "Below", "parent_id": cls.listed.id}, {"name": "Other"}, {"name": "None"}]
        )
        cls.book = cls.env["res.partner"].concat(*(cls._make_contact() for _index in range(60)))

    @classmethod
    def _make_contact(cls):
        chance = cls.random.choice
        state = chance([cls.env["res.country.state"], cls.inner, cls.outer])
        customer = cls.make_customer(
            industry_id=chance([cls.banking.id, cls.farming.id, cls.mining.id, False]),
            state_id=state.id,
            country_id=state.country_id.id or chance([False, cls.china.id, cls.france.id]),
            category_id=cls.random.sample(cls.tags.ids, cls.random.randrange(3)),
        )
        for metric in ("company_size", "project_choice"):
            for year in cls.random.sample(range(2022, 2027), cls.random.randrange(3)):
                option = chance(cls.get_metric(metric).option_ids).code
                cls.choose(customer, metric, option, f"{year}-01-01", f"{year}-12-31")
        return customer

    @classmethod
    def _make_random_rows(cls):
        def points():
            return round(cls.random.uniform(0, 25), cls.random.randrange(7))

        cls.env["key.account.industry.profile"].search([]).unlink()
        cls.env["key.account.customer.profile"].search([]).unlink()
        for company in (False, cls.company.id):
            for industry in cls.random.sample([cls.banking, cls.farming], cls.random.randrange(1, 3)):
                cls.make_industry(industry, round(cls.random.uniform(0, 100), 6), company_id=company)
            choices = [("company_size", "large"), ("company_size", "small"), ("project_choice", "price")]
            places = [{"choice": choice} for choice in choices]
            places += [{"country": cls.china}, {"state": cls.inner}, {"country": cls.france}]
            places += [{"tag": tag} for tag in cls.tags[:3]]
            for value in cls.random.sample(places, cls.random.randrange(1, len(places))):
                cls.make_row(points(), company_id=company, **value)

    def _expect(self, customer):
        """Score and points by the records themselves."""
        industries = self.env["key.account.industry.profile"].search([("industry_id", "=", customer.industry_id.id)])
        own = industries.filtered("company_id") or industries
        best = {}
        for row in self.env["key.account.customer.profile"].search([]):
            replaced = not row.company_id and self._get_own(row)
            if not replaced and self._matches(row, customer):
                feature = row.metric_id or row.feature
                best[feature] = max(best.get(feature, Decimal(0)), Decimal(str(row.points)))
        points = sum(best.values(), Decimal(0))
        if not own:
            return None, points
        score = Decimal(str(own.fit_pct)) * points / 100
        return score.quantize(Decimal("1e-12"), ROUND_HALF_UP), points

    def _get_own(self, row):
        same = [(name, "=", row[name].id) for name in ("option_id", "country_id", "state_id", "category_id")]
        return row.search_count([("company_id", "=", self.company.id), *same])

    def _matches(self, row, customer):
        if row.feature == "tag":
            return bool(customer.category_id.filtered_domain([("id", "child_of", row.category_id.id)]))
        if row.feature == "region":
            return row.country_id == customer.country_id and row.state_id in (customer.state_id, row.state_id.browse())
        values = self.env["key.account.metric.value"].search(
            [
                ("partner_id", "=", customer.id),
                ("metric_id", "=", row.metric_id.id),
                ("date_from", "<=", "2024-12-31"),
            ]
        )
        return values.sorted("date_from")[-1:].option_id == row.option_id

    def test_all_three_agree(self):
        explainer = self.env["key.account.fit.explanation"]
        scope = self.make_scope(partner_ids=tuple(self.book.ids), with_business_only=False)
        scored = 0
        for _round in range(8):
            self._make_random_rows()
            facts = self.collect(partner_ids=tuple(self.book.ids), with_business_only=False)
            tables, inputs = explainer._get_profile_snapshot(self.company), explainer._get_matches(scope)
            for customer in self.book:
                found = explainer._judge(tables, inputs[customer.id])
                collected = facts[customer].get("fit_score"), facts[customer]["customer_profile_points"]
                self.assertEqual(collected, self._expect(customer))
                self.assertEqual((found.score, found.points), collected)
                scored += bool(found.score)
        self.assertGreater(scored, 100)
