from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time

from ...models.comparisons.comparison_summary import ComparisonSummary
from ...models.comparisons.ruleset_effect import RulesetEffect
from ..comparison_common import KeyAccountComparisonCommon
from ..evaluation_common import YEAR
from ..ways_round_common import WaysRoundCommon

COMPARISON = "key.account.comparison"
LINE = "key.account.comparison.line"
RULE_ADMIN_GROUPS = "base.group_user,key_account_mgmt.group_key_account_rule_admin"


class TestComparison(KeyAccountComparisonCommon):
    """Several rule sets on the same facts, side by side."""

    def test_every_customer_by_every_rule_set(self):
        comparison = self.make_comparison()
        self.assertEqual(comparison.ruleset_id, self.ruleset)
        self.assertEqual(self.get_codes(comparison, self.ruleset), ["C", "A", "B", "C", "C"])
        self.assertEqual(self.get_codes(comparison, self.draft), ["C", "C", "B", "A", "A"])
        self.assertRecordValues(
            comparison,
            [{"state": "computed", "customer_count": 5, "agreed_count": 2, "moved_count": 3}],
        )

    def test_who_moves_is_told_against_the_reference(self):
        comparison = self.make_comparison()
        lines = self.get_lines(comparison, self.draft)
        self.assertEqual(lines.mapped("moved"), [False, True, False, True, True])
        self.assertEqual(lines.mapped("direction"), ["same", "down", "same", "up", "up"])
        self.assertEqual(lines.mapped("agreed"), [True, False, True, False, False])
        self.assertEqual(lines.mapped("rank_spread"), [4, 2, 0, 2, 4])
        self.assertEqual([line.reference_tier_id.code for line in lines], ["C", "A", "B", "C", "C"])
        reference = self.get_lines(comparison, self.ruleset)
        self.assertEqual((set(reference.mapped("moved")), set(reference.mapped("is_reference"))), ({False}, {True}))

    def test_the_other_rule_set_as_reference_turns_moves_round(self):
        comparison = self.make_comparison(ruleset_id=self.draft.id)
        lines = self.get_lines(comparison, self.ruleset)
        self.assertEqual(lines.mapped("direction"), ["same", "up", "same", "down", "down"])

    def test_figures_of_the_result(self):
        result = self.make_comparison().result
        self.assertEqual([method["ruleset_id"] for method in result["methods"]], [self.ruleset.id, self.draft.id])
        self.assertEqual(
            [(top["code"], top["customers"], top["share_pct"]) for top in (one["top"] for one in result["methods"])],
            [("A", 1, "26.666667"), ("A", 2, "20.000000")],
        )
        [pair] = result["pairs"]
        self.assertCountEqual(pair["matrix"], [["C", "C", 1], ["A", "C", 1], ["B", "B", 1], ["C", "A", 2]])
        self.assertEqual((pair["moved"], pair["correlation"]), (3, "-1.000000"))

    def test_the_explanation_says_what_differs_most_and_why_the_tier_came_out(self):
        comparison = self.make_comparison()
        fourth = self.get_lines(comparison, self.draft)[3]
        self.assertEqual(
            fourth.explanation,
            "“Revenue” in the reference only: 40 %. “Potential” here only: 80 %. Tier A by rule “Rule 1”: rank"
            " percentage by score 40 % (≤ 40 %).",
        )
        self.assertIn("Veto “One-off purchase”", self.get_lines(comparison, self.ruleset)[0].explanation)

    def test_criteria_of_both_are_told_by_the_gap_between_them(self):
        steps = self.make_ruleset(name="Steps")
        self.make_criterion(steps, "revenue", scale="linear", max_points=10, target=20000)
        self.make_rule(steps, "C")
        line = self.get_lines(self.make_comparison(self.ruleset, steps), steps)[1]
        self.assertIn("“Revenue” 20 %, in the reference 80 %.", line.explanation)

    @freeze_time("2025-06-15")
    def test_check_and_activation_say_who_would_move(self):
        draft = self.draft.with_user(self.make_user("rules", RULE_ADMIN_GROUPS)).with_company(self.company)
        effect = "On the figures of 2024: 2 up, 1 down, 2 unchanged."
        self.assertTrue(draft.action_check()["params"]["message"].endswith(effect))
        review = draft.env["key.account.ruleset.activation"].browse(draft.action_review_activation()["res_id"])
        self.assertEqual((review.effect, review.active_ruleset_id), (effect, self.ruleset))
        self.assertFalse(self.env[COMPARISON].search([("ruleset_ids", "in", draft.ids)]))
        moved = review.action_open_moves()
        lines = self.env[LINE].search(moved["domain"]).filtered(lambda line: line.ruleset_id == draft)
        self.assertEqual(sorted(lines.mapped("direction")), ["down", "same", "same", "up", "up"])
        review.action_activate()
        self.assertEqual((self.draft.state, self.ruleset.state), ("active", "retired"))

    @freeze_time("2025-06-15")
    def test_when_nobody_can_be_said_to_move(self):
        admin = self.make_user("rules", RULE_ADMIN_GROUPS)
        broken, active, draft = (
            one.with_user(admin).with_company(self.company)
            for one in (self.make_ruleset(name="Without rules"), self.ruleset, self.draft)
        )
        self.assertNotIn("2024", broken.action_check()["params"]["message"])
        with self.assertRaisesRegex(UserError, "cannot be used yet"):
            broken.action_review_activation()
        self.assertIsNone(active._get_effect_sentence())
        self.assertIsNone(self.draft.with_user(self.salesperson)._get_effect_sentence())
        with patch.object(RulesetEffect, "most_customers", 4):
            self.assertIn("Press Compare with Active", self.draft._get_effect_sentence())
        with freeze_time("2015-06-15"):
            self.assertIsNone(draft._get_effect_sentence())
        active.action_retire()
        self.assertIsNone(draft._get_effect_sentence())
        with self.assertRaisesRegex(UserError, "no other active rule set"):
            draft.action_compare_with_active()

    def test_where_rules_alone_differ_it_is_said(self):
        lenient = self.make_ruleset(name="Without veto")
        self.make_criterion(lenient, "revenue")
        self.make_rule(lenient, "A", ("revenue", "rank_pct", "<=", 20))
        self.make_rule(lenient, "C")
        lines = self.get_lines(self.make_comparison(self.ruleset, lenient), lenient)
        self.assertTrue(
            lines[0].explanation.startswith("A veto lowered the tier in the reference rule set. Tier A by rule")
        )
        self.assertTrue(lines[2].explanation.startswith("No criterion differs: tier rules or vetoes do."))

    def test_a_rule_set_without_criteria_ranks_nobody(self):
        plain = self.make_ruleset(name="Everybody C")
        self.make_rule(plain, "C")
        comparison = self.make_comparison(self.ruleset, plain)
        self.assertIsNone(comparison.result["pairs"][0]["correlation"])
        self.assertEqual(set(self.get_lines(comparison, plain).mapped("rank")), {0})
        self.assertIn("Without criteria: customers are not ranked.", comparison.summary_html)

    def test_no_tier_is_a_place_of_its_own(self):
        strict = self.make_ruleset(name="Strict")
        self.make_rule(strict, "A", ("revenue", ">=", 4000))
        comparison = self.make_comparison(self.ruleset, strict)
        self.assertEqual(self.get_codes(comparison, strict), ["A", "A", None, None, None])
        self.assertEqual(self.get_lines(comparison, strict).mapped("direction"), ["up", "same", "down", "down", "down"])
        self.assertIn("No tier: none of the tier rules holds.", self.get_lines(comparison, strict)[2].explanation)
        self.assertIn("No tier", comparison.summary_html)

    def test_the_same_as_an_evaluation_by_the_same_rules(self):
        evaluated = self.make_evaluation().line_ids.grouped("partner_id")
        for line in self.get_lines(self.make_comparison(), self.ruleset):
            with self.subTest(line.partner_name):
                other = evaluated[line.partner_id]
                names = ["partner_name", "revenue", "score", "rank", "tier_id", "vetoed", "reasons"]
                self.assertEqual([line[name] for name in names], [other[name] for name in names])

    def test_facts_are_collected_once_whatever_the_number_of_rule_sets(self):
        collected = []
        model = type(self.env["key.account.collector"])
        collect = model._collect
        self.patch(model, "_collect", lambda *args: collected.append(args) or collect(*args))
        self.make_comparison(self.ruleset, self.draft, self.make_draft("Both", "revenue", "potential"))
        self.assertEqual(len(collected), 1)

    def test_nothing_is_written_on_customers(self):
        def stored():
            self.env.flush_all()
            self.env.cr.execute(
                "SELECT id, to_jsonb(partner) FROM res_partner partner WHERE id = ANY(%s) ORDER BY id",
                [self.customers.ids],
            )
            return self.env.cr.fetchall(), [
                self.env[model].search_count([])
                for model in ("key.account.evaluation", "key.account.evaluation.line", "key.account.award")
            ]

        before = stored()
        self.make_comparison()
        self.assertEqual(stored(), before)

    def test_populations(self):
        table = [
            ({}, 5),
            ({"population": "filter", "partner_domain": "[('name', 'like', 'F')]"}, 2),
            ({"population": "selected", "partner_ids": [Command.set(self.third.ids)]}, 1),
            ({"date_from": "2024-03-01", "date_to": "2024-03-31"}, 1),
        ]
        for values, count in table:
            with self.subTest(**values):
                comparison = self.make_comparison(**values)
                self.assertEqual((comparison.customer_count, len(comparison.line_ids)), (count, 2 * count))

    def test_any_size_of_batch_gives_the_same(self):
        names = ["partner_name", "ruleset_id", "tier_id", "rank", "rank_spread", "score", "moved", "agreed"]
        whole = self.make_comparison()
        self.patch(self.registry["key.account.collector"], "_batch_size", 2)
        batches = self.make_comparison()
        self.assertEqual(batches.result, whole.result)
        found = [comparison.line_ids.sorted("id").read(names, load=None) for comparison in (batches, whole)]
        without_ids = [[{name: row[name] for name in names} for row in rows] for rows in found]
        self.assertCountEqual(*without_ids)

    def test_lines_are_exported_with_their_explanation(self):
        self.manager.group_ids |= self.env.ref("base.group_allow_export")
        line = self.get_lines(self.make_comparison(), self.draft)[3]
        columns = ["partner_name", "ruleset_id/name", "reference_tier_id/name", "tier_id/name", "explanation"]
        [row] = line.export_data(columns)["datas"]
        self.assertEqual(row, ["Fourth", "Potential", "C", "A", line.explanation])

    def test_correlations_are_shown_with_three_decimals_and_no_minus_zero(self):
        comparison, methods = self.make_comparison(compute=False), [{"name": "One"}, {"name": "Other"}]
        for exact, shown in (
            ("-0.000499", "0.000"),
            ("0.0005", "0.001"),
            ("-0.0006", "-0.001"),
            ("-1.000000", "-1.000"),
        ):
            result = {"pairs": [{"first": 0, "second": 1, "correlation": exact}]}
            row = ComparisonSummary(comparison.new({"result": result}))._get_correlation_rows(methods)[0]
            self.assertEqual(row["cells"], [None, shown])

    def test_nobody_to_compare_is_said(self):
        with self.assertRaisesRegex(UserError, "none has a posted invoice"):
            self.make_comparison(date_from="2019-01-01", date_to="2019-12-31")


