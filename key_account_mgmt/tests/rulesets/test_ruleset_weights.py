import base64
import json
from ast import literal_eval

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form

from ...rules import Policy
from ..evaluation_common import KeyAccountEvaluationCommon
from ..ruleset_common import RulesetCommon

NINETY = (
    "the maximum points of the criteria add up to 90 instead of 100 (Finance 30, Sales 30, Customer 20, Service 10)"
)
TOO_LITTLE = f"Rule set, Weights Add Up To: {NINETY}. Change the points, or the required sum."


class WeightsCommon(RulesetCommon):
    @classmethod
    def make_weighted(cls, *points, **values):
        """A draft with a criterion for each of the four perspectives, whose points should be 100."""
        ruleset = cls.make_ruleset(**{"weights_total": 100, **values})
        cls.make_rule(ruleset, "C")
        for name, one in zip(("Finance", "Sales", "Customer", "Service"), points, strict=False):
            perspective = cls.env.ref(f"key_account_mgmt.perspective_{name.lower()}")
            cls.make_criterion(ruleset, "revenue", max_points=one, name=name, perspective_id=perspective.id)
        return ruleset


class TestRulesetWeights(WeightsCommon):
    """Weights that have to be 100 are, or nothing is decided by them; what was typed stays there."""

    def test_weights_that_do_not_add_up_are_refused_with_every_row_and_its_points(self):
        draft = self.make_weighted(30, 30, 20, 10)
        with self.assertRaises(UserError) as caught:
            draft.action_activate()
        self.assertEqual(str(caught.exception), f"Rule set “Rules (v1)” cannot be used yet:\n• {TOO_LITTLE}")
        self.assertEqual((draft.state, draft.criterion_ids.mapped("max_points")), ("draft", [30, 30, 20, 10]))

    def test_the_form_warns_while_one_types_and_saves_all_the_same(self):
        draft = self.make_weighted(30, 30, 20, 20)
        with Form(draft) as form:
            self.assertFalse(form.weights_warning)
            with form.criterion_ids.edit(3) as criterion:
                criterion.max_points = 10
            self.assertEqual(form.weights_warning, TOO_LITTLE)
            self.assertEqual(form.perspective_weights, "Finance 30, Sales 30, Customer 20, Service 10")
        self.assertEqual((draft.max_points_total, draft.weights_warning), (90, TOO_LITTLE))
        self.assertEqual(draft._get_findings(), ([TOO_LITTLE], []))

    def test_what_adds_up_is_taken_to_the_last_digit(self):
        cases = [
            (100, [30, 30, 20, 20], True),
            (100, [33.333333, 33.333333, 33.333334], True),
            (0.3, [0.1, 0.2], True),
            (100, [30, 30, 20, 19.999999], False),
            (100, [30, 30, 20, 20.000001], False),
            (0, [1, 2, 3], True),
            (100, [], True),
        ]
        for total, points, good in cases:
            draft = self.make_weighted(*points, weights_total=total)
            with self.subTest(total=total, points=points):
                self.assertEqual((not draft.weights_warning, not draft._get_findings()[0]), (good, good))

    def test_archived_criteria_do_not_count(self):
        draft = self.make_weighted(50, 50, 20)
        self.assertIn("add up to 120 instead of 100", draft.weights_warning)
        draft.criterion_ids[2].active = False
        self.assertFalse(draft.weights_warning)
        self.assertEqual(draft._get_findings()[0], [])

    def test_a_total_below_zero_is_refused(self):
        draft = self.make_weighted(100, weights_total=-5)
        self.assertEqual(draft._get_findings()[0], ["Rule set, Weights Add Up To: got -5, it must be more than 0."])

    def test_a_rule_set_made_by_hand_starts_with_100_others_with_any(self):
        action = self.env["ir.actions.actions"]._for_xml_id("key_account_mgmt.action_key_account_ruleset")
        by_hand = Form(self.env["key.account.ruleset"].with_context(**literal_eval(action["context"])))
        self.assertEqual((by_hand.weights_total, self.make_ruleset().weights_total), (100, 0))

    def test_the_total_goes_along_into_versions_copies_and_what_is_frozen(self):
        ruleset = self.make_weighted(60, 40)
        ruleset.action_activate()
        self.assertEqual(Policy.load(ruleset.policy).weights_total, 100)
        version = self.env["key.account.ruleset"].browse(ruleset.action_new_version()["res_id"])
        self.assertEqual((version.weights_total, ruleset.copy().weights_total), (100, 100))
        with self.assertRaisesRegex(UserError, "can no longer change"):
            ruleset.weights_total = 0

    def test_perspectives_are_summed_whatever_they_are(self):
        draft = self.make_weighted(30, 20.5, 10)
        draft.criterion_ids[1].perspective_id = draft.criterion_ids[0].perspective_id
        draft.criterion_ids[2].perspective_id = False
        self.assertEqual(draft.perspective_weights, "Finance 50.5, None 10")
        draft.criterion_ids.perspective_id = False
        self.assertFalse(draft.perspective_weights)


class TestImportedWeights(WeightsCommon):
    def import_values(self, values):
        return self.env["key.account.ruleset"].browse(self.make_import(values).action_import()["res_id"])

    def make_import(self, values):
        content = base64.b64encode(json.dumps(values).encode())
        return self.env["key.account.ruleset.import"].create(
            {"file": content, "filename": "rules.json", "company_id": self.company.id}
        )

    def test_a_file_whose_weights_do_not_add_up_is_refused_with_its_rows(self):
        values = self.make_weighted(30, 30, 20, 10)._get_export_values()
        count = self.env["key.account.ruleset"].search_count([])
        with self.assertRaises(UserError) as caught:
            self.import_values(values)
        self.assertEqual(str(caught.exception), f"The file cannot be imported:\n• {TOO_LITTLE}")
        self.assertEqual(self.env["key.account.ruleset"].search_count([]), count)

    def test_a_file_brings_its_own_total_or_none(self):
        for total in (100, 0):
            exported = self.make_weighted(60, 40, weights_total=total)._get_export_values()
            self.assertEqual("weights_total" in exported, bool(total))
            imported = self.make_import(exported).with_context(default_weights_total=70).action_import()
            self.assertEqual(self.env["key.account.ruleset"].browse(imported["res_id"]).weights_total, total)

    def test_a_total_finer_than_can_be_kept_is_refused(self):
        values = {**self.make_weighted(60, 40)._get_export_values(), "weights_total": "100.0000001"}
        values["criteria"][0]["max_points"] = "60.0000001"
        with self.assertRaisesRegex(UserError, "Rule set “Rules”: 100.0000001 has more digits than can be stored"):
            self.import_values(values)


class TestWeightsAtWork(WeightsCommon, KeyAccountEvaluationCommon):
    def test_neither_preview_nor_comparison_uses_weights_that_do_not_add_up(self):
        draft = self.make_weighted(30, 30, 20, 10)
        ours = {"company_id": self.company.id, "date_from": "2024-01-01", "date_to": "2024-12-31"}
        rulesets = [Command.set((self.ruleset | draft).ids)]
        comparison = self.env["key.account.comparison"].create({**ours, "ruleset_ids": rulesets})
        wizard = self.env["key.account.evaluation.wizard"].create({**ours, "period": "free", "ruleset_id": draft.id})
        for use in (wizard.action_preview, comparison.action_compute):
            with self.assertRaises(UserError) as caught:
                use()
            self.assertIn(TOO_LITTLE, str(caught.exception))
