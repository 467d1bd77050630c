from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import file_open

from ...rules import Policy
from .key_account_grant_vocabulary import VALUE_KINDS

KINDS_FILE = "key_account_mgmt/data/key_account_value_kinds.json"


class KeyAccountRuleset(models.Model):
    """What a rule set suggests about the kind of value that customers look for."""

    _inherit = "key.account.ruleset"

    value_kind_rule_ids = fields.One2many(
        "key.account.rule",
        "ruleset_id",
        string="Kinds of Value",
        domain=[("kind", "=", VALUE_KINDS)],
        context={"active_test": False, "default_kind": VALUE_KINDS},
        copy=False,
    )

    @api.depends("value_kind_rule_ids.active")
    @api.depends_context("lang")
    def _compute_summary(self):
        return super()._compute_summary()

    def _get_summary_parts(self):
        rows = len(self.value_kind_rule_ids.filtered("active"))
        parts = super()._get_summary_parts()
        if rows:
            parts.append(
                self.env._("1 row of kinds of value") if rows == 1 else self.env._("%s rows of kinds of value", rows)
            )
        return parts

    # --- The shipped rows ---

    def action_add_value_kinds(self):
        """Let these drafts suggest by the shipped rows: add those that they lack, switch on those that they have."""
        self._add_value_kinds(active=True)
        shipped = {rule.key for rule in self._read_shipped_value_kinds().table(VALUE_KINDS).rules}
        self.value_kind_rule_ids.filtered(lambda rule: rule.key in shipped and not rule.active).active = True
        return True

    def _add_value_kinds(self, active):
        """Add the shipped rows; “the best tier” in them is that of each rule set.

        :param active: whether they count at once; those of templates wait until somebody wants them
        """
        importer, policy = self.env["key.account.ruleset.import"], self._read_shipped_value_kinds()
        metrics = importer._get_metrics(policy)
        for ruleset in self:
            tiers = dict.fromkeys((tier.code for tier in policy.tiers), ruleset._get_best_tier())
            known = set(ruleset.rule_ids.mapped("key"))
            rows = [
                importer._prepare_rule_values(VALUE_KINDS, rule, sequence, metrics, tiers)
                for sequence, rule in enumerate(policy.table(VALUE_KINDS).rules, 1)
                if rule.key not in known
            ]
            ruleset.rule_ids = [Command.create({**row, "active": active}) for row in rows]
            added = ruleset.rule_ids.filtered(lambda rule, known=known: rule.key not in known)
            self.env["key.account.template"]._translate_rules(added)

    def _read_shipped_value_kinds(self):
        with file_open(KINDS_FILE, filter_ext=(".json",)) as file:
            return Policy.load(file.read())

    def _get_best_tier(self):
        if not self.tier_ids:
            raise UserError(
                self.env._(
                    "Rule set “%s” has no tiers, so there is no best one to look for. Choose its tiers first.",
                    self.display_name,
                )
            )
        return self.tier_ids.sorted("rank")[0]