class TestComparisonAgain(KeyAccountComparisonCommon):
    """A result is that of its last Compute, and of nothing else."""

    def test_computing_again_replaces_the_lines(self):
        comparison = self.make_comparison()
        before = comparison.line_ids
        self.make_invoice(self.fifth, 90000, "2024-09-01")
        comparison.action_compute()
        self.assertEqual(len(comparison.line_ids), 10)
        self.assertFalse(before.exists())
        self.assertEqual(self.get_codes(comparison, self.ruleset)[4], "A")

    def test_a_changed_setup_drops_the_result_and_another_name_does_not(self):
        table = [
            ({"name": "Renamed"}, "computed", 10),
            ({"date_from": "2024-02-01"}, "draft", 0),
            ({"population": "selected"}, "draft", 0),
            ({"with_prospects": True}, "draft", 0),
            ({"ruleset_id": self.draft.id}, "draft", 0),
        ]
        for values, state, count in table:
            with self.subTest(**values):
                comparison = self.make_comparison()
                comparison.write(values)
                self.assertEqual((comparison.state, len(comparison.line_ids)), (state, count))
                self.assertEqual(bool(comparison.result), state == "computed")

    def test_later_changes_of_a_draft_do_not_change_what_was_found(self):
        comparison = self.make_comparison()
        told = self.get_lines(comparison, self.draft)[3].explanation
        self.draft.rule_ids[0].condition_ids.value = 99
        self.env.invalidate_all()
        self.assertEqual(self.get_lines(comparison, self.draft)[3].explanation, told)

    def test_a_deleted_draft_takes_its_lines_along_and_leaves_the_summary(self):
        comparison = self.make_comparison()
        self.draft.unlink()
        self.env.invalidate_all()
        self.assertEqual(len(comparison.line_ids), 5)
        self.assertIn("Potential", comparison.summary_html)
        with self.assertRaisesRegex(UserError, "Choose two or more"):
            comparison.action_compute()

    def test_a_deleted_comparison_takes_its_lines_along(self):
        comparison = self.make_comparison()
        lines = comparison.line_ids
        comparison.unlink()
        self.assertFalse(lines.exists())


