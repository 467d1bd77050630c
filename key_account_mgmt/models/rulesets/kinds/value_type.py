from odoo.tools.translate import LazyTranslate

from ....rules import VALUE_TYPES
from .decided_tier import DecidedTierKind

_lt = LazyTranslate(__name__)


class ValueType(DecidedTierKind):
    """The first rule whose conditions hold suggests the value type that the customer looks for."""

    code, label = VALUE_TYPES, "Value Type"
    row_name, table_name = _lt("Value type"), _lt("Value types")
    one, many = _lt("1 value type rule"), _lt("%s value type rules")
    part = "value_types"
    rows = "value_type_rule_ids"
    columns = ("tier_filter_ids", "without_tier", "value_type")
    selections = ("value_type",)

    def outcome_to_policy(self, rule):
        return {"value_type": rule.value_type} if rule.value_type else {}

    def from_policy(self, row, reader):
        return {**super().from_policy(row, reader), "value_type": row.value_type}

    def get_outcome_phrase(self, rule, say):
        if not rule.value_type:
            return say.env._("choose a value type")
        return say.env._("suggest %(kind)s", kind=say._get_value_type_name(rule.value_type))

    # --- Reasons ---

    def explain_value_type_rule(self, say, params, labels, currency):
        """Return the sentence of the reason; screens show the value type itself beside it."""
        rule = say._rule(params, labels)
        facts = say._get_fact_phrases(params, labels, currency)
        if not facts:
            return say.env._("By rule “%(rule)s”, which holds for every other customer.", rule=rule)
        return say.env._("By rule “%(rule)s”: %(facts)s.", rule=rule, facts=facts)

    def explain_no_value_type_rule(self, say, _params, _labels, _currency):
        return say.env._("No value type is suggested: none of the value type rules holds.")
