from odoo.tools.translate import LazyTranslate

from ....rules import REWARDS, formula_inputs
from .base import RuleKind
from .grant import GrantKind

_lt = LazyTranslate(__name__)


class Reward(GrantKind):
    """Every rule whose conditions hold gives the customer a reward."""

    code, label = REWARDS, "Reward"
    row_name, table_name = _lt("Reward"), _lt("Rewards")
    one, many = _lt("1 reward"), _lt("%s rewards")
    part = "credit"
    rows = "reward_rule_ids"
    columns = ("tier_filter_ids", "without_tier", "reward", "bonus_formula", "formula_value", "cost", "budget")
    selections = ("reward", "bonus_formula")
    formula_column = "bonus_formula"
    optional_numbers = ("cost", "budget")

    # --- Policy and records ---

    def outcome_to_policy(self, rule):
        values = {
            **super().outcome_to_policy(rule),
            **({"reward": rule.reward} if rule.reward else {}),
            **self.prepare_optional_numbers(rule),
        }
        formula = self.prepare_formula_values(rule) if rule.reward == "bonus" else None
        return {**values, "formula": formula} if formula else values

    def get_formula_metrics(self, rule):
        return set(formula_inputs(rule.bonus_formula)) if rule.reward == "bonus" else set()

    def from_policy(self, row, reader):
        return {**super().from_policy(row, reader), "reward": row.reward}

    # --- As sentences ---

    def get_outcome_phrase(self, rule, say):
        """Return the reward, then its cost."""
        phrases = {
            "cost": say.env._("estimated cost %(amount)s"),
            "budget": say.env._("budget %(amount)s"),
        }
        return say._format_list([self._get_reward_phrase(rule, say), *self.get_amount_phrases(rule, say, phrases)])

    def _get_reward_phrase(self, rule, say):
        if not rule.reward:
            return say.env._("choose a reward")
        name = self._get_reward_name(say, rule.reward)
        if rule.reward != "bonus":
            return say.env._("reward: %(reward)s", reward=name)
        amount = self.get_formula_phrase(rule, say) or say.env._("choose an amount")
        return say.env._("reward: %(reward)s of %(amount)s", reward=name, amount=amount)

    def _get_reward_name(self, say, reward):
        """Return the name of the reward, for use inside a sentence."""
        names = dict(say.env["key.account.rule"]._fields["reward"]._description_selection(say.env))
        return say._lowercase_title(names.get(reward, reward or "…"))

    def get_unconditional_sentence(self, say, outcome):
        # Rewards add up: a rule does not exclude customers from the rules after it.
        return RuleKind.get_unconditional_sentence(self, say, outcome)

    # --- Reasons ---

    def get_grant_names(self, say, params, labels, currency):
        names = super().get_grant_names(say, params, labels, currency)
        return {**names, "reward": self._get_reward_name(say, params.get("reward"))}

    def explain_reward_rule(self, say, params, labels, currency):
        names = self.get_grant_names(say, params, labels, currency)
        if params.get("amount") is not None:
            return say.env._("Reward by rule “%(rule)s”: %(reward)s of %(amount)s, since %(why)s.", **names)
        return say.env._("Reward by rule “%(rule)s”: %(reward)s, since %(why)s.", **names)

    def explain_reward_of_nothing(self, say, params, labels, currency):
        names = self.get_grant_names(say, params, labels, currency)
        return say.env._("No reward by rule “%(rule)s”, which comes to %(amount)s: %(why)s.", **names)

    def explain_reward_frozen(self, say, params, labels, _currency):
        return say.env._(
            "No more credit by rule “%(rule)s”: it is frozen by veto “%(veto)s”.",
            rule=say._rule(params, labels),
            veto=labels.rules.get(params["veto"], params["veto"]),
        )
