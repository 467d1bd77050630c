from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common import KeyAccountCommon


@tagged("post_install", "-at_install")
class TestMetric(KeyAccountCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.revenue = cls.env.ref("key_account_mgmt.metric_revenue")
        cls.potential = cls.make_metric("potential", "amount")

    def _use(self, metric, **values):
        ruleset = self.env["key.account.ruleset"].create({"name": "House rules", "company_id": self.company.id})
        return self.env["key.account.criterion"].create(
            {"name": "Criterion", "key": "c1", "ruleset_id": ruleset.id, "metric_id": metric.id, **values}
        )

    def test_every_shipped_metric_says_what_it_is(self):
        metrics = self.env["key.account.metric"].search([("source", "!=", "manual")])
        self.assertEqual(len(metrics), 43)
        for metric in metrics:
            with self.subTest(metric.code):
                self.assertTrue(metric.description and metric.missing_when and metric.unit)

    def test_every_metric_of_a_source_has_a_record(self):
        for source in ("invoice", "payment", "order", "customer", "territory", "service", "profile"):
            metrics = self.env["key.account.metric"].search([("source", "=", source)])
            self.assertEqual(
                set(metrics.mapped("code")), set(self.env[f"key.account.source.{source}"]._get_metric_codes())
            )

    def test_codes_are_identifiers(self):
        for code in ("Potential", "2x", "a b", "a-b", "a.b", "é", "_x", "x" * 61, "'; --", "x\n"):
            with self.subTest(code), self.assertRaisesRegex(ValidationError, "cannot be used"), self.cr.savepoint():
                self.make_metric(code, "number")
        for code in ("x", "x_2", "x" * 60):
            self.make_metric(code, "number")

    def test_reserved_codes_are_refused(self):
        for code in ("partner_id", "document_count", "tier"):
            with self.subTest(code), self.assertRaisesRegex(ValidationError, "is reserved"), self.cr.savepoint():
                self.make_metric(code, "number")

    def test_codes_are_unique(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.make_metric("revenue", "number")

    def test_nobody_adds_a_metric_that_no_source_fills(self):
        with self.assertRaisesRegex(ValidationError, "Invoices does not know it"), self.cr.savepoint():
            self.make_metric("profit", "amount", source="invoice")
        with self.assertRaisesRegex(ValidationError, "does not know it"), self.cr.savepoint():
            self.make_metric("total", "number", source="score")

    def test_shipped_metrics_keep_their_definition(self):
        for values in ({"code": "turnover"}, {"kind": "number"}, {"source": "manual"}):
            with self.subTest(values), self.assertRaisesRegex(UserError, "system fills metric"), self.cr.savepoint():
                self.revenue.write(values)
        self.revenue.write({"code": "revenue", "kind": "amount", "sequence": 3})
        with self.assertRaisesRegex(UserError, "cannot be deleted"), self.cr.savepoint():
            self.revenue.unlink()

    def test_a_metric_in_use_keeps_its_definition(self):
        for role in ("metric_id", "target_metric_id", "offset_metric_id"):
            metric = self.make_metric(f"in_use_as_{role}", "number")
            metric.code = f"free_{role}"
            self._use(self.revenue, **{role: metric.id})
            with self.subTest(role), self.assertRaisesRegex(UserError, "rule set House rules"), self.cr.savepoint():
                metric.code = "another"
            with self.subTest(role), self.assertRaisesRegex(UserError, "cannot be deleted"), self.cr.savepoint():
                metric.unlink()

    def test_a_metric_with_values_keeps_its_definition(self):
        self.env["key.account.metric.value"].create(
            {"partner_id": self.make_customer().id, "metric_id": self.potential.id, "value": 5}
        )
        with self.assertRaisesRegex(UserError, "entered values"), self.cr.savepoint():
            self.potential.kind = "count"

    def test_a_metric_in_a_condition_keeps_its_definition(self):
        rule = self.env["key.account.rule"].create(
            {"name": "Rule", "key": "r1", "ruleset_id": self._use(self.revenue).ruleset_id.id}
        )
        self.env["key.account.rule.condition"].create({"rule_id": rule.id, "metric_id": self.potential.id})
        with self.assertRaisesRegex(UserError, "in use"), self.cr.savepoint():
            self.potential.code = "another"

    def test_an_unused_metric_can_go(self):
        self.potential.write({"code": "market_potential", "kind": "number"})
        self.potential.unlink()
        self.assertFalse(self.potential.exists())

    def test_only_choices_have_options(self):
        with self.assertRaisesRegex(ValidationError, "only a metric of kind Choice"), self.cr.savepoint():
            self.make_metric("sized", "number", options=["small"])

    def test_options_in_use_keep_their_code(self):
        metric = self.make_metric("mood", "choice", options=["sunny", "cloudy"])
        sunny, cloudy = metric.option_ids
        self._use(metric, scale="grades", step_ids=[Command.create({"option_id": sunny.id, "points": 5})])
        with self.assertRaisesRegex(UserError, "Sunny of metric Mood are in use"), self.cr.savepoint():
            sunny.code = "bright"
        with self.assertRaisesRegex(UserError, "in use"), self.cr.savepoint():
            metric.option_ids.unlink()
        sunny.write({"code": "sunny", "name": "Bright"})
        cloudy.code = "grey"
        cloudy.unlink()
        self.assertEqual(metric.option_ids.mapped("name"), ["Bright"])

    def test_options_in_a_condition_or_value_are_kept(self):
        metric = self.make_metric("mood", "choice", options=["sunny", "cloudy"])
        sunny, cloudy = metric.option_ids
        rule = self.env["key.account.rule"].create(
            {"name": "Rule", "key": "r1", "ruleset_id": self._use(self.revenue).ruleset_id.id}
        )
        self.env["key.account.rule.condition"].create(
            {"rule_id": rule.id, "metric_id": metric.id, "operator": "in", "option_ids": [Command.set(sunny.ids)]}
        )
        self.env["key.account.metric.value"].create(
            {"partner_id": self.make_customer().id, "metric_id": metric.id, "option_id": cloudy.id}
        )
        for option in metric.option_ids:
            with self.subTest(option.code), self.assertRaisesRegex(UserError, "in use"), self.cr.savepoint():
                option.unlink()

    def test_option_codes_are_identifiers(self):
        with self.assertRaisesRegex(ValidationError, "cannot be used"), self.cr.savepoint():
            self.make_metric("mood", "choice", options=["very good"])

    def test_a_duplicate_is_entered_by_people(self):
        copies = self.revenue.copy() + self.revenue.copy() + self.potential.copy()
        self.assertEqual(copies.mapped("code"), ["revenue_2", "revenue_3", "potential_2"])
        self.assertEqual(set(copies.mapped("source")), {"manual"})

    def test_an_administrator_adds_a_choice_on_screen(self):
        form = Form(self.env["key.account.metric"])
        form.name = "Cooperation"
        form.code = "working_together"
        form.kind = "choice"
        with form.option_ids.new() as option:
            option.name = "Good"
            option.code = "good"
        metric = form.save()
        self.assertEqual((metric.source, metric.option_ids.code), ("manual", "good"))
        action = metric.action_open_values()
        self.assertEqual(action["context"], {"default_metric_id": metric.id})
