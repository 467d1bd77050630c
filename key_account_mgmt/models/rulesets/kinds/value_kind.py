from odoo.tools.translate import LazyTranslate

from ....rules import VALUE_KINDS
from .decided_tier import DecidedTierKind

_lt = LazyTranslate(__name__)


class ValueKind(DecidedTierKind):
    """The first rule whose conditions hold suggests the kind of value that the customer looks for."""

    code, label = VALUE_KINDS, "Value Type"
    row_name, table_name = _lt("Value type"), _lt("Value types")
    one, many = _lt("1 value type rule"), _lt("%s value type rules")
    rows = "value_kind_rule_ids"
    columns = ("cap_tier_ids", "without_tier", "value_kind")
    selections = ("value_kind",)

    def outcome_to_policy(self, rule):
        return {"value_kind": rule.value_kind or ""}

    def from_policy(self, row, reader):
        return {**super().from_policy(row, reader), "value_kind": row.value_kind}

    def get_outcome_phrase(self, rule, say):
        return say.env._("suggest %(kind)s", kind=say._get_value_kind_name(rule.value_kind))

    # --- Reasons ---

    def explain_value_kind_rule(self, say, params, labels, currency):
        """Return the sentence of the reason; screens show the kind itself beside it."""
        rule = say._rule(params, labels)
        facts = say._get_fact_phrases(params, labels, currency)
        if not facts:
            return say.env._("By rule “%(rule)s”, which holds for every other customer.", rule=rule)
        return say.env._("By rule “%(rule)s”: %(facts)s.", rule=rule, facts=facts)

    def explain_no_value_kind_rule(self, say, _params, _labels, _currency):
        return say.env._("No value type is suggested: none of the value type rules holds.")
