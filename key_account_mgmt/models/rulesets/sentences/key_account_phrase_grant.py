from odoo import api, models

from ...shared.numbers import exact_text
from ..key_account_grant_vocabulary import CREDIT, REWARDS, TIER, TIER_KINDS
from .key_account_labels import Labels


class KeyAccountPhrase(models.AbstractModel):
    """Rows of credit limits and rewards in the user's words."""

    _inherit = "key.account.phrase"

    @api.model
    def _get_column_phrases(self, rule):
        if rule.kind not in TIER_KINDS:
            return super()._get_column_phrases(rule)
        names = self._get_column_names(rule, "customer_tier")
        labels = Labels(metrics={TIER: self._get_decided_tier_label({})})
        condition = {"metric": TIER, "measure": "value", "operator": "in", "values": names}
        return [self._get_condition_phrase(condition, labels, None)] if names else []

    @api.model
    def _get_unconditional_sentence(self, kind, outcome):
        if kind != CREDIT:
            return super()._get_unconditional_sentence(kind, outcome)
        return self.env._("Every other customer: %(outcome)s", outcome=outcome)

    @api.model
    def _get_outcome_phrase(self, rule):
        if rule.kind == CREDIT:
            return self._format_list(self._get_limit_phrases(rule))
        if rule.kind == REWARDS:
            return self._format_list(self._get_reward_phrases(rule))
        outcome = super()._get_outcome_phrase(rule)
        if rule.kind == "veto" and rule.freezes_credit:
            return self.env._("%(outcome)s, and the credit limit stays as it is", outcome=outcome)
        return outcome

    # --- Credit limits ---

    @api.model
    def _get_limit_phrases(self, rule):
        """The new limit, then what bounds it."""
        amount = self._get_formula_phrase(rule.credit_formula, rule.formula_value, rule.currency_id)
        return [
            self.env._("credit limit %(amount)s", amount=amount),
            *self._get_bound_phrases(rule),
            *self._get_direction_phrases(rule),
        ]

    @api.model
    def _get_formula_phrase(self, formula, value, currency):
        """What a formula comes to; ``value`` is the number of the row."""
        number = exact_text(value)
        shown = self._format_number(number)
        percentage = self._format_percentage(number)
        phrases = {
            "fixed": lambda: self._format_amount(number, currency, trim=True),
            "factor": lambda: self.env._("%(factor)s × the current limit", factor=shown),
            "revenue_share": lambda: self.env._("%(share)s of the revenue", share=percentage),
            "growth_share": lambda: self.env._("%(share)s of the growth of revenue", share=percentage),
            "months": lambda: self.env._("%(number)s × the average month", number=shown),
            "days": lambda: self.env._("%(number)s days of sales", number=shown),
        }
        return phrases[formula]() if formula in phrases else "…"

    @api.model
    def _get_bound_phrases(self, rule):
        amounts = {
            name: self._format_amount(exact_text(rule[name]), rule.currency_id, trim=True)
            for name in ("minimum", "maximum", "rounding_step")
            if rule[name]
        }
        phrases = {
            "minimum": self.env._("at least %(amount)s"),
            "maximum": self.env._("at most %(amount)s"),
            "rounding_step": self.env._("in steps of %(amount)s"),
        }
        found = [phrases[name] % {"amount": amount} for name, amount in amounts.items()]
        if rule.max_change_pct:
            change = self._format_percentage(exact_text(rule.max_change_pct))
            found.append(self.env._("changed by at most %(change)s", change=change))
        return found

    @api.model
    def _get_direction_phrases(self, rule):
        if rule.direction != "both":
            return [self.env._("never lowered")]
        return [self.env._("also below today's exposure")] if rule.below_exposure else []

    # --- Rewards ---

    @api.model
    def _get_reward_phrases(self, rule):
        """The reward, then what it may cost."""
        phrases = [self._get_reward_phrase(rule)]
        for name, phrase in (
            ("cost", self.env._("estimated cost %(amount)s")),
            ("budget", self.env._("budget %(amount)s")),
        ):
            if rule[name]:
                amount = self._format_amount(exact_text(rule[name]), rule.currency_id, trim=True)
                phrases.append(phrase % {"amount": amount})
        return phrases

    @api.model
    def _get_reward_phrase(self, rule):
        kind = self._get_reward_name(rule.reward)
        if rule.reward != "bonus":
            return self.env._("reward: %(reward)s", reward=kind)
        amount = self._get_formula_phrase(rule.bonus_formula, rule.formula_value, rule.currency_id)
        return self.env._("reward: %(reward)s of %(amount)s", reward=kind, amount=amount)

    @api.model
    def _get_reward_name(self, reward):
        """A kind of reward inside a sentence."""
        names = dict(self.env["key.account.rule"]._fields["reward"]._description_selection(self.env))
        return self._lower(names.get(reward, reward or "…"))
