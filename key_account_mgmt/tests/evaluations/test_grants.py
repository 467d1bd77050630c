from decimal import Decimal

from odoo.exceptions import UserError

from ..grants_common import GrantsCommon


class TestGrants(GrantsCommon):
    def test_lines_keep_what_their_customers_are_granted(self):
        evaluation = self.make_evaluation()
        expected = [
            (self.big, "C", False, 0, 0),
            (self.second, "A", "raise", 10_000, 12_000),
            (self.third, "B", "lower", 10_000, 500),
            (self.fourth, "C", "first", 0, 200),
            (self.fifth, "C", False, 0, 0),
        ]
        for customer, tier, change, before, proposed in expected:
            with self.subTest(customer.name):
                self.assertRecordValues(
                    self.get_line(evaluation, customer),
                    [
                        {
                            "tier_id": self.get_tier(tier).id,
                            "credit_change": change,
                            "credit_limit_before": before,
                            "credit_limit_proposed": proposed,
                        }
                    ],
                )

    def test_grants_have_the_agreed_form(self):
        evaluation = self.make_evaluation()
        grants = {customer: self.get_line(evaluation, customer).grants for customer in self.customers}
        credit = grants[self.second]["credit"]
        self.assertEqual(
            {name: credit[name] for name in ("rule", "limit", "current")},
            {"rule": "best", "limit": "12000", "current": "10000"},
        )
        self.assertEqual([reason["code"] for reason in credit["reasons"]], ["credit_rule"])
        [bonus] = grants[self.second]["rewards"]
        self.assertEqual(
            {name: bonus[name] for name in ("rule", "name", "kind", "amount", "cost")},
            {"rule": "growth", "name": "Growth", "kind": "bonus", "amount": "100", "cost": "7"},
        )
        self.assertIsNone(grants[self.fourth]["credit"]["current"])
        self.assertNotIn("credit", grants[self.fifth])
        self.assertEqual([one["kind"] for one in grants[self.fifth]["rewards"]], ["training"])
        self.assertEqual([one["rule"] for one in grants[self.big]["rewards"]], ["growth", "course"])

    def test_customers_who_are_granted_nothing_have_none(self):
        evaluation = self.make_evaluation(ruleset_id=self.make_evaluation_ruleset(grants=False, name="Plain").id)
        self.assertFalse(any(line.grants for line in evaluation.line_ids))
        self.env.cr.execute(
            "SELECT count(*) FROM key_account_evaluation_line WHERE evaluation_id = %s AND grants IS NULL",
            [evaluation.id],
        )
        self.assertEqual(self.env.cr.fetchone(), (5,))
        self.assertNotIn("Credit Limit", str(evaluation.line_ids[0].scorecard_html).partition("<h4>Facts")[0])

    def test_ceilings_of_the_tier(self):
        draft = self.env["key.account.ruleset"].browse(self.ruleset.action_new_version()["res_id"])
        self.make_benefit(draft, "A", 11_000)
        draft.action_activate()
        evaluation = self.make_evaluation(ruleset_id=draft.id)
        self.assertEqual(self.get_line(evaluation, self.second).credit_limit_proposed, 11_000)
        self.assertEqual(
            self.sentences(self.get_line(evaluation, self.second))[1], "It is at most $ 11,000 for this tier."
        )

    def test_the_scorecard_says_why(self):
        evaluation = self.make_evaluation()
        line = self.get_line(evaluation, self.second)
        self.assertEqual(
            self.sentences(line),
            [
                "Credit limit $ 12,000 by rule “Best”: tier A, credit limit at evaluation $ 10,000.00.",
                "Reward by rule “Growth”: bonus of $ 100, since revenue $ 4,000.00 (≥ $ 3,000), revenue growth"
                " $ 3,999.99.",
            ],
        )
        html = self.plain(str(line.scorecard_html))
        for text in ("Proposed: <span>$ 12,000</span>", "now: <span>$ 10,000</span>", "<b>Growth</b>", "Best"):
            self.assertIn(text, html)
        frozen = self.get_line(evaluation, self.big)
        self.assertIn("The credit limit is frozen by veto “Bad”.", frozen.reason_text)
        nothing = self.get_line(evaluation, self.fifth)
        self.assertIn("none of the credit limit rules holds", nothing.reason_text)

    def test_why_a_limit_stays(self):
        self.second.with_company(self.company).sudo().credit_limit = 0
        self.third.with_company(self.company).sudo().credit_limit = 500
        evaluation = self.make_evaluation()
        self.assertIn(
            "Rule “Best” could not be judged: “Credit Limit at Evaluation” has no value.",
            self.get_line(evaluation, self.second).reason_text,
        )
        self.assertIn(
            "The credit limit stays at $ 500 by rule “Good”: tier B, average month since the first invoice $ 250.00.",
            self.plain(self.get_line(evaluation, self.third).reason_text),
        )

    def test_sentences_follow_the_reader_and_the_frozen_rules(self):
        evaluation = self.make_evaluation()
        self.make_evaluation_ruleset(name="Next year")
        self.assertIn("rule “Best”", self.sentences(self.get_line(evaluation, self.second))[0])

    def test_untouched_grants_are_confirmed(self):
        evaluation = self.make_evaluation()
        self.second.with_company(self.company).sudo().credit_limit = 77
        self.assertIn("5 of 5", evaluation.action_replay()["params"]["message"])

    def test_tampering_with_grants_is_found(self):
        for assignment in (
            "grants = jsonb_set(grants, '{credit,limit}', '\"999999\"')",
            "grants = NULL",
            "credit_limit_proposed = 999999",
            "credit_limit_before = NULL",
            "credit_change = 'first'",
        ):
            evaluation = self.make_evaluation()
            line = self.get_line(evaluation, self.second)
            self.env.cr.execute(f"UPDATE key_account_evaluation_line SET {assignment} WHERE id = %s", [line.id])
            self.env.invalidate_all()
            with self.subTest(assignment):
                self.assertEqual(evaluation.action_replay()["domain"], [("id", "in", [line.id])])

    def test_grants_are_frozen(self):
        line = self.make_evaluation().line_ids[0]
        for name, value in {"grants": {}, "credit_limit_proposed": 9, "credit_change": "first"}.items():
            with self.subTest(name), self.assertRaisesRegex(UserError, "frozen"):
                line.with_user(self.manager).write({name: value})


