from ..grants_common import GrantsCommon

COLUMNS = ("grants", "credit_change", "credit_limit_before", "credit_limit_proposed", "reasons", "has_missing")


class TestGrantsOfOverrides(GrantsCommon):
    """Who is given another tier by hand is granted what that tier is good for, and nothing of the computed one."""

    def override(self, lines, tier, reason="Knows better"):
        """Give lines a tier; None takes the override back."""
        tier = self.get_tier(tier) if tier else self.env["key.account.tier"]
        lines.with_user(self.manager).write({"override_tier_id": tier.id, "override_reason": reason})

    def get_grants(self, line):
        """``(change, proposed limit, keys of the rewards)``"""
        rewards = [reward["rule"] for reward in (line.grants or {}).get("rewards", [])]
        return line.credit_change, line.credit_limit_proposed, rewards

    def test_grants_are_those_of_the_overridden_tier(self):
        table = [
            # customer, tier instead of the computed one, what it is granted
            (self.second, "B", ("lower", 700, ["growth"])),
            (self.second, "C", (False, 0, ["growth", "course"])),
            (self.second, "A", ("raise", 12_000, ["growth"])),
            (self.third, "A", ("raise", 12_000, ["growth"])),
            (self.third, "C", (False, 0, ["growth", "course"])),
            (self.fourth, "B", ("first", 300, [])),
            (self.fourth, "A", (False, 0, [])),
            (self.fifth, "B", ("first", 200, [])),
        ]
        for customer, tier, expected in table:
            with self.subTest(customer.name, tier=tier):
                evaluation = self.make_evaluation("in_review")
                line = self.get_line(evaluation, customer)
                self.override(line, tier)
                self.assertEqual(self.get_grants(line), expected)
                self.assertIn("5 of 5", evaluation.action_replay()["params"]["message"])

    def test_taking_an_override_back_brings_the_grants_back(self):
        evaluation = self.make_evaluation()
        for customer, tier in ((self.second, "C"), (self.third, "A"), (self.big, "A"), (self.fifth, "B")):
            with self.subTest(customer.name):
                line = self.get_line(evaluation, customer)
                before = line.read(COLUMNS)
                self.override(line, tier)
                self.assertNotEqual(line.read(COLUMNS), before)
                self.override(line, None)
                self.assertEqual(line.read(COLUMNS), before)
        self.assertIn("5 of 5", evaluation.action_replay()["params"]["message"])

    def test_frozen_credit_stays_frozen_whatever_the_tier(self):
        evaluation = self.make_evaluation()
        line = self.get_line(evaluation, self.big)
        self.override(line, "A")
        self.assertEqual(self.get_grants(line), (False, 0, ["growth"]))
        self.assertIn("The credit limit is frozen by veto “Bad”.", line.reason_text)
        self.assertIn("5 of 5", evaluation.action_replay()["params"]["message"])

    def test_several_lines_at_once(self):
        evaluation = self.make_evaluation()
        self.override(evaluation.line_ids, "B", "Jubilee")
        expected = [(False, 0), ("lower", 700), ("lower", 500), ("first", 300), ("first", 200)]
        lines = [self.get_line(evaluation, customer) for customer in self.customers]
        self.assertEqual([(line.credit_change, line.credit_limit_proposed) for line in lines], expected)
        self.assertIn("5 of 5", evaluation.action_replay()["params"]["message"])

    def test_several_lines_take_no_more_queries_than_one(self):
        def count_queries(customers):
            lines = self.make_evaluation().line_ids.filtered(lambda line: line.partner_id in customers)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.override(lines, "B")
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count_queries(self.third | self.fourth)  # warm
        self.assertLessEqual(
            count_queries(self.fourth | self.fifth | self.second), count_queries(self.fourth | self.fifth)
        )

    def test_ceilings_are_those_of_the_overridden_tier(self):
        draft = self.env["key.account.ruleset"].browse(self.ruleset.action_new_version()["res_id"])
        draft.credit_rule_ids.filtered(lambda rule: rule.key != "best").unlink()
        draft.credit_rule_ids.tier_filter_ids = False
        for tier, ceiling in (("A", 11_500), ("B", 11_000), ("C", 10_500)):
            self.make_benefit(draft, tier, ceiling)
        draft.action_activate()
        line = self.get_line(self.make_evaluation(ruleset_id=draft.id), self.second)
        limits = [line.credit_limit_proposed]
        for tier in ("B", "C"):
            self.override(line, tier)
            limits.append(line.credit_limit_proposed)
        self.assertEqual(limits, [11_500, 11_000, 10_500])
        self.assertEqual(self.sentences(line)[1], "It is at most $ 10,500 for this tier.")

    def test_rules_that_grant_nothing(self):
        evaluation = self.make_evaluation(ruleset_id=self.make_evaluation_ruleset(grants=False, name="Plain").id)
        line = self.get_line(evaluation, self.second)
        before = line.read(COLUMNS)
        self.override(line, "C")
        self.assertEqual(line.read(COLUMNS), before)
        self.assertIn("5 of 5", evaluation.action_replay()["params"]["message"])

    def test_the_reasons_say_it(self):
        line = self.get_line(self.make_evaluation(), self.second)
        self.override(line, "C", "Leaves us")
        for sentence in (
            "Credit limit, rewards and value type are those of tier C, given by hand instead of tier A.",
            "The credit limit stays at $ 10,000: rule “Rest” comes to $ 400, which is less.",
            f"Overridden by {self.manager.name}: Leaves us",
        ):
            self.assertIn(sentence, self.plain(line.reason_text))
        self.override(line, "A", "The rules are right")
        self.assertNotIn("given by hand", line.reason_text)

    def test_budgets_and_summaries_follow(self):
        draft = self.env["key.account.ruleset"].browse(self.ruleset.action_new_version()["res_id"])
        draft.reward_rule_ids.filtered(lambda rule: rule.key == "course").cost = 5
        draft.action_activate()
        evaluation = self.make_evaluation("in_review", ruleset_id=draft.id)
        counts = {row["name"]: row["count"] for row in evaluation._get_award_rows()}
        self.assertEqual(counts, {"Best": 1, "Good": 1, "Rest": 1, "Course": 3, "Growth": 3})
        evaluation.award_budget = 3 * 5 + 3 * 7
        html = evaluation.award_summary_html
        self.assertNotIn("Over budget", evaluation.notice_html)
        self.override(self.get_line(evaluation, self.second), "C")
        self.assertIn("Over budget", evaluation.notice_html)
        counts = {row["name"]: row["count"] for row in evaluation._get_award_rows()}
        self.assertEqual(counts, {"Good": 1, "Rest": 1, "Course": 4, "Growth": 3})
        self.assertNotEqual(evaluation.award_summary_html, html)
        self.assertIn("Best", html)
        self.assertNotIn("Best", evaluation.award_summary_html)

    def test_the_table_of_grants_names_rules_in_the_readers_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        evaluation = self.make_evaluation()
        rules = self.ruleset.rule_ids.filtered(lambda rule: rule.name == "Course")
        # As when the language is installed: a rule set in use refuses other changes.
        self.env["key.account.template"]._add_names({rule: {"zh_CN": "培训"} for rule in rules})
        names = {row["name"] for row in evaluation.with_context(lang="zh_CN")._get_award_rows()}
        self.assertIn("培训", names)
        self.assertNotIn("Course", names)
        self.assertIn("Course", {row["name"] for row in evaluation.with_context(lang="en_US")._get_award_rows()})

    def test_awards_are_those_of_the_overridden_tier(self):
        evaluation = self.make_evaluation()
        self.override(self.get_line(evaluation, self.second), "B")
        self.override(self.get_line(evaluation, self.third), "C")
        self.advance(evaluation, "applied")
        awards = self.env["key.account.award"].search([("evaluation_id", "=", evaluation.id)])
        limits = {award.partner_id: award.proposed for award in awards if award.kind == "credit"}
        self.assertEqual(limits, {self.second: 700, self.fourth: 200})

    def test_customers_without_business_are_granted_nothing(self):
        gone = self.make_customer(name="Gone")
        gone.with_company(self.company).key_account_tier_id = self.tier_b
        evaluation = self.make_evaluation()
        line = self.get_line(evaluation, gone)
        self.override(line, "C")
        self.assertFalse(line.grants)
        self.assertIn("Without figures of the period no credit limit or reward is proposed.", line.reason_text)
        self.assertIn("6 of 6", evaluation.action_replay()["params"]["message"])

    def test_an_override_does_not_hide_tampering(self):
        evaluation = self.make_evaluation()
        line = self.get_line(evaluation, self.second)
        self.env.cr.execute("UPDATE key_account_evaluation_line SET score = 7 WHERE id = %s", [line.id])
        self.env.invalidate_all()
        self.override(line, "C")
        self.assertEqual(line.score, 7)
        self.assertEqual(evaluation.action_replay()["domain"], [("id", "in", [line.id])])

    def test_grants_of_the_computed_tier_behind_an_override_are_found(self):
        evaluation = self.make_evaluation()
        line = self.get_line(evaluation, self.second)
        self.env.cr.execute(
            "UPDATE key_account_evaluation_line SET override_tier_id = %s, tier_id = %s WHERE id = %s",
            [self.tier_c.id, self.tier_c.id, line.id],
        )
        self.env.invalidate_all()
        self.assertEqual(evaluation.action_replay()["domain"], [("id", "in", [line.id])])
