from odoo import models

from ...models.rulesets.key_account_grant_vocabulary import TIER, VALUE_KINDS


class KeyAccountRulesetImport(models.TransientModel):
    """Kinds of value in a file."""

    _inherit = "key.account.ruleset.import"

    def _prepare_rule_values(self, kind, rule, sequence, metrics, tiers):
        values = super()._prepare_rule_values(kind, rule, sequence, metrics, tiers)
        if kind != VALUE_KINDS:
            return values
        for condition in rule.conditions:
            if condition.metric == TIER:
                values |= self._prepare_tier_column_values(condition, tiers)
        return {**values, "value_kind": rule.value_kind}
