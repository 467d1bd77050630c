from ...shared.numbers import exact_text
from .decided_tier import DecidedTierKind

# Names in policies for the number of each formula.
FORMULA_NUMBERS = {
    "fixed": "amount",
    "factor": "factor",
    "revenue_share": "share_pct",
    "growth_share": "share_pct",
    "months": "months",
    "days": "days",
}


class GrantKind(DecidedTierKind):
    """A kind whose rules grant customers an amount: a formula with one number, a rounding step, and bounds."""

    # The selection on the rule that names the formula.
    formula_column = ""
    # Columns that may stay empty.
    optional_numbers = ()

    # --- From records to a policy ---

    def outcome_to_policy(self, rule):
        return {"rounding": exact_text(rule.rounding_step or rule.currency_id.rounding or 0.01)}

    def prepare_formula_values(self, rule):
        """Return the formula with its number in the form of a policy; what is not chosen yet is missing in it."""
        formula = rule[self.formula_column]
        if not formula or rule.formula_value is False:
            return {"type": formula} if formula else None
        return {"type": formula, FORMULA_NUMBERS[formula]: exact_text(rule.formula_value)}

    def prepare_optional_numbers(self, rule):
        return {name: exact_text(rule[name]) for name in self.optional_numbers if rule[name] is not False}

    # --- From a policy to records ---

    def from_policy(self, row, reader):
        numbers = {name: getattr(row, name) for name in self.optional_numbers}
        return {
            **super().from_policy(row, reader),
            **{name: float(number) for name, number in numbers.items() if number is not None},
            **self._prepare_formula_columns(row.formula),
            "rounding_step": float(row.rounding),
        }

    def _prepare_formula_columns(self, formula):
        if formula is None:
            return {}
        number = getattr(formula, FORMULA_NUMBERS[formula.type])
        return {self.formula_column: formula.type, "formula_value": float(number)}

    # --- As sentences ---

    def get_formula_phrase(self, rule, say):
        """Return the amount that the formula grants, as a phrase; empty while it is not chosen."""
        if rule.formula_value is False:
            return ""
        number = exact_text(rule.formula_value)
        shown, percentage = say._format_number(number), say._format_percentage(number)
        phrases = {
            "fixed": lambda: say._format_amount(number, rule.currency_id, trim=True),
            "factor": lambda: say.env._("%(factor)s × the current limit", factor=shown),
            "revenue_share": lambda: say.env._("%(share)s of the revenue", share=percentage),
            "growth_share": lambda: say.env._("%(share)s of the growth of revenue", share=percentage),
            "months": lambda: say.env._("%(number)s × the average month", number=shown),
            "days": lambda: say.env._("%(number)s days of sales", number=shown),
        }
        formula = rule[self.formula_column]
        return phrases[formula]() if formula in phrases else ""

    def get_amount_phrases(self, rule, say, phrases):
        """Return a phrase for each amount of the rule.

        :param dict phrases: by column, with a place for the ``amount``
        """
        amounts = {
            name: say._format_amount(exact_text(rule[name]), rule.currency_id, trim=True)
            for name in phrases
            if rule[name] is not False
        }
        return [phrases[name] % {"amount": amount} for name, amount in amounts.items()]

    def get_grant_names(self, say, params, labels, currency):
        """Return the values for reasons of a grant: the rule, its amounts, and why."""
        amounts = {
            name: say._format_amount(params[name], currency, trim=True)
            for name in ("limit", "current", "computed", "amount")
            if params.get(name) is not None
        }
        return {
            **dict.fromkeys(("limit", "current", "computed", "amount"), say.env._("none")),
            **amounts,
            "rule": say._rule(params, labels),
            "why": self._get_grant_phrase(say, params, labels, currency),
        }

    def _get_grant_phrase(self, say, params, labels, currency):
        """Return the conditions that held, then the figures behind the amount that the conditions did not show yet."""
        facts = say._get_fact_phrases(params, labels, currency) if params.get("facts") else ""
        named = {fact["metric"] for fact in params.get("facts", []) if fact.get("measure", "value") == "value"}
        figures = [
            say._get_fact_phrase((figure["metric"], "value"), figure["value"], [], labels, currency)
            for figure in params.get("figures", [])
            if figure["metric"] not in named
        ]
        parts = [part for part in (facts, *figures) if part]
        return say._format_list(parts) if parts else say.env._("it holds for all customers")
