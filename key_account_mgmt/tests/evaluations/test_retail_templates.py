import operator
from collections import Counter, defaultdict
from decimal import ROUND_HALF_UP, Decimal

from odoo.tests import tagged

from ...rules import evaluate
from ..common import KeyAccountCommon
from ..retail import copy_customers, copy_invoices, read_retail

YEAR = 2011
STEP = Decimal("0.000001")
OPERATORS = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "=": operator.eq,
    "!=": operator.ne,
}


@tagged("-standard", "real_invoices")
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

    def evaluate(self, template, facts=None):
        """The policy of a template's draft as it is created, and what the core makes of the book by it."""
        policy = template._create_draft(self.company)._get_policy()
        return policy, evaluate(policy, facts or self.facts)

    def get_results(self, name, **facts):
        return self.evaluate(self.env.ref(f"key_account_mgmt.template_{name}"), **facts)[1]

    def get_tiers(self, name, **facts):
        """``{customer: code}`` by the draft of a template."""
        return {customer: result.decision.tier for customer, result in self.get_results(name, **facts).items()}

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

    def read_tables(self, policy, results):
        """``{customer: code}`` by reading the tables of tiers and vetoes row by row, places counted anew.

        The points are taken as they are; tests of each method count them from the file.
        """
        rules = [rule for table in policy.tables if table.kind in ("tier", "veto") for rule in table.rules]
        ranked = {one.metric for rule in rules for one in rule.conditions if one.measure == "rank_pct"}
        places = {metric: self.get_places_by(metric, results) for metric in ranked}
        ranks = {tier.code: tier.rank for tier in policy.tiers}
        vetoes = policy.table("veto").rules if policy.table("veto") else ()
        tiers = {}
        for customer, result in results.items():
            facts = {**self.facts[customer], "score": result.total}
            given, *_others = self.get_holding(policy.table("tier").rules, customer, facts, places)
            tiers[customer] = max([given, *self.get_holding(vetoes, customer, facts, places)], key=ranks.get)
        return tiers

    def get_holding(self, rules, customer, facts, places):
        """Tiers of the rules whose conditions all hold."""
        return [rule.tier for rule in rules if all(self.holds(one, customer, facts, places) for one in rule.conditions)]

    def holds(self, condition, customer, facts, places):
        self.assertIn(condition.measure, ("value", "rank_pct"), "a template uses a measure that is not read here yet")
        value = facts.get(condition.metric)
        if condition.measure == "rank_pct":
            value = places[condition.metric].get(customer)
        if value is None:
            return False
        if condition.operator in ("in", "not in"):
            return (value in condition.values) == (condition.operator == "in")
        return OPERATORS[condition.operator](value, condition.values[0])

    def get_places_by(self, metric, results):
        if metric == "score":
            return self.get_places({customer: result.total for customer, result in results.items()})
        values = {customer: values.get(metric) for customer, values in self.facts.items()}
        return self.get_places({customer: value for customer, value in values.items() if value is not None})

    def test_every_template_gives_each_customer_the_tier_of_its_table(self):
        for template in self.env["key.account.template"].search([]):
            with self.subTest(template.name):
                policy, results = self.evaluate(template)
                self.assertEqual(len(results), 4219)
                tiers = {customer: result.decision.tier for customer, result in results.items()}
                self.assertEqual(tiers, self.read_tables(policy, results))
                self.assertLessEqual(set(tiers.values()), {tier.code for tier in policy.tiers})
                for result in results.values():
                    self.assertEqual(result.total, sum(result.points.values()))
                    self.assertTrue(0 <= result.total <= 100)

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

    def test_expected_value_without_expectations_ranks_by_revenue(self):
        tiers = self.get_tiers("expected_value")
        self.assertEqual(tiers, self.sort_into(self.places, (15, "A"), (35, "B"), last="C"))
        # 15 % of 4,219 are 632 customers, 35 % are 1,476.
        self.assertEqual(Counter(tiers.values()), {"A": 632, "B": 844, "C": 2743})

    def test_prospects_are_ranked_among_the_customers(self):
        """422 of them, each worth a pound more than every tenth customer by revenue."""
        best = sorted(self.revenue, key=self.revenue.get, reverse=True)
        prospects = {f"prospect of {customer}": self.revenue[customer] + 1 for customer in best[::10]}
        facts = {**self.facts, **{name: {"expected_value": value} for name, value in prospects.items()}}
        values = {**self.revenue, **prospects}
        expected = self.sort_into(self.get_places(values), (15, "A"), (35, "B"), last="C")
        self.assertEqual(self.get_tiers("expected_value", facts=facts), expected)
        self.assertIn("A", {expected[name] for name in prospects})

    def test_yearly_appraisal_without_targets_and_grades_counts_late_invoices_only(self):
        """Nothing was paid: 5 points off for each invoice, of 20; without target and grades nobody comes near 60."""
        results = self.get_results("yearly_appraisal")
        expected = {customer: max(0, 20 - 5 * len(amounts)) for customer, amounts in self.amounts.items()}
        self.assertEqual({customer: result.total for customer, result in results.items()}, expected)
        self.assertEqual({result.decision.tier for result in results.values()}, {"fair"})

    def test_yearly_appraisal_with_targets_and_grades(self):
        """Everybody has a target of 2,000, pays in time and has good grades: 15 + 20 + 7, and 50 at most."""
        people = {"cooperation_grade": "good", "information_grade": "good", "late_count": 0}
        facts = {
            customer: {**values, **people, "target_attainment_pct": self.revenue[customer] / 20}
            for customer, values in self.facts.items()
        }
        scores = {customer: 42 + max(0, min(50, revenue / 40)) for customer, revenue in self.revenue.items()}
        expected = {
            customer: "excellent" if score >= 80 else "good" if score >= 60 else "fair"
            for customer, score in scores.items()
        }
        self.assertEqual(self.get_tiers("yearly_appraisal", facts=facts), expected)
        self.assertEqual(set(expected.values()), {"excellent", "good", "fair"})
