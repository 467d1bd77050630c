import base64
import json

from odoo.fields import Command

from .common import KeyAccountCommon

FROZEN = "can no longer change.*New Version"


class RulesetCommon(KeyAccountCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.loyalty = cls.env["key.account.metric"].create(
            {
                "name": "Loyalty",
                "code": "loyalty",
                "kind": "choice",
                "option_ids": [
                    Command.create({"name": "Good", "code": "good", "sequence": 1}),
                    Command.create({"name": "Average", "code": "average", "sequence": 2}),
                    Command.create({"name": "Poor", "code": "poor", "sequence": 3}),
                ],
            }
        )
        cls.target = cls.env["key.account.metric"].create(
            {"name": "Sales Target", "code": "sales_target", "kind": "amount"}
        )

    @classmethod
    def make_tier_ruleset(cls, **values):
        """A draft with three tiers that are all given."""
        ruleset = cls.make_ruleset(**values)
        cls.make_rule(ruleset, "A", ("revenue", "rank_pct", "<=", 15))
        cls.make_rule(ruleset, "B", ("revenue", "rank_pct", "<=", 35))
        cls.make_rule(ruleset, "C")
        return ruleset

    def table(self, ruleset, kind):
        """The rules of a kind as the policy has them."""
        return next(table for table in ruleset._get_policy_values()["tables"] if table["kind"] == kind)

    def export(self, ruleset):
        return json.loads(base64.b64decode(ruleset.export_file))

    def import_file(self, values, company=None):
        """The draft that a file becomes; ``values`` may be any bytes instead."""
        content = values if isinstance(values, bytes) else json.dumps(values).encode()
        wizard = self.env["key.account.ruleset.import"].create(
            {
                "file": base64.b64encode(content),
                "filename": "rules.json",
                "company_id": (company or self.company).id,
            }
        )
        return self.env["key.account.ruleset"].browse(wizard.action_import()["res_id"])

    def option(self, code):
        return self.loyalty.option_ids.filtered(lambda option: option.code == code)

    def default_ruleset(self):
        """That of the main company, which the tests' own user does not see."""
        return self.env.ref("key_account_mgmt.ruleset_revenue_abc").sudo()

    def full_ruleset(self):
        """A rule set with every scale, every operator and both kinds of rules."""
        ruleset = self.make_ruleset(name="Everything", description="All of it")
        bands = [(0, 5), (50_000, 20), (200_000.5, 40)]
        self.make_criterion(ruleset, "revenue", "bands", 40, bands, key="bands")
        self.make_criterion(ruleset, "margin", "linear", 20, target=5_000_000)
        self.make_criterion(ruleset, "revenue", "linear", 20, target_metric_id=self.target.id)
        self.make_criterion(ruleset, "loyalty", "grades", 20, [("good", 20), ("average", 10), ("poor", 0)])
        offset = self.get_metric("on_time_count").id
        self.make_criterion(ruleset, "late_count", "deductions", 20, points_each=5, offset_metric_id=offset)
        self.make_criterion(ruleset, "active_months", "percentile", 10.25)
        self.make_rule(ruleset, "A", ("score", ">=", 80), ("revenue", "rank_pct", "<=", 15))
        self.make_rule(ruleset, "B", ("revenue", "rank", "<", 100), ("revenue", "cumulative_share_pct", "<=", 80))
        self.make_rule(ruleset, "B", ("loyalty", "in", ["good", "average"]), ("margin_pct", ">", -0.000001))
        self.make_rule(ruleset, "C")
        self.make_rule(ruleset, "C", ("invoice_count", "=", 1), ("loyalty", "!=", "good"), kind="veto")
        self.make_rule(ruleset, "B", ("order_count", "!=", 0), ("loyalty", "not in", ["good"]), kind="veto")
        return ruleset