class TestComparisonRuleSets(KeyAccountComparisonCommon):
    """Which rule sets can be compared."""

    def test_drafts_active_and_retired_ones(self):
        self.ruleset.action_retire()
        comparison = self.make_comparison()
        self.assertEqual((comparison.state, comparison.ruleset_id.state), ("computed", "retired"))

    def test_a_draft_with_problems_is_named_with_its_row(self):
        broken = self.make_ruleset(name="Half done")
        self.make_rule(broken, "A", ("revenue", "<=", 1), name="Small ones")
        broken.tier_ids -= self.tier_a
        with self.assertRaises(UserError) as caught:
            self.make_comparison(self.ruleset, broken)
        self.assertIn("Half done", str(caught.exception))
        self.assertIn("Small ones", str(caught.exception))

    def test_two_at_least(self):
        for count, rulesets in ((0, self.env["key.account.ruleset"]), (1, self.draft)):
            with self.subTest(count=count), self.assertRaisesRegex(ValidationError, "Choose two or more"):
                self.make_comparison(compute=False, ruleset_ids=[Command.set(rulesets.ids)])

    def test_of_one_company(self):
        other = self.setup_other_company()["company"]
        foreign = self.make_ruleset(name="Foreign", company_id=other.id)
        self.manager.company_ids |= other
        both = self.manager.company_ids.ids
        rulesets = (self.draft | foreign).with_user(self.manager).with_context(allowed_company_ids=both)
        with self.assertRaisesRegex(UserError, "several companies"):
            rulesets.action_compare()
        values = {"company_id": self.company.id, "ruleset_ids": [Command.set(rulesets.ids)], **YEAR}
        with self.assertRaisesRegex(ValidationError, "Foreign"):
            rulesets.env[COMPARISON].create(values)

    def test_the_reference_is_one_of_them(self):
        with self.assertRaisesRegex(ValidationError, "not one of its rule sets"):
            self.make_comparison(
                self.draft, self.make_draft("Other", "revenue"), compute=False, ruleset_id=self.ruleset.id
            )

    @freeze_time("2025-06-15")
    def test_from_the_list_of_rule_sets(self):
        rulesets = (self.draft | self.ruleset).with_user(self.manager).with_company(self.company)
        action = rulesets.action_compare()
        form = Form(rulesets.env[action["res_model"]].with_context(**action["context"]))
        self.assertEqual(form.ruleset_id, self.ruleset)
        self.assertEqual((str(form.date_from), str(form.date_to)), ("2024-01-01", "2024-12-31"))
        comparison = form.save()
        self.assertEqual(comparison.ruleset_ids, self.draft | self.ruleset)
        self.assertTrue(comparison.name)
        with self.assertRaisesRegex(UserError, "two or more"):
            self.draft.action_compare()

    def test_the_form_keeps_a_reference_that_still_is_compared(self):
        third = self.make_draft("Third", "revenue")
        comparison = self.make_comparison(self.ruleset, self.draft, third, compute=False)
        with Form(comparison) as form:
            form.ruleset_id = third
            form.ruleset_ids.remove(id=self.draft.id)
            self.assertEqual(form.ruleset_id, third)
            form.ruleset_ids.add(self.draft)
            form.ruleset_ids.remove(id=third.id)
            self.assertEqual(form.ruleset_id, self.ruleset)

    def test_lists_of_lines(self):
        comparison = self.make_comparison()
        for method, count in (("action_open_lines", 10), ("action_open_moves", 3), ("action_open_agreed", 2)):
            with self.subTest(method):
                action = getattr(comparison, method)()
                domain = list(action["domain"])
                for name in ("moved", "agreed"):
                    if action["context"].get(f"search_default_{name}"):
                        domain.append((name, "=", True))
                if action["context"].get("search_default_reference"):
                    domain.append(("is_reference", "=", True))
                self.assertEqual(self.env[action["res_model"]].search_count(domain), count)


