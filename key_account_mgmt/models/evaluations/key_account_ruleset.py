from odoo import fields, models


class KeyAccountRuleset(models.Model):
    """Lead from a rule set to the evaluations made with it."""

    _inherit = "key.account.ruleset"

    evaluation_count = fields.Integer("Evaluations", compute="_compute_evaluation_count")

    def _compute_evaluation_count(self):
        """Count those that the user may read, with no dependencies: evaluations come and go."""
        groups = self.env["key.account.evaluation"]._read_group(
            [("ruleset_id", "in", self.ids)], ["ruleset_id"], ["__count"]
        )
        counts = {ruleset.id: count for ruleset, count in groups}
        for ruleset in self:
            ruleset.evaluation_count = counts.get(ruleset._origin.id, 0)

    def action_open_evaluations(self):
        """Open the evaluations made with these rules."""
        action = self.env["ir.actions.actions"]._for_xml_id("key_account_mgmt.key_account_evaluation_action")
        return {**action, "domain": [("ruleset_id", "in", self.ids)], "context": {}}
