from odoo.tests import freeze_time

from ..comparison_common import KeyAccountComparisonCommon

OUT_OF_REACH = "no customer can get this tier: of 5 customers, the best has a rank percentage of 20 %"


@freeze_time("2025-06-15")
class TestPlaces(KeyAccountComparisonCommon):
    """Few customers, and tiers by place: whoever sets up rules is told which tier nobody can get."""

    def make_ranked(self, limit, measure="rank_pct"):
        draft = self.make_ruleset(name="Ranked")
        self.make_rule(draft, "A", ("revenue", measure, "<=", limit))
        self.make_rule(draft, "B", ("revenue", measure, "<=", 90))
        self.make_rule(draft, "C")
        return draft

    def preview(self, ruleset):
        wizards = self.env["key.account.evaluation.wizard"].with_user(self.manager).with_company(self.company)
        wizard = wizards.create({"company_id": self.company.id, "ruleset_id": ruleset.id})
        wizard.action_preview()
        return str(wizard.preview_html)

    def test_the_preview_and_the_check_say_which_tier_cannot_come_out(self):
        for limit, told in ((15, True), (20, False)):
            with self.subTest(limit):
                draft = self.make_ranked(limit)
                self.assertEqual(OUT_OF_REACH in str(draft.findings_html), told)
                self.assertEqual(OUT_OF_REACH in self.preview(draft), told)
                self.assertEqual(draft.action_check()["params"]["type"], "warning" if told else "success")
                draft.unlink()

    def test_without_customers_nothing_is_told(self):
        with freeze_time("2020-06-15"):
            self.assertNotIn("rank percentage", str(self.make_ranked(15).findings_html))

    def test_the_customer_who_crosses_a_border_is_within_it(self):
        """Shares of 33, 60, 80, 93 and 100: A up to 40, B up to 90."""
        draft = self.make_ranked(40, "cumulative_share_pct")
        comparison = self.make_comparison(draft, self.ruleset)
        self.assertEqual(self.get_codes(comparison, draft), ["A", "A", "B", "B", "C"])
        lines = self.get_lines(comparison, draft)
        self.assertIn("cumulative share of revenue 60 % (≤ 40 %, crossed by the customer)", lines[1].explanation)
        self.assertIn("cumulative share of revenue 80 % (≤ 90 %)", lines[2].explanation)

    def test_rule_sets_are_compared_by_the_place_of_their_tiers(self):
        """The same rules under other names agree on everybody; ranks need not be 1, 2, 3."""
        vip = [self.make_tier(code, rank) for code, rank in (("VIP", 10), ("MAIN", 20), ("REST", 30))]
        draft = self.make_ruleset(name="Named", tiers=vip)
        for tier, limit in zip(vip, (40, 60, 100), strict=True):
            self.make_rule(draft, tier, ("revenue", "rank_pct", "<=", limit))
        comparison = self.make_comparison(self.ruleset, draft)
        # Big is C by the veto of one and VIP by the other.
        self.assertEqual((comparison.customer_count, comparison.agreed_count), (5, 4))
        self.assertEqual(
            [line.direction for line in self.get_lines(comparison, draft)], ["up", "same", "same", "same", "same"]
        )
        [pair] = comparison._get_summary_values()["pairs"]
        same = [[cell["same"] for cell in row["cells"]] for row in pair["rows"]]
        self.assertEqual(same, [[row == column for column in range(3)] for row in range(3)])
