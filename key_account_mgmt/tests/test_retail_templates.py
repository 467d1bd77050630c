from collections import Counter, defaultdict
from decimal import ROUND_HALF_UP, Decimal

from odoo.addons.key_account_mgmt.rules import evaluate

from .common import KeyAccountCommon
from .retail import copy_customers, copy_invoices, read_retail

YEAR = 2011
STEP = Decimal("0.000001")


class TestRetailTemplates(KeyAccountCommon):
    """Every template on a year of real invoices: the tiers that follow from the method, counted from the file."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        invoices = read_retail(YEAR)
        cls.amounts, cls.months = defaultdict(list), defaultdict(set)
        for invoice in invoices:
            cls.amounts[invoice.customer].append(invoice.amount)
            cls.months[invoice.customer].add(invoice.date[:7])
        cls.revenue = {customer: sum(amounts) for customer, amounts in cls.amounts.items()}
        pattern = cls.make_invoice(cls.make_customer(), 100, f"{YEAR - 10}-06-01")
        copy_invoices(cls.env, pattern, invoices, copy_customers(cls.env, cls.make_customer(), list(cls.amounts)))
        facts = cls.collect(f"{YEAR}-01-01", f"{YEAR}-12-31")
        cls.facts = {customer.name: values for customer, values in facts.items()}

    def get_tiers(self, name):
        """``{customer: code}`` by the draft of a template, as it is created."""
        draft = self.env.ref(f"key_account_mgmt.template_{name}")._create_draft(self.company)
        results = evaluate(draft._get_policy(), self.facts)
        return {customer: result.decision.tier for customer, result in results.items()}

    def get_places(self, figures):
        """Rank × 100 ÷ population, equal figures at the better rank."""
        better, ranks = 0, {}
        for figure, count in sorted(Counter(figures.values()).items(), reverse=True):
            ranks[figure], better = better + 1, better + count
        return {key: Decimal(ranks[figure] * 100) / len(figures) for key, figure in figures.items()}

    def sort_into(self, places, *limits, last):
        """``{customer: code}``: the first ``(percentage, code)`` that the place is within."""
        return {
            customer: next((code for limit, code in limits if place <= limit), last)
            for customer, place in places.items()
        }

    def get_share_points(self, maximum):
        """Points of the scale by rank, for revenue."""
        ranks = {key: int(place * len(self.revenue) / 100 + Decimal("0.5")) for key, place in self.places.items()}
        population = len(ranks)
        return {
            key: (Decimal(maximum) * (population - rank + 1) / population).quantize(STEP, ROUND_HALF_UP)
            for key, rank in ranks.items()
        }

    @property
    def places(self):
        return self.get_places(self.revenue)

    def test_the_book(self):
        self.assertEqual(len(self.facts), 4219)
        self.assertEqual({key: values["revenue"] for key, values in self.facts.items()}, self.revenue)

    def test_single_indicator_by_rank(self):
        expected = self.sort_into(self.places, (15, "A"), (35, "B"), last="C")
        for customer, amounts in self.amounts.items():
            if len(amounts) <= 2 and max(amounts) * 100 >= 70 * sum(amounts):
                expected[customer] = "C"
        self.assertEqual(self.get_tiers("single_indicator_rank"), expected)

    def test_single_indicator_by_thresholds(self):
        tiers = self.get_tiers("single_indicator_thresholds")
        # Counted in the file: 7 customers from 100,000 and 31 more from 20,000.
        self.assertEqual(Counter(tiers.values()), {"A": 7, "B": 31, "C": 4181})
        self.assertEqual({key for key, tier in tiers.items() if tier == "A"}, self.get_from(100_000))
        self.assertEqual({key for key, tier in tiers.items() if tier != "C"}, self.get_from(20_000))

    def get_from(self, least):
        return {customer for customer, revenue in self.revenue.items() if revenue >= least}

    def test_value_pyramid(self):
        # Nothing has a cost, so margin is revenue; nothing was paid, so nobody has points for that.
        revenue, margin = self.get_share_points(40), self.get_share_points(30)
        months = {
            key: (Decimal(15 * len(months)) / 12).quantize(STEP, ROUND_HALF_UP) for key, months in self.months.items()
        }
        scores = {key: revenue[key] + margin[key] + months[key] for key in self.revenue}
        levels = ((1, "vip"), (5, "main"), (20, "ordinary"))
        expected = self.sort_into(self.get_places(scores), *levels, last="small")
        self.assertEqual(self.get_tiers("value_pyramid"), expected)
        # Within 1 %, 5 % and 20 % of 4,219 lie 42, 210 and 843 customers, give or take equal scores at the border.
        counts = Counter(expected.values())
        self.assertEqual((counts["vip"], counts["vip"] + counts["main"]), (42, 210))

    def test_without_grades_points_follow_revenue(self):
        cases = {"composite_points": ((20, "A"), (50, "B")), "three_families": ((15, "A"), (35, "B"))}
        for name, limits in cases.items():
            with self.subTest(name):
                self.assertEqual(self.get_tiers(name), self.sort_into(self.places, *limits, last="C"))

    def test_scorecard_without_grades_and_history_sorts_nobody_high(self):
        # 20 + 20 points by rank and 8 for no returns at most; 50 would be B.
        self.assertEqual(set(self.get_tiers("scorecard").values()), {"C"})
