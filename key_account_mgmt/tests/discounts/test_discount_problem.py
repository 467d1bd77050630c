from odoo.tests import TransactionCase, tagged

from ...rules import Policy, PolicyError, lint


@tagged("post_install", "-at_install")
class TestDiscountProblem(TransactionCase):
    """What is wrong with a table of discount caps, in words: which row, which column, what was got, what is allowed."""

    def make_values(self, *rows):
        tier = {"metric": "customer_tier", "operator": "in"}
        return {
            "schema": 1,
            "metrics": [
                {
                    "code": "customer_tier",
                    "name": "Customer Tier",
                    "kind": "choice",
                    "options": ["A", "B"],
                    "of": "line",
                },
                {"code": "revenue", "name": "Revenue", "kind": "amount"},
            ],
            "tiers": [{"code": "A", "name": "Gold", "rank": 1}, {"code": "B", "name": "Silver", "rank": 2}],
            "tables": [
                {"kind": "tier", "rules": [{"key": "all", "tier": "B"}]},
                {
                    "kind": "discount_cap",
                    "rules": [
                        {"key": key, "name": key, "cap": cap, "conditions": [{**tier, "values": codes}, *conditions]}
                        for key, cap, codes, *conditions in rows
                    ],
                },
            ],
        }

    def get_sentences(self, values):
        try:
            problems = lint(Policy.load(values))
        except PolicyError as error:
            problems = error.problems
        return "\n".join(self.env["key.account.policy.error.text"]._get_sentences(problems, values))

    def test_a_cap_beyond_its_range_is_named_by_row_and_column(self):
        for cap, expected in [
            ("100.5", "got 100.5, allowed is ≤ 100."),
            ("-1", "got -1, it must not be negative."),
            ("", "got “”, which is not a number."),
        ]:
            sentences = self.get_sentences(self.make_values(("Best", cap, ["A"])))
            self.assertRegex(sentences, "Discount cap “Best”, Discount Cap .*: ")
            self.assertIn(expected, sentences)

    def test_what_a_cap_and_other_rules_cannot_look_at(self):
        place = {"metric": "revenue", "measure": "rank", "operator": "<=", "values": ["5"]}
        sentences = self.get_sentences(self.make_values(("Best", "5", ["A"], place)))
        self.assertRegex(sentences, "Discount cap “Best”, condition 2, Measure: .*the value only")
        values = self.make_values(("Best", "5", ["A"]))
        values["tables"][0]["rules"][0]["conditions"] = [{"metric": "customer_tier", "operator": "=", "values": ["A"]}]
        self.assertIn("“Customer Tier” exists for order lines only", self.get_sentences(values))

    def test_a_worse_tier_that_gets_more_is_told_with_both_caps(self):
        sentences = self.get_sentences(self.make_values(("Best", "10", ["A"]), ("Others", "15", ["B"])))
        self.assertRegex(
            sentences, "Discount cap “Others”.*up to 15 %, those of the better tier .* only 10 % \\(“Best”\\)"
        )

    def test_a_worse_tier_without_a_cap_is_told(self):
        sentences = self.get_sentences(self.make_values(("Best", "10", ["A"])))
        self.assertRegex(sentences, "Discount cap “Best”.* have no cap where those of .* have 10 %")
