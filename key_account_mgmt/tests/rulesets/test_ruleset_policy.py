import json
import re
from pathlib import Path

from markupsafe import Markup
from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form
from odoo.tools import mute_logger

from ...models.rulesets.sentences.policy_error_messages import MESSAGES
from ...models.shared.numbers import exact_text
from ...rules import Policy
from ..ruleset_common import RulesetCommon


class TestRulesetPolicy(RulesetCommon):
    def test_default_rule_set_is_active_and_has_no_findings(self):
        ruleset = self.default_ruleset()
        self.assertEqual(ruleset.state, "active")
        self.assertEqual(ruleset.company_id, self.env.ref("base.main_company"))
        self.assertEqual(ruleset._get_findings(), ([], []))
        self.assertEqual(ruleset.summary, "3 tiers, 1 criterion, 3 tier rules, 1 veto")
        self.assertEqual(Policy.load(ruleset.policy).content_hash, ruleset.policy_hash)

    def test_criteria_become_the_documented_form(self):
        values = self.full_ruleset()._get_policy_values()
        scales = [criterion["scale"] for criterion in values["criteria"]]
        self.assertEqual(
            scales[0],
            {
                "type": "bands",
                "steps": [
                    {"lower": "0", "points": "5"},
                    {"lower": "50000", "points": "20"},
                    {"lower": "200000.5", "points": "40"},
                ],
            },
        )
        self.assertEqual(scales[1], {"type": "linear", "target": "5000000"})
        self.assertEqual(scales[2], {"type": "linear", "target_metric": "sales_target"})
        self.assertEqual(scales[3], {"type": "grades", "grades": {"good": "20", "average": "10", "poor": "0"}})
        self.assertEqual(scales[4], {"type": "deductions", "points_each": "5", "offset_metric": "on_time_count"})
        self.assertEqual(scales[5], {"type": "percentile"})
        self.assertEqual([table["kind"] for table in values["tables"]], ["tier", "veto"])
        self.assertEqual(
            values["tables"][0]["rules"][2]["conditions"],
            [
                {"metric": "loyalty", "measure": "value", "operator": "in", "values": ["good", "average"]},
                {"metric": "margin_pct", "measure": "value", "operator": ">", "values": ["-0.000001"]},
            ],
        )
        self.assertNotIn("score", [metric["code"] for metric in values["metrics"]])

    def test_reading_the_rows_takes_the_same_queries_whatever_their_number(self):
        few, many = self.make_ruleset(), self.make_ruleset()
        for ruleset, count in ((few, 2), (many, 20)):
            for _number in range(count):
                self.make_criterion(ruleset, "revenue", "bands", steps=[(0, 1)])
                self.make_rule(ruleset, "A", ("revenue", ">=", 1), ("loyalty", "in", ["good"]))
        counts = []
        for ruleset in (few, few, many):  # the first time fills the caches of access rights
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            ruleset._get_policy_values()
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])

    def test_archived_criteria_are_left_out_with_their_metrics(self):
        ruleset = self.make_ruleset()
        self.make_rule(ruleset, "C")
        self.make_criterion(ruleset, "revenue", active=False)
        values = ruleset._get_policy_values()
        self.assertEqual(values["criteria"], [])
        self.assertEqual(values["metrics"], [])

    def test_names_do_not_depend_on_who_looks(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        ruleset = self.make_ruleset(name="Rules")
        self.make_rule(ruleset, "C", name="All")
        ruleset.with_context(lang="fr_FR").name = "Règles"
        self.assertEqual(ruleset.with_context(lang="fr_FR")._get_policy_values(), ruleset._get_policy_values())
        self.assertEqual(ruleset._get_policy_values()["name"], "Rules")

    def test_numbers_are_the_ones_that_were_typed(self):
        cases = [
            (0.1, "0.1"),
            (70, "70"),
            (-3.5, "-3.5"),
            (0.000001, "0.000001"),
            (123456789012.34, "123456789012.34"),
            (10.0**15, "1000000000000000"),
            (1e23, f"1{'0' * 23}"),
            (-1e300, f"-1{'0' * 300}"),
            (0, "0"),
            (1e-9, "0"),
            (0.4999995, "0.5"),
            (0.1000005, "0.100001"),
            (10.0**30, "1" + "0" * 30),
        ]
        for typed, expected in cases:
            with self.subTest(typed=typed):
                rule = self.make_rule(self.make_ruleset(), "A", ("revenue", ">=", typed))
                self.env.flush_all()
                self.env.invalidate_all()
                self.assertEqual(exact_text(rule.condition_ids.value), expected)


class TestRulesetActivation(RulesetCommon):
    def assert_refused(self, ruleset, *texts):
        with self.assertRaises(UserError) as caught:
            ruleset.action_activate()
        for text in texts:
            self.assertIn(text, str(caught.exception))
        self.assertEqual(ruleset.state, "draft")
        self.assertIn(texts[0], Markup(ruleset.findings_html).striptags().replace("\xa0", " "))

    def test_without_tiers(self):
        ruleset = self.make_ruleset(tiers=())
        self.assert_refused(ruleset, "Rule set, Tiers: no tier is chosen")

    def test_without_tier_rules(self):
        self.assert_refused(self.make_ruleset(), "Rule set, Tables of Rules: there is no tier rule")

    def test_every_problem_is_said_at_once(self):
        ruleset = self.make_ruleset(tiers=())
        self.make_criterion(ruleset, "revenue", "bands", name="Volume")
        self.assert_refused(
            ruleset, "no tier is chosen", "there is no tier rule", "Criterion “Volume”, Bands: there is"
        )

    def test_bands(self):
        cases = [
            ([], "Criterion “Volume”, Bands: there is no band"),
            ([(0, 1), (10, 2), (10, 3)], "Criterion “Volume”, Bands, row 3: two bands begin at 10"),
            ([(0, 1), (10, -2)], "Criterion “Volume”, band 2, Points: got -2, it must not be negative"),
        ]
        for steps, expected in cases:
            with self.subTest(steps=steps):
                ruleset = self.make_ruleset()
                self.make_rule(ruleset, "C")
                self.make_criterion(ruleset, "revenue", "bands", steps=steps, name="Volume")
                self.assert_refused(ruleset, expected)

    def test_scales(self):
        cases = [
            ("linear", {}, "Criterion “Volume”, Target: got 0, it must be more than 0"),
            ("linear", {"target": -1}, "Criterion “Volume”, Target: got -1, it must be more than 0"),
            ("linear", {"target": 1, "target_metric_id": self.target.id}, "give either a fixed target or a metric"),
            ("linear", {"target_metric_id": self.loyalty.id}, "“Loyalty” does not fit a metric of kind “Choice”"),
            ("deductions", {}, "Points Off per Occurrence: got 0, it must be more than 0"),
            ("percentile", {"max_points": 0}, "Criterion “Volume”, Maximum Points: got 0, it must be more than 0"),
        ]
        for scale, values, expected in cases:
            with self.subTest(scale=scale, values=values):
                ruleset = self.make_ruleset()
                self.make_rule(ruleset, "C")
                self.make_criterion(ruleset, "revenue", scale, name="Volume", **values)
                self.assert_refused(ruleset, expected)

    def test_grades_of_a_metric_without_options(self):
        ruleset = self.make_ruleset()
        self.make_rule(ruleset, "C")
        criterion = self.make_criterion(ruleset, "loyalty", "grades", steps=[("good", 20)], name="Volume")
        criterion.metric_id = self.get_metric("revenue")
        self.assert_refused(ruleset, "Criterion “Volume”, Scale: “Grades” does not fit a metric of kind “Amount”")

    def test_grades_removed(self):
        ruleset = self.make_ruleset()
        self.make_rule(ruleset, "C")
        criterion = self.make_criterion(ruleset, "loyalty", "grades", 20, [("good", 20)], name="Cooperation")
        criterion.step_ids.unlink()
        self.assert_refused(ruleset, "Criterion “Cooperation”, Grades: no grade has points")

    def test_score_in_a_criterion(self):
        ruleset = self.make_ruleset()
        self.make_rule(ruleset, "C")
        self.make_criterion(ruleset, "score", name="Score of the score")
        self.assert_refused(ruleset, "Criterion “Score of the score”, Metric: the score is the sum of the criteria")

    def test_two_tiers_of_one_rank(self):
        ruleset = self.make_ruleset(tiers=("A", self.make_tier("AA", 1)))
        self.make_rule(ruleset, "A")
        self.assert_refused(ruleset, "Rank: “1” appears twice")

    def test_condition_whose_metric_lost_its_option(self):
        ruleset = self.make_ruleset()
        rule = self.make_rule(ruleset, "A", ("loyalty", "=", "good"), name="Loyal")
        # What a constraint does not see: the row changed without the ORM, or with an older version of the addon.
        rule.condition_ids.flush_recordset()
        self.cr.execute("UPDATE key_account_rule_condition SET operator = '>=' WHERE rule_id = %s", [rule.id])
        self.cr.execute("DELETE FROM key_account_metric_option_key_account_rule_condition_rel")
        self.env.invalidate_all()
        self.assert_refused(
            ruleset,
            "Tier rule “Loyal”, condition 1, Operator: “≥” does not fit the metric",
            "Tier rule “Loyal”, condition 1, Value: has to be filled in",
        )

    def test_not_a_number_names_the_row(self):
        ruleset = self.make_ruleset()
        rule = self.make_rule(ruleset, "A", ("revenue", ">=", 5), name="Best")
        rule.condition_ids.flush_recordset()
        self.cr.execute("UPDATE key_account_rule_condition SET value = 'NaN' WHERE rule_id = %s", [rule.id])
        self.env.invalidate_all()
        self.assert_refused(ruleset, "Tier rule “Best”, condition 1, Value: got “NaN”, which is not a finite number")

    def test_findings_of_lint_do_not_block(self):
        ruleset = self.make_ruleset()
        self.make_rule(ruleset, "A", ("revenue", ">=", 100), name="Big")
        self.make_rule(ruleset, "B", ("revenue", ">=", 200), name="Bigger")
        self.make_rule(ruleset, "A", ("revenue", ">=", 200), name="Vain", kind="veto")
        self.make_criterion(ruleset, "revenue", "bands", 10, [(0, 20)], name="Volume")
        errors, warnings = ruleset._get_findings()
        self.assertFalse(errors)
        expected = [
            "Tier “C”, Code: no rule gives this tier.",
            "Criterion “Volume”, band 1, Points: 20 points exceed the maximum of the criterion (≤ 10)",
            "Tier rule “Bigger”, Conditions: the rule is never reached: “Big” above it",
            "Tier rules, Rules: customers for whom no rule holds get no tier.",
            "Veto “Vain”, Tier: a cap at the best tier changes nothing.",
        ]
        for text in expected:
            self.assertTrue(any(warning.startswith(text) for warning in warnings), (text, warnings))
        self.assertIn("no rule gives this tier", ruleset.findings_html)
        self.assertEqual(ruleset.action_check()["params"]["type"], "warning")
        ruleset.action_activate()
        self.assertEqual(ruleset.state, "active")

    def test_check_says_what_activating_would_say(self):
        ruleset = self.make_ruleset()
        self.assertEqual(ruleset.action_check()["params"]["type"], "danger")
        self.make_rule(ruleset, "A", ("revenue", ">=", 10))
        self.make_rule(ruleset, "B", ("revenue", ">=", 5))
        self.make_rule(ruleset, "C")
        self.assertEqual(ruleset.action_check()["params"]["type"], "success")
        self.assertFalse(ruleset.findings_html)

    def test_every_code_of_the_core_has_a_sentence(self):
        rules = Path(__file__).parents[2] / "rules"
        sources = "\n".join(path.read_text() for path in rules.rglob("*.py"))
        codes = set(re.findall(r'PydanticCustomError\(\s*"(\w+)"', sources))
        codes |= set(re.findall(r'Problem\([^"\n]*"\w*", "(\w+)"', sources))
        codes |= set(re.findall(r'code = "(\w+)"', sources)) | set(re.findall(r'code = .* else "(\w+)"\n', sources))
        self.assertGreater(len(codes), 20)
        self.assertFalse(codes - set(MESSAGES))


class TestRuleConditions(RulesetCommon):
    def test_what_does_not_fit_the_metric_is_refused_on_saving(self):
        cases = [
            (("revenue", "in", 5), "“is one of” does not fit. Allowed are: ≥, >, ≤, <, =, ≠"),
            (("loyalty", ">=", "good"), "“≥” does not fit. Allowed are: is one of"),
            (("loyalty", "rank", "=", "good"), "options have no rank and no share"),
            (("loyalty", "in", []), "choose at least one option"),
            (("loyalty", "=", ["good", "poor"]), "“=” and “≠” take one option"),
        ]
        ruleset = self.make_ruleset()
        for condition, expected in cases:
            with self.subTest(condition=condition), self.assertRaises(ValidationError) as caught:
                self.make_rule(ruleset, "A", condition, name="Best")
            self.assertIn("Rule “Best”, condition on “", str(caught.exception))
            self.assertIn(expected, str(caught.exception))

    def test_an_option_of_another_metric_is_refused(self):
        other = self.env["key.account.metric"].create(
            {
                "name": "Mood",
                "code": "mood",
                "kind": "choice",
                "option_ids": [Command.create({"name": "X", "code": "x"})],
            }
        )
        rule = self.make_rule(self.make_ruleset(), "A", ("loyalty", "=", "good"))
        with self.assertRaisesRegex(ValidationError, "“X” is an option of another metric"):
            rule.condition_ids.option_ids = other.option_ids
        number = self.make_rule(self.make_ruleset(), "A", ("revenue", ">=", 1))
        with self.assertRaisesRegex(ValidationError, "its value is a number, not an option"):
            number.condition_ids.option_ids = other.option_ids

    def test_not_a_number_is_refused_on_saving(self):
        for value in (float("nan"), float("inf")):
            with self.subTest(value=value), self.assertRaises(ValidationError):
                self.make_rule(self.make_ruleset(), "A", ("revenue", ">=", value))

    def test_choosing_another_metric_keeps_what_fits(self):
        ruleset = self.make_ruleset()
        with Form(self.make_rule(ruleset, "A")) as rule:
            with rule.condition_ids.new() as condition:
                condition.metric_id = self.get_metric("revenue")
                condition.measure = "rank_pct"
                condition.operator = "<="
                condition.value = 15
                condition.metric_id = self.loyalty
                self.assertEqual((condition.measure, condition.operator, condition.value), ("value", "in", 0))
                condition.option_ids.add(self.option("good"))
            self.assertEqual(rule.summary, "If loyalty is Good: tier A")
        self.assertEqual(ruleset.rule_ids.kind, "tier")
        self.assertEqual(ruleset.rule_ids.condition_ids.option_ids, self.option("good"))

    def test_the_only_number_of_a_rule_is_typed_into_its_row(self):
        ruleset = self.make_ruleset()
        rule = self.make_rule(ruleset, "A", ("revenue", "rank_pct", "<=", 15), ("loyalty", "in", ["good"]))
        with Form(ruleset) as form, form.tier_rule_ids.edit(0) as row:
            self.assertEqual((row.has_threshold, row.threshold), (True, 15))
            row.threshold = 20
            self.assertIn("in the top 20 % and loyalty is Good", self.plain(row.summary))
        self.assertEqual(rule.condition_ids[0].value, 20)

    def test_which_rules_have_a_number_in_their_row(self):
        ruleset = self.make_ruleset()
        two = [("revenue", ">=", 5), ("late_count", "<=", 2)]
        graded = [("loyalty", "in", ["good"])]
        for conditions, values in (([], []), (two[:1], [7]), (two, [5, 2]), (graded, [0])):
            with self.subTest(conditions):
                rule = self.make_rule(ruleset, "A", *conditions)
                rule.threshold = 7
                self.assertEqual((rule.has_threshold, rule.condition_ids.mapped("value")), (7 in values, values))

    def test_the_same_grade_twice_is_refused(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.make_criterion(self.make_ruleset(), "loyalty", "grades", steps=[("good", 1), ("good", 2)])

    def test_a_scale_that_does_not_fit_is_replaced_when_the_metric_changes(self):
        with Form(self.make_ruleset()) as form, form.criterion_ids.new() as criterion:
            criterion.metric_id = self.get_metric("revenue")
            self.assertEqual(criterion.name, "Revenue")
            criterion.metric_id = self.loyalty
            self.assertEqual(criterion.scale, "grades")
            criterion.metric_id = self.get_metric("revenue")
            self.assertEqual(criterion.scale, "bands")


class TestRulesetExchange(RulesetCommon):
    def test_round_trip(self):
        for ruleset in (self.full_ruleset(), self.default_ruleset()):
            with self.subTest(ruleset=ruleset.name):
                imported = self.import_file(self.export(ruleset))
                self.assertEqual(imported.state, "draft")
                self.assertEqual(imported._get_policy().content_hash, ruleset._get_policy().content_hash)

    def test_a_rule_set_of_another_company_is_imported_into_ones_own(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids |= other
        imported = self.import_file(self.export(self.full_ruleset()), other)
        self.assertEqual(imported.company_id, other)
        self.assertEqual(imported.rule_ids.company_id, other)

    def test_unknown_tiers_and_perspectives_are_created(self):
        values = self.export(self.default_ruleset())
        values["tiers"].append({"code": "D", "name": "Dormant", "rank": 4})
        values["criteria"][0]["perspective"] = "growth"
        imported = self.import_file(values)
        tier = imported.tier_ids.filtered(lambda tier: tier.code == "D")
        self.assertEqual((tier.name, tier.rank, tier.company_id), ("Dormant", 4, self.company))
        self.assertEqual(imported.criterion_ids.perspective_id.code, "growth")

    def change(self, path, value):
        values = self.export(self.full_ruleset())
        node = values
        for part in path[:-1]:
            node = node[part]
        node[path[-1]] = value
        return values

    def test_what_does_not_fit_is_refused_by_name(self):
        metrics = [m["code"] for m in self.export(self.full_ruleset())["metrics"]]
        loyalty = metrics.index("loyalty")
        condition = ("tables", 0, "rules", 0, "conditions", 0)
        cases = [
            (b"\xff\xfe", "The file is not text"),
            (b"{", "the file is not readable as JSON"),
            (b"[]", "The file cannot be imported"),
            ({"schema": 2}, "Version of the File: got “2”"),
            (self.change(("metrics", loyalty, "code"), "unheard"), "“loyalty” is not a metric of this rule set"),
            (self.change((*condition, "operator"), "like"), "Tier rule “Rule 1”, condition 1, Operator: got “like”"),
            (
                self.change((*condition, "values"), ["many"]),
                "condition 1, Value: got “many”, which is not a number",
            ),
            (self.change((*condition, "values"), ["NaN"]), "got “NaN”, which is not a finite number"),
            (self.change((*condition, "values"), ["0.1234567"]), "Rule “Rule 1”: 0.1234567 has more digits"),
            (
                self.change(("criteria", 0, "max_points"), "12345678901234567"),
                "Criterion “Revenue”: 12345678901234567 has",
            ),
            (self.change((*condition, "operator"), "in"), "Rule “Rule 1”: a number is compared with a list"),
            (self.change(("tiers", 0, "rank"), 9), "Tier “A” has rank 1 here, but rank 9 in the file"),
            (
                self.change(("metrics", loyalty, "options"), ["good", "average", "poor", "odd"]),
                "lacks these options here: odd",
            ),
        ]
        for values, expected in cases:
            with self.subTest(expected=expected), self.assertRaises(UserError) as caught:
                self.import_file(values)
            self.assertIn(expected, str(caught.exception))

    def test_a_file_that_has_anything_anywhere_is_refused_in_words(self):
        """What is wrong is said by naming rows, and these have no names that could be read."""
        tier_rules, cap = ("tables", 0), {"code": "product", "name": "Product", "kind": "choice", "of": "line"}
        places = [
            ("metrics",),
            ("metrics", 0),
            ("metrics", 0, "code"),
            ("metrics", 0, "name"),
            ("tiers",),
            ("tiers", 0, "code"),
            ("criteria",),
            ("criteria", 0, "key"),
            ("criteria", 0, "metric"),
            ("criteria", 3, "scale", "grades"),
            ("tables",),
            tier_rules,
            (*tier_rules, "kind"),
            (*tier_rules, "rules"),
            (*tier_rules, "rules", 0, "key"),
            (*tier_rules, "rules", 0, "name"),
            (*tier_rules, "rules", 0, "conditions"),
        ]
        files = [self.change(place, value) for place in places for value in (7, True, [[1]], {"a": 1}, [{"name": 7}])]
        files += [self.change(("metrics", 0), {**cap, "options": options}) for options in (7, [[1]], [{}], {"a": 1})]
        files += [b"[" * 100_000, b'{"a":' * 100_000]
        for values in files:
            with (
                self.subTest(str(values)[:400]),
                self.assertRaisesRegex(UserError, "^The file cannot be imported:\n• "),
            ):
                self.import_file(values)

    def test_a_draft_that_is_not_complete_is_exported_all_the_same(self):
        ruleset = self.make_ruleset(tiers=())
        self.assertEqual(self.export(ruleset)["tiers"], [])
        self.assertRegex(ruleset.action_export()["url"], r"/export_file/Rules-v1\.json\?download=1$")

    def test_unknown_metric(self):
        values = self.export(self.full_ruleset())
        text = json.dumps(values).replace('"sales_target"', '"market_share"').replace("Sales Target", "Market Share")
        with self.assertRaisesRegex(UserError, r"Metric “Market Share” \(market_share\) does not exist here"):
            self.import_file(json.loads(text))

    def test_metric_of_another_kind(self):
        values = self.export(self.full_ruleset())
        metric = next(metric for metric in values["metrics"] if metric["code"] == "sales_target")
        metric["kind"] = "count"
        with self.assertRaisesRegex(
            UserError, "Metric “Sales Target” is of kind Amount here, but of kind Count in the file"
        ):
            self.import_file(values)