class TestComparisonRights(KeyAccountComparisonCommon, WaysRoundCommon):
    """Results of managers of the company, frozen, and nobody else's."""

    def test_managers_compare(self):
        comparison = self.make_comparison(compute=False)
        with self.assertRaises(AccessError):
            comparison.with_user(self.salesperson).action_compute()
        with self.assertRaises(AccessError):
            self.make_comparison(user=self.salesperson, compute=False)

    def test_values_and_context_make_no_result(self):
        forged = {"state": "computed", "agreed_count": 7, "result": {"methods": []}, "policies": {"1": {}}}
        values = {"company_id": self.company.id, "ruleset_ids": [Command.set((self.ruleset | self.draft).ids)], **YEAR}
        expected = [{"state": "draft", "agreed_count": 0, "result": False, "policies": False}]
        for given, context in ((forged, {}), ({}, {f"default_{name}": value for name, value in forged.items()})):
            with self.subTest(context=context):
                comparison_id = self.call(self.manager, COMPARISON, "create", {**values, **given}, context=context)
                self.assertRecordValues(self.env[COMPARISON].browse(comparison_id), expected)
        for name, value in forged.items():
            with self.subTest(name):
                self.assert_refused(self.manager, COMPARISON, "write", [comparison_id], {name: value})

    def test_lines_are_frozen(self):
        comparison = self.make_comparison()
        line = comparison.line_ids[0]
        values = {"comparison_id": comparison.id, "company_id": self.company.id, "ruleset_id": self.draft.id}
        self.assert_refused(self.manager, LINE, "create", values)
        self.assert_refused(self.manager, LINE, "write", line.ids, {"tier_id": self.tier_a.id})
        self.assert_refused(self.manager, LINE, "unlink", line.ids)
        commands = [Command.delete(line.id)]
        self.assert_refused(self.manager, COMPARISON, "write", comparison.ids, {"line_ids": commands})
        with self.assertRaises(UserError):
            line.sudo().write({"tier_id": self.tier_a.id})

    def test_another_company_sees_and_compares_nothing(self):
        comparison = self.make_comparison()
        other = self.setup_other_company()["company"]
        stranger = self.make_user("stranger", "base.group_user,key_account_mgmt.group_key_account_manager")
        stranger.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        self.assertFalse(self.call(stranger, COMPARISON, "search", [("id", "=", comparison.id)]))
        self.assertFalse(self.call(stranger, LINE, "search", [("comparison_id", "=", comparison.id)]))
        self.assert_refused(stranger, COMPARISON, "action_compute", comparison.ids)

    def test_the_company_must_be_one_that_the_user_works_in(self):
        other = self.setup_other_company()["company"]
        self.manager.company_ids |= other
        comparison = self.make_comparison(compute=False)
        context = {"allowed_company_ids": other.ids}
        self.assert_refused(self.manager, COMPARISON, "action_compute", comparison.ids, context=context)

    def test_salespeople_see_lines_of_own_customers_and_no_totals(self):
        comparison = self.make_comparison()
        self.second.user_id, self.big.user_id = self.salesperson, self.manager
        domain = [("comparison_id", "=", comparison.id), ("is_reference", "=", True)]
        lines = self.call(self.salesperson, LINE, "search_read", domain, ["partner_name", "explanation"])
        self.assertEqual([line["partner_name"] for line in lines], ["Second", "Third", "Fourth", "Fifth"])
        self.assertTrue(all(line["explanation"] for line in lines))
        with Form(comparison.with_user(self.salesperson)) as form:
            self.assertEqual(form.customer_count, 5)
            self.assertNotIn("summary_html", form._view["fields"])
        for name in ("result", "summary_html", "agreed_count", "moved_count"):
            with self.subTest(name):
                self.assert_refused(self.salesperson, COMPARISON, "read", comparison.ids, [name])
