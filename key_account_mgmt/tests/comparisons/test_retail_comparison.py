from collections import Counter
from decimal import Decimal

from odoo.fields import Command
from odoo.tests import tagged

from ..common import KeyAccountCommon
from ..retail import make_retail_book

YEAR = 2011


@tagged("-standard", "real_invoices")
class TestRetailComparison(KeyAccountCommon):
    """Three methods on a year of real invoices: revenue with its veto, a weighted score, and how often people buy."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        make_retail_book(cls, YEAR)
        # It is the main company's, which the tests' user does not see.
        shipped = cls.env.ref("key_account_mgmt.ruleset_revenue_abc").sudo()
        cls.revenue = shipped.copy({"company_id": cls.company.id}).sudo(False)
        cls.score = cls._make_method("Score", "score", revenue=50, invoice_count=25, active_months=25)
        cls.frequency = cls._make_method("Frequency", "invoice_count", invoice_count=100)
        cls.comparison = cls._compare()
        # Read once, since each test starts with an empty cache.
        names = ["partner_id", "ruleset_id", "tier_id", "revenue", "score", "rank", "agreed", "moved", "vetoed"]
        cls.lines = cls.comparison.line_ids.read(names, load=None)
        cls.codes = {tier.id: tier.code for tier in cls.revenue.tier_ids}

    @classmethod
    def _make_method(cls, name, ranked, **criteria):
        """A draft: A, B and C by rank as in the shipped rule set."""
        draft = cls.make_ruleset(name=name)
        for metric, points in criteria.items():
            cls.make_criterion(draft, metric, key=metric, max_points=points)
        cls.make_rule(draft, "A", (ranked, "rank_pct", "<=", 15))
        cls.make_rule(draft, "B", (ranked, "rank_pct", "<=", 35))
        cls.make_rule(draft, "C")
        return draft

    @classmethod
    def _compare(cls):
        comparison = cls.env["key.account.comparison"].create(
            {
                "company_id": cls.company.id,
                "ruleset_ids": [Command.set((cls.revenue | cls.score | cls.frequency).ids)],
                "ruleset_id": cls.revenue.id,
                "date_from": f"{YEAR}-01-01",
                "date_to": f"{YEAR}-12-31",
            }
        )
        comparison.action_compute()
        return comparison

    def get_column(self, ruleset, name):
        """Values of one rule set by customer."""
        return {line["partner_id"]: line[name] for line in self.lines if line["ruleset_id"] == ruleset.id}

    def get_tiers(self, ruleset):
        return {partner: self.codes[tier] for partner, tier in self.get_column(ruleset, "tier_id").items()}

    def test_everybody_by_every_method(self):
        self.assertEqual(self.comparison.customer_count, 4219)
        self.assertEqual(len(self.lines), 3 * 4219)

    def test_revenue_gives_the_tiers_that_are_known_of_it(self):
        self.assertEqual(Counter(self.get_tiers(self.revenue).values()), {"A": 616, "B": 769, "C": 2834})

    def test_the_share_of_the_top_tier(self):
        revenue = {partner: Decimal(str(value)) for partner, value in self.get_column(self.revenue, "revenue").items()}
        total = sum(value for value in revenue.values() if value > 0)
        for ruleset, method in zip(
            self.revenue | self.score | self.frequency, self.comparison.result["methods"], strict=True
        ):
            with self.subTest(ruleset.name):
                top = [partner for partner, tier in self.get_tiers(ruleset).items() if tier == "A"]
                covered = sum(max(revenue[partner], 0) for partner in top)
                self.assertEqual(method["top"]["customers"], len(top))
                self.assertEqual(Decimal(method["top"]["share_pct"]), round(covered * 100 / total, 6))

    def test_matrices_moves_and_agreement_are_those_of_the_lines(self):
        rulesets = self.revenue | self.score | self.frequency
        columns = [self.get_tiers(ruleset) for ruleset in rulesets]
        for pair in self.comparison.result["pairs"]:
            first, second = columns[pair["first"]], columns[pair["second"]]
            expected = Counter((first[partner], second[partner]) for partner in first)
            self.assertEqual({(before, now): count for before, now, count in pair["matrix"]}, expected)
            self.assertEqual(pair["moved"], sum(count for (before, now), count in expected.items() if before != now))
        agreed = {partner for partner in columns[0] if len({column[partner] for column in columns}) == 1}
        self.assertEqual({line["partner_id"] for line in self.lines if line["agreed"]}, agreed)
        self.assertEqual(self.comparison.agreed_count, len(agreed))

    def test_rank_correlation_is_that_of_a_plain_computation(self):
        rulesets = self.revenue | self.score | self.frequency
        scores = [self.get_column(ruleset, "score") for ruleset in rulesets]
        for pair in self.comparison.result["pairs"]:
            first, second = scores[pair["first"]], scores[pair["second"]]
            with self.subTest(pair=(pair["first"], pair["second"])):
                expected = self._correlate([first[key] for key in first], [second[key] for key in first])
                self.assertAlmostEqual(float(pair["correlation"]), expected, places=5)

    def _correlate(self, first, second):
        """Pearson's correlation of average ranks, in floats."""
        left, right = self._get_average_ranks(first), self._get_average_ranks(second)
        mean = (len(first) + 1) / 2
        shared = sum((x - mean) * (y - mean) for x, y in zip(left, right, strict=True))
        spreads = [sum((value - mean) ** 2 for value in side) for side in (left, right)]
        return shared / (spreads[0] * spreads[1]) ** 0.5

    def _get_average_ranks(self, values):
        places = {}
        for place, value in enumerate(sorted(values), 1):
            places.setdefault(value, []).append(place)
        return [sum(places[value]) / len(places[value]) for value in values]
