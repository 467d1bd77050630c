from decimal import Decimal

from odoo.fields import Command
from odoo.tools.translate import LazyTranslate

from ....rules import CREDIT, formula_inputs
from ...shared.numbers import exact_text
from .grant import GrantKind

_lt = LazyTranslate(__name__)


class CreditLimit(GrantKind):
    """The first rule whose conditions hold gives the customer a new credit limit, within the ceiling of its tier."""

    code, label = CREDIT, "Credit Limit"
    row_name, table_name = _lt("Credit limit"), _lt("Credit limits")
    one, many = _lt("1 credit limit"), _lt("%s credit limits")
    part = "credit"
    rows = "credit_rule_ids"
    columns = (
        "tier_filter_ids",
        "without_tier",
        "credit_formula",
        "formula_value",
        "minimum",
        "maximum",
        "rounding_step",
        "max_change_pct",
        "direction",
        "below_exposure",
    )
    selections = ("credit_formula", "direction")
    formula_column = "credit_formula"
    optional_numbers = ("minimum", "maximum", "max_change_pct")

    # --- From records to a policy ---

    def outcome_to_policy(self, rule):
        return {
            **super().outcome_to_policy(rule),
            "formula": self.prepare_formula_values(rule),
            "direction": rule.direction or "raise",
            "below_exposure": rule.below_exposure,
            **self.prepare_optional_numbers(rule),
        }

    def get_formula_metrics(self, rule):
        exposure = () if rule.below_exposure or rule.direction == "raise" else ("exposure",)
        return {"credit_limit", *exposure, *formula_inputs(rule.credit_formula)}

    def table_to_policy(self, ruleset, rules):
        """Return the table with the ceilings, if there are any: they bound the outcome of all rules."""
        table, ceilings = super().table_to_policy(ruleset, rules), self._prepare_ceilings(ruleset)
        if not ceilings:
            return table
        return {**(table or {"kind": self.code, "rules": []}), "ceilings": ceilings}

    def _prepare_ceilings(self, ruleset):
        return {
            benefit.tier_id.code: exact_text(benefit.credit_ceiling)
            for benefit in ruleset.benefit_ids.sorted(lambda benefit: (benefit.tier_id.rank, benefit.id))
            if benefit.has_credit_ceiling
        }

    # --- From a policy to records ---

    def from_policy(self, row, reader):
        bounds = {"direction": row.direction, "below_exposure": row.below_exposure}
        return {**super().from_policy(row, reader), **bounds}

    def table_from_policy(self, table, reader):
        ceilings = table.ceilings if table else {}
        benefits = [
            {"tier_id": reader.tiers[code].id, "has_credit_ceiling": True, "credit_ceiling": float(ceiling)}
            for code, ceiling in ceilings.items()
        ]
        return {"benefit_ids": [Command.create(benefit) for benefit in benefits]}

    def find_table_mismatches(self, env, table):
        return [
            env._(
                "Credit ceiling of tier “%(tier)s”: %(number)s has more digits than can be stored (6 decimals, 15"
                " digits in all).",
                tier=tier,
                number=ceiling,
            )
            for tier, ceiling in table.ceilings.items()
            if Decimal(exact_text(float(ceiling))) != ceiling
        ]

    # --- As sentences ---

    def get_outcome_phrase(self, rule, say):
        """Return the new limit, then its bounds."""
        amount = self.get_formula_phrase(rule, say)
        if not amount:
            return say.env._("choose an amount")
        return say._format_list(
            [
                say.env._("credit limit %(amount)s", amount=amount),
                *self._get_bound_phrases(rule, say),
                *self._get_direction_phrases(rule, say),
            ]
        )

    def _get_bound_phrases(self, rule, say):
        phrases = {
            "minimum": say.env._("at least %(amount)s"),
            "maximum": say.env._("at most %(amount)s"),
            "rounding_step": say.env._("in steps of %(amount)s"),
        }
        found = self.get_amount_phrases(rule, say, phrases)
        if rule.max_change_pct is not False:
            change = say._format_percentage(exact_text(rule.max_change_pct))
            found.append(say.env._("changed by at most %(change)s", change=change))
        return found

    def _get_direction_phrases(self, rule, say):
        if rule.direction != "both":
            return [say.env._("never lowered")]
        return [say.env._("even below the current exposure")] if rule.below_exposure else []

    # --- Reasons ---

    def explain_credit_rule(self, say, params, labels, currency):
        names = self.get_grant_names(say, params, labels, currency)
        return say.env._("Credit limit %(limit)s by rule “%(rule)s”: %(why)s.", **names)

    def explain_credit_unchanged(self, say, params, labels, currency):
        names = self.get_grant_names(say, params, labels, currency)
        if Decimal(params["computed"]) < Decimal(params["current"]):
            return say.env._(
                "The credit limit stays at %(current)s: rule “%(rule)s” comes to %(computed)s, which is less.", **names
            )
        return say.env._("The credit limit stays at %(current)s by rule “%(rule)s”: %(why)s.", **names)

    def explain_credit_bound(self, say, params, _labels, currency):
        amount = say._format_amount(params["to"], currency, trim=True)
        sentences = {
            "minimum": say.env._("It is at least %(amount)s by the rule."),
            "maximum": say.env._("It is at most %(amount)s by the rule."),
            "max_change_pct": say.env._("It may change up to %(amount)s at once."),
            "ceiling": say.env._("It is at most %(amount)s for this tier."),
            "exposure": say.env._("It does not go below the credit in use today, %(amount)s."),
        }
        return sentences[params["bound"]] % {"amount": amount}

    def explain_no_credit_rule(self, say, _params, _labels, _currency):
        return say.env._("The credit limit stays as it is: none of the credit limit rules holds.")

    def explain_credit_frozen(self, say, params, labels, _currency):
        return say.env._("The credit limit is frozen by veto “%(rule)s”.", rule=say._rule(params, labels))
