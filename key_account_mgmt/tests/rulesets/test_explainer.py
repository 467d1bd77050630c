from decimal import Decimal

from ..ruleset_common import RulesetCommon


class TestExplainer(RulesetCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.explainer = cls.env["key.account.explainer"]
        cls.currency = cls.company.currency_id

    def reasons(self, ruleset, *reasons, lang="en_US"):
        explainer = self.explainer.with_context(lang=lang)
        rows = [{"code": code, "params": params} for code, params in reasons]
        sentences = explainer._get_reason_sentences(ruleset._get_policy_values(), rows, self.currency)
        return [self.plain(sentence) for sentence in sentences]

    def facts(self, *facts):
        return [
            {"metric": metric, "measure": measure, "value": value}
            for metric, measure, value in (fact if len(fact) == 3 else (fact[0], "value", fact[1]) for fact in facts)
        ]

    def test_conditions_as_sentences(self):
        cases = [
            ([("revenue", ">=", 50000)], "If revenue ≥ $ 50,000: tier A"),
            ([("revenue", ">", 49999.5)], "If revenue > $ 49,999.50: tier A"),
            ([("revenue", "<", -0.005)], "If revenue < $ -0.005: tier A"),
            ([("revenue", ">=", 10.0**15)], "If revenue ≥ $ 1,000,000,000,000,000: tier A"),
            ([("revenue", "rank_pct", "<=", 15)], "If rank by revenue in the top 15 %: tier A"),
            ([("revenue", "rank_pct", ">", 12.5)], "If rank percentage by revenue > 12.5 %: tier A"),
            ([("revenue", "rank", "<=", 1000)], "If rank by revenue ≤ 1,000: tier A"),
            (
                [("margin", "cumulative_share_pct", "<=", 80)],
                "If cumulative share of margin ≤ 80 %: tier A",
            ),
            ([("score", ">=", 80)], "If score ≥ 80 points: tier A"),
            ([("active_months", ">=", 6)], "If active months ≥ 6: tier A"),
            ([("loyalty", "in", ["good", "average"])], "If loyalty is Good or Average: tier A"),
            ([("loyalty", "not in", ["poor"])], "If loyalty is not Poor: tier A"),
            ([("loyalty", "!=", "poor")], "If loyalty ≠ Poor: tier A"),
        ]
        ruleset = self.make_ruleset()
        for conditions, expected in cases:
            with self.subTest(expected=expected):
                rule = self.make_rule(ruleset, "A", *conditions)
                self.assertEqual(self.plain(rule.summary), expected)

    def test_scales_as_sentences(self):
        offset = self.get_metric("on_time_count").id
        cases = [
            ("revenue", "bands", [(0, 5), (50000, 20)], {}, "Below $ 0 → 0; from $ 0 → 5; from $ 50,000 → 20 points"),
            ("revenue", "bands", [], {}, "No bands yet: every customer gets 0 points."),
            (
                "revenue",
                "linear",
                [],
                {"target": 5_000_000},
                "0 → 0, $ 5,000,000 or more → 20 points, in proportion between them",
            ),
            (
                "revenue",
                "linear",
                [],
                {"target_metric_id": self.target.id},
                "0 → 0, the customer's sales target → 20 points, in proportion between them",
            ),
            ("loyalty", "grades", [("good", 20), ("poor", 0)], {}, "Good → 20; Poor → 0 points"),
            ("loyalty", "grades", [], {}, "No grades yet: every customer gets 0 points."),
            ("late_count", "deductions", [], {"points_each": 5}, "20 points less 5 for each of: invoices paid late"),
            (
                "late_count",
                "deductions",
                [],
                {"points_each": 2.5, "offset_metric_id": offset},
                "20 points less 2.5 for each of: invoices paid late; each of: invoices paid on time offsets one of"
                " them",
            ),
            ("revenue", "percentile", [], {}, "Best customer → 20 points, the others in proportion to their rank"),
        ]
        ruleset = self.make_ruleset()
        for metric, scale, steps, values, expected in cases:
            with self.subTest(expected=expected):
                criterion = self.make_criterion(ruleset, metric, scale, 20, steps, **values)
                self.assertEqual(self.plain(criterion.summary), expected)

    def test_values(self):
        cases = [
            ("revenue", "1234.5", "$ 1,234.50"),
            ("revenue", Decimal("-0.005"), "$ -0.01"),
            ("revenue", Decimal(10) ** 15 + Decimal("0.01"), "$ 1,000,000,000,000,000.01"),
            ("growth_pct", "12.345", "12.35 %"),
            ("growth_pct", "0", "0 %"),
            ("invoice_count", 3, "3"),
            ("average_days_late", "2.50", "2.5"),
            ("score", "75.000000", "75 points"),
            ("loyalty", "good", "Good"),
            ("loyalty", "gone", "gone"),
            ("gone", "5", "5"),
            ("revenue", None, ""),
            ("revenue", 0, "$ 0.00"),
        ]
        for code, value, expected in cases:
            with self.subTest(code=code, value=value):
                self.assertEqual(self.plain(self.explainer._format_value(code, value, self.currency)), expected)

    def test_a_value_never_looks_as_if_it_were_on_the_other_side_of_the_threshold(self):
        cases = [
            ("70", "70 % (≥ 70 %)"),
            ("69.9999", "69.9999 % (≥ 70 %)"),
            ("70.00001", "70.00001 % (≥ 70 %)"),
            ("99.987", "99.99 % (≥ 70 %)"),
            ("12", "12 % (≥ 70 %)"),
        ]
        ruleset = self.make_ruleset()
        rule = self.make_rule(ruleset, "C", ("largest_invoice_share_pct", ">=", 70), kind="veto", name="One-off")
        self.make_rule(ruleset, "A")
        for value, expected in cases:
            facts = self.facts(("largest_invoice_share_pct", value))
            sentence = self.reasons(ruleset, ("veto", {"rule": rule.key, "tier": "C", "facts": facts}))[0]
            with self.subTest(value=value):
                shown = f"Veto “One-off”: share of the largest invoice {expected}: at best tier C."
                self.assertEqual(sentence, shown)

    def test_reasons(self):
        ruleset = self.default_ruleset()
        veto = self.facts(("largest_invoice_share_pct", "99.99"), ("invoice_count", "2"))
        sentences = self.reasons(
            ruleset,
            ("tier_rule", {"rule": "top_15", "tier": "A", "facts": self.facts(("revenue", "rank_pct", "14.9999"))}),
            ("tier_rule", {"rule": "others", "tier": "C", "facts": []}),
            ("no_tier_rule", {}),
            ("veto", {"rule": "one_off", "tier": "C", "facts": veto}),
            ("lowered_by_veto", {"from": "A", "to": "C"}),
            ("missing", {"metric": "revenue", "criterion": "revenue"}),
            ("missing", {"metric": "invoice_count", "rule": "one_off"}),
        )
        self.assertEqual(
            sentences,
            [
                "Tier A by rule “Top 15 %”: rank percentage by revenue 14.9999 % (≤ 15 %).",
                "Tier C by rule “All others”, which holds for every other customer.",
                "No tier: none of the tier rules holds.",
                "Veto “One-off purchase”: share of the largest invoice 99.99 % (≥ 70 %), invoices 2 (≤ 2):"
                " at best tier C.",
                "Lowered from tier A to tier C by veto.",
                "No points for “Revenue”: “Revenue” has no value.",
                "Rule “One-off purchase” could not be judged: “Invoices” has no value.",
            ],
        )

    def test_two_conditions_on_one_value_are_said_once(self):
        ruleset = self.make_ruleset()
        rule = self.make_rule(ruleset, "B", ("revenue", ">=", 10), ("revenue", "<", 20), name="Middle")
        facts = self.facts(("revenue", "19.999"), ("revenue", "19.999"))
        sentences = self.reasons(ruleset, ("tier_rule", {"rule": rule.key, "tier": "B", "facts": facts}))
        self.assertEqual(sentences, ["Tier B by rule “Middle”: revenue $ 19.999 (≥ $ 10, < $ 20)."])

    def test_the_users_own_number_format_and_names(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        lang = self.env["res.lang"]._lang_get("fr_FR")
        lang.write({"decimal_point": ",", "thousands_sep": ".", "grouping": "[3,0]"})
        ruleset = self.make_ruleset()
        rule = self.make_rule(ruleset, "A", ("revenue", ">=", 1234567.5), name="Big")
        rule.with_context(lang="fr_FR").name = "Grand"
        self.get_metric("revenue").with_context(lang="fr_FR").name = "Ventes"
        facts = self.facts(("revenue", "2000000"))
        reason = ("tier_rule", {"rule": rule.key, "tier": "A", "facts": facts})
        self.assertEqual(
            self.reasons(ruleset, reason, lang="fr_FR"),
            ["Tier A by rule “Grand”: Ventes $ 2.000.000,00 (≥ $ 1.234.567,50)."],
        )

    def test_a_name_in_the_users_language_counts_wherever_it_stands(self):
        """Rule sets that were made before a language was installed have their rows in English only."""
        self.env["res.lang"]._activate_lang("fr_FR")
        rules = [self.make_rule(self.make_ruleset(), "A", name="Big", key="big") for _number in range(3)]
        rules[1].with_context(lang="fr_FR").name = "Grand"
        reason = ("tier_rule", {"rule": "big", "tier": "A", "facts": []})
        for rule in rules:
            [sentence] = self.reasons(rule.ruleset_id, reason, lang="fr_FR")
            self.assertIn("“Grand”", sentence)
            self.assertIn("“Big”", self.reasons(rule.ruleset_id, reason)[0])

    def test_names_of_what_is_gone_come_from_the_policy(self):
        ruleset = self.make_ruleset()
        rule = self.make_rule(ruleset, "A", name="Was here")
        values = ruleset._get_policy_values()
        reason = {"code": "tier_rule", "params": {"rule": rule.key, "tier": "A", "facts": []}}
        rule.name = "Means something else now"
        renamed = self.explainer._get_reason_sentences(values, [reason], self.currency)
        rule.unlink()
        deleted = self.explainer._get_reason_sentences(values, [reason], self.currency)
        for sentences in (renamed, deleted):
            self.assertIn("by rule “Was here”", sentences[0])

    def test_explaining_many_decisions_takes_no_query_each(self):
        ruleset = self.default_ruleset()
        values = ruleset._get_policy_values()
        reason = {"code": "tier_rule", "params": {"rule": "others", "tier": "C", "facts": []}}
        labels = self.explainer._get_labels(values)
        with self.assertQueryCount(0):
            for _customer in range(100):
                self.explainer._get_reason_sentences(values, [reason], self.currency, labels)