class TestGrantsAndExposure(GrantsCommon):
    """Lowered limits do not go below what customers really use, unless the rule says so; first ones do not look."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        draft = cls.env["key.account.ruleset"].browse(cls.ruleset.action_new_version()["res_id"])
        draft.rule_ids.filtered(lambda rule: rule.kind == "credit_limit").below_exposure = False
        draft.action_activate()
        cls.careful = draft

    def get_used(self, customer):
        return self.env["key.account.exposure"]._get_exposures(customer, self.company)[customer].used

    def test_lowering_stops_at_the_exposure(self):
        self.make_order(self.third, 250.5, "2026-01-10")
        self.assertEqual(self.get_used(self.third), Decimal("3250.5"))
        line = self.get_line(self.make_evaluation(ruleset_id=self.careful.id), self.third)
        self.assertRecordValues(line, [{"credit_change": "lower", "credit_limit_proposed": 3_300}])
        self.assertTrue(any("the credit in use today" in sentence for sentence in self.sentences(line)))

    def test_a_first_limit_is_what_the_formula_says_whatever_the_customer_owes(self):
        """Or else who orders most before there is a limit would get the highest one."""
        self.make_order(self.fourth, 50_000, "2026-01-10")
        line = self.get_line(self.make_evaluation(ruleset_id=self.careful.id), self.fourth)
        self.assertRecordValues(line, [{"credit_change": "first", "credit_limit_proposed": 200}])

    def test_the_limit_stays_where_more_is_in_use(self):
        self.make_order(self.third, 20_000, "2026-01-10")
        line = self.get_line(self.make_evaluation(ruleset_id=self.careful.id), self.third)
        self.assertRecordValues(line, [{"credit_change": False, "credit_limit_proposed": 0}])
        self.assertIn(
            "The credit limit stays at $ 10,000: rule “Good” comes to $ 500, which is less. It does not go below"
            " the credit in use today, $ 23,000.",
            self.plain(line.reason_text),
        )

    def test_raising_does_not_look_at_it(self):
        self.make_order(self.second, 50_000, "2026-01-10")
        line = self.get_line(self.make_evaluation(ruleset_id=self.careful.id), self.second)
        self.assertRecordValues(line, [{"credit_change": "raise", "credit_limit_proposed": 12_000}])

    def test_nothing_on_credit_is_a_limit_of_zero(self):
        self.fourth.with_company(self.company).sudo().key_account_no_credit = True
        line = self.get_line(self.make_evaluation(ruleset_id=self.careful.id), self.fourth)
        self.assertEqual(line.grants["credit"]["current"], "0")
        self.assertRecordValues(line, [{"credit_change": "raise", "credit_limit_proposed": 200}])
