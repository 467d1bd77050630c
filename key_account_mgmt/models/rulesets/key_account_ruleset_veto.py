from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import file_open

from ...rules import Policy

VETOES_FILE = "key_account_mgmt/data/key_account_vetoes.json"


class KeyAccountRuleset(models.Model):
    """The shipped vetoes of pseudo key accounts, switched off until somebody wants them."""

    _inherit = "key.account.ruleset"

    def action_add_vetoes(self):
        """Add the shipped vetoes that these drafts lack, inactive: customers are capped at the lowest tier."""
        importer, policy = self.env["key.account.ruleset.import"], self._read_shipped_vetoes()
        metrics = importer._get_metrics(policy)
        for ruleset in self:
            tiers = dict.fromkeys((tier.code for tier in policy.tiers), ruleset._get_lowest_tier())
            known = set(ruleset.rule_ids.mapped("key"))
            rows = [
                importer._prepare_rule_values("veto", rule, sequence, metrics, tiers)
                for sequence, rule in enumerate(policy.table("veto").rules, 1)
                if rule.key not in known
            ]
            ruleset.rule_ids = [Command.create({**row, "active": False}) for row in rows]
            added = ruleset.rule_ids.filtered(lambda rule, known=known: rule.key not in known)
            self.env["key.account.template"]._translate_rules(added)
        return True

    def _read_shipped_vetoes(self):
        with file_open(VETOES_FILE, filter_ext=(".json",)) as file:
            return Policy.load(file.read())

    def _get_lowest_tier(self):
        if not self.tier_ids:
            raise UserError(
                self.env._(
                    "Rule set “%s” has no tiers, so a veto has none to put customers into. Choose its tiers first.",
                    self.display_name,
                )
            )
        return self.tier_ids.sorted("rank")[-1]
