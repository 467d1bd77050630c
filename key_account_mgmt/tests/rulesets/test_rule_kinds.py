"""Every kind of rule as a record, in the policy, as a sentence, in force and in a file.

What each kind is expected to do stands in ``rule_kind_common.py``.
"""

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form

from ...models.rulesets.kinds.rule_kinds import RULE_KINDS
from ..rule_kind_common import KIND_CASES, RuleKindCommon
from ..ruleset_common import FROZEN


def of_each_kind(test):
    """Run a test ``(self, case)`` once for each kind of rule."""

    def run(self):
        for case in KIND_CASES:
            with self.subTest(case.code):
                test(self, case)

    run.__name__ = test.__name__
    return run


class RuleKindTable(RuleKindCommon):
    maxDiff = None

    def make_full(self, case):
        """A draft in which the kind has a rule with something in every column, and the plainest one."""
        ruleset = case.make_ruleset(self)
        case.fill(self, ruleset)
        return ruleset

    def get_rules(self, ruleset, case):
        return ruleset[RULE_KINDS[case.code].rows]

    def get_columns(self, case):
        """The fields of a rule that its kind uses."""
        return [name.partition(".")[0] for name in RULE_KINDS[case.code].columns]


class TestRuleKindRows(RuleKindTable):
    def test_every_kind_has_its_case(self):
        self.assertEqual([case.code for case in KIND_CASES], list(RULE_KINDS))

    @of_each_kind
    def test_the_full_row_has_something_in_every_column(self, case):
        ruleset = self.make_full(case)
        full, plain = self.get_rules(ruleset, case)
        self.assertEqual((full.kind, plain.kind), (case.code, case.code))
        self.assertFalse([name for name in self.get_columns(case) if not full[name]])

    @of_each_kind
    def test_rows_say_what_they_do(self, case):
        ruleset = self.make_full(case)
        for conditions, values, sentence in case.get_sentences(self):
            with self.subTest(sentence):
                rule = case.make(self, ruleset, *conditions, **values)
                self.assertEqual(self.plain(rule.summary), sentence)

    @of_each_kind
    def test_rows_become_the_documented_form(self, case):
        ruleset = self.make_full(case)
        table = self.table(ruleset, case.code)  # gives the records that it names external ids
        keys = self.get_rules(ruleset, case).mapped("key")
        expected = [
            {**rule, "key": key, "conditions": list(map(self.prepare_condition_values, rule["conditions"]))}
            for rule, key in zip(case.get_policy_rules(self), keys, strict=True)
        ]
        self.assertEqual(table, {"kind": case.code, "rules": expected, **case.table_values})
        self.assertTrue(ruleset._get_policy())

    def prepare_condition_values(self, condition):
        return dict(zip(("metric", "measure", "operator", "values"), condition, strict=True))

    @of_each_kind
    def test_archived_rows_are_left_out(self, case):
        ruleset = case.make_ruleset(self)
        without = ruleset._get_policy_values()
        case.fill(self, ruleset)
        self.get_rules(ruleset, case).active = False
        self.assertEqual(ruleset._get_policy_values(), without)
        self.assertNotIn(case.code, [table["kind"] for table in without["tables"]])

    @of_each_kind
    def test_rows_are_typed_in_the_rule_set(self, case):
        ruleset = case.make_ruleset(self)
        with Form(ruleset) as form, getattr(form, RULE_KINDS[case.code].rows).new() as row:
            self.assertEqual(row.kind, case.code)
            row.name = "Typed"
            self.assertEqual(row.summary, case.unfinished)
        # A row without an outcome is no rule, not one of 0.
        self.assertIn("“Typed”", " ".join(ruleset._get_findings()[0]))
        [rule] = self.get_rules(ruleset, case)
        with Form(rule) as row:
            sentence, metrics = case.enter(self, row)
            self.assertEqual(self.plain(row.summary), sentence)
        self.assertEqual((rule.kind, self.plain(rule.summary)), (case.code, sentence))
        [values] = self.table(ruleset, case.code)["rules"]
        self.assertEqual([condition["metric"] for condition in values["conditions"]], metrics)
        self.assertEqual(ruleset.summary, case.summary)
        case.make(self, ruleset)
        self.assertIn(case.two, ruleset.summary)
        ruleset.action_activate()
        self.assertEqual(ruleset.state, "active")

    @of_each_kind
    def test_what_is_wrong_with_a_row_is_said_with_row_and_column(self, case):
        for values, problem in case.get_problems(self):
            with self.subTest(problem):
                ruleset = case.make_ruleset(self)
                case.make(self, ruleset, name="Wrong", **values)
                [error] = map(self.plain, ruleset._get_findings()[0])
                said = error[: len(problem) - 1] + "…" if problem.endswith("…") else error
                self.assertEqual(said, problem)
                with self.assertRaises(UserError) as refused:
                    ruleset.action_activate()
                self.assertIn(error, self.plain(str(refused.exception)))
                self.assertEqual(ruleset.state, "draft")


