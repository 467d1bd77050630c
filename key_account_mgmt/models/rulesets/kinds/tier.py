from odoo.tools.translate import LazyTranslate

from .base import RuleKind

_lt = LazyTranslate(__name__)


class Tier(RuleKind):
    """The first rule whose conditions hold gives the customer its tier."""

    code, label = "tier", "Tier"
    row_name, table_name = _lt("Tier rule"), _lt("Tier rules")
    one, many, always_counted = _lt("1 tier rule"), _lt("%s tier rules"), True
    rows = "tier_rule_ids"
    columns = ("tier_id.name",)

    def outcome_to_policy(self, rule):
        return {"tier": rule.tier_id.code or ""}

    def from_policy(self, row, reader):
        return {"tier_id": reader.tiers[row.tier].id}

    def get_outcome_phrase(self, rule, say):
        if not rule.tier_id:
            return say.env._("choose a tier")
        return say.env._("tier %(tier)s", tier=rule.tier_id.name)

    def get_unconditional_sentence(self, say, outcome):
        return say.env._("Every other customer: %(outcome)s", outcome=outcome)

    # --- Reasons ---

    def explain_tier_rule(self, say, params, labels, currency):
        names = {"tier": say._tier(params, labels), "rule": say._rule(params, labels)}
        facts = say._get_fact_phrases(params, labels, currency)
        if not facts:
            return say.env._("Tier %(tier)s by rule “%(rule)s”, which holds for every other customer.", **names)
        return say.env._("Tier %(tier)s by rule “%(rule)s”: %(facts)s.", facts=facts, **names)

    def explain_no_tier_rule(self, say, _params, _labels, _currency):
        return say.env._("No tier: none of the tier rules holds.")


class Veto(RuleKind):
    """Every rule whose conditions hold caps the tier, and may freeze the credit limit."""

    code, label = "veto", "Veto"
    row_name, table_name = _lt("Veto"), _lt("Vetoes")
    one, many = _lt("1 veto"), _lt("%s vetoes")
    rows = "veto_rule_ids"
    columns = ("tier_id.name", "freezes_credit")

    def outcome_to_policy(self, rule):
        values = {"tier": rule.tier_id.code or ""}
        return {**values, "freezes_credit": True} if rule.freezes_credit else values

    def from_policy(self, row, reader):
        return {"tier_id": reader.tiers[row.tier].id, "freezes_credit": bool(row.freezes_credit)}

    def get_outcome_phrase(self, rule, say):
        if not rule.tier_id:
            return say.env._("choose a tier")
        outcome = say.env._("at best tier %(tier)s", tier=rule.tier_id.name)
        if rule.freezes_credit:
            return say.env._("%(outcome)s, and the credit limit stays as it is", outcome=outcome)
        return outcome

    # --- Reasons ---

    def explain_veto(self, say, params, labels, currency):
        names = {"tier": say._tier(params, labels), "rule": say._rule(params, labels)}
        facts = say._get_fact_phrases(params, labels, currency)
        if not facts:
            return say.env._("Veto “%(rule)s”: at best tier %(tier)s.", **names)
        return say.env._("Veto “%(rule)s”: %(facts)s: at best tier %(tier)s.", facts=facts, **names)

    def explain_lowered_by_veto(self, say, params, labels, _currency):
        return say.env._(
            "Lowered from tier %(before)s to tier %(after)s by veto.",
            before=labels.tiers.get(params.get("from"), params.get("from")),
            after=labels.tiers.get(params.get("to"), params.get("to")),
        )
