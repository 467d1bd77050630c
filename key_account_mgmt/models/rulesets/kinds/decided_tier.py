from odoo.fields import Command

from ....rules import NO_TIER, TIER
from .base import RuleKind
from .columns import get_column_names, prepare_condition


class DecidedTierKind(RuleKind):
    """A kind whose rules apply after tiers and vetoes, and can have conditions on the resulting tier."""

    def columns_to_policy(self, rule):
        codes = rule._get_options().get("customer_tier", [])
        return [prepare_condition(TIER, "in", codes)] if codes else []

    def from_policy(self, row, reader):
        values = {}
        for condition in row.conditions:
            if condition.metric == TIER:
                codes = [code for code in condition.values if code != NO_TIER]
                values = {
                    "tier_filter_ids": [Command.set([reader.tiers[code].id for code in codes])],
                    "without_tier": NO_TIER in condition.values,
                }
        return values

    def find_own_mismatch(self, env, row):
        """Return a message if the policy has a condition on the tier that the column cannot express."""
        asked = [condition for condition in row.conditions if condition.metric == TIER]
        if len(asked) > 1 or any(condition.operator not in ("=", "in") for condition in asked):
            return env._(
                "Rule “%(rule)s”: the condition on the tier does not fit into its column, which takes one list of"
                " allowed values.",
                rule=row.name or row.key,
            )
        return super().find_own_mismatch(env, row)

    def get_column_phrases(self, rule, say):
        names = get_column_names(rule, "customer_tier")
        return [say._get_choice_phrase(TIER, say._get_decided_tier_label({}), names)] if names else []

    def get_unconditional_sentence(self, say, outcome):
        return say.env._("Every other customer: %(outcome)s", outcome=outcome)