class TestRuleKindsInForce(RuleKindTable):
    @of_each_kind
    def test_rows_of_an_activated_rule_set_do_not_change(self, case):
        anywhere = [{"active": False}, {"sequence": 1}, {"condition_ids": [Command.clear()]}, {"name": "Other"}]
        ruleset = self.make_full(case)
        row = self.get_rules(ruleset, case)[0]
        ruleset.action_activate()
        other_kind = {"kind": "veto" if case.code == "tier" else "tier"}
        for rule in (row, row.sudo(), row.with_context(install_mode=True, _force_unlink=True)):
            for values in (*case.get_changes(self), *anywhere, other_kind):
                with self.subTest(values=values), self.assertRaisesRegex(UserError, FROZEN):
                    rule.write(values)
            for route in (rule.unlink, rule.action_archive, rule.action_duplicate):
                with self.subTest(route=route), self.assertRaisesRegex(UserError, FROZEN), self.cr.savepoint():
                    route()

    @of_each_kind
    def test_an_activated_rule_set_takes_and_gives_no_rows(self, case):
        ruleset = self.make_full(case)
        field, [row, other] = RULE_KINDS[case.code].rows, self.get_rules(ruleset, case)
        draft = case.make_ruleset(self)
        theirs = case.make(self, draft)
        ruleset.action_activate()
        commands = [
            Command.create({"name": "More"}),
            Command.delete(row.id),
            Command.update(row.id, case.get_changes(self)[0]),
            Command.clear(),
        ]
        for command in commands:
            with self.subTest(command=command), self.assertRaisesRegex(UserError, FROZEN), self.cr.savepoint():
                ruleset.write({field: [command]})
        for rule, target in ((theirs, ruleset), (row, draft)):
            with self.subTest(rule=rule.name), self.assertRaisesRegex(UserError, FROZEN), self.cr.savepoint():
                rule.ruleset_id = target
        columns, values = ["name", "kind", "ruleset_id/.id"], ["More", case.code, str(ruleset.id)]
        self.assertFalse(self.env["key.account.rule"].load(columns, [values])["ids"])
        self.assertEqual(self.get_rules(ruleset, case), row | other)

    @of_each_kind
    def test_new_version_and_duplicate_have_the_same_rows(self, case):
        ruleset = self.make_full(case)
        ruleset.action_activate()
        rules = self.get_rules(ruleset, case)
        draft = self.env["key.account.ruleset"].browse(ruleset.action_new_version()["res_id"])
        for copy in (draft, ruleset.copy()):
            self.assertEqual(self.table(copy, case.code), self.table(ruleset, case.code))
            self.assertEqual(self.get_rules(copy, case).mapped("key"), rules.mapped("key"))
            self.assertFalse(self.get_rules(copy, case) & rules)
        self.assertEqual(draft._get_policy().content_hash, ruleset.policy_hash)
        before, policy = rules.read(self.get_columns(case)), ruleset.policy
        self.get_rules(draft, case)[0].write(case.get_changes(self)[0])
        draft.action_activate()
        self.assertEqual((ruleset.state, ruleset.policy), ("retired", policy))
        self.assertEqual(rules.read(self.get_columns(case)), before)
        self.assertNotEqual(draft.policy_hash, ruleset.policy_hash)


class TestRuleKindFiles(RuleKindTable):
    @of_each_kind
    def test_round_trip(self, case):
        ruleset = self.make_full(case)
        imported = self.import_file(self.export(ruleset))
        self.assertEqual(imported._get_policy().content_hash, ruleset._get_policy().content_hash)
        self.assertEqual({name: imported[name] for name in case.ruleset_values}, case.ruleset_values)
        kept = {*self.get_columns(case), "summary"} - {*case.rewritten}
        pairs = zip(self.get_rules(imported, case), self.get_rules(ruleset, case), strict=True)
        for one, other in pairs:
            self.assertEqual({name: one[name] for name in kept}, {name: other[name] for name in kept})
        imported.action_activate()
        self.assertEqual(imported.policy_hash, ruleset._get_policy().content_hash)

    @of_each_kind
    def test_a_file_that_was_activated_and_exported(self, case):
        ruleset = self.make_full(case)
        ruleset.action_activate()
        imported = self.import_file(self.export(ruleset))
        self.assertEqual(imported._get_policy().content_hash, ruleset.policy_hash)

    def test_a_zero_in_a_file_is_a_zero_here(self):
        for code, columns in (("credit_limit", {"minimum": "0", "maximum": "0"}), ("reward", {"cost": "0"})):
            with self.subTest(code):
                values = self.export(self.make_full(next(case for case in KIND_CASES if case.code == code)))
                values["tables"][-1]["rules"][0].update(columns)
                [rule, *_others] = self.table(self.import_file(values), code)["rules"]
                self.assertEqual({name: rule[name] for name in columns}, columns)

    @of_each_kind
    def test_what_does_not_fit_is_refused_by_name(self, case):
        ruleset = self.make_full(case)
        for change, message in case.get_misfits(self):
            values = self.export(ruleset)
            change(next(table for table in values["tables"] if table["kind"] == case.code)["rules"])
            with self.subTest(message), self.assertRaises(UserError) as refused, self.cr.savepoint():
                self.import_file(values)
            self.assertIn(message, str(refused.exception))
