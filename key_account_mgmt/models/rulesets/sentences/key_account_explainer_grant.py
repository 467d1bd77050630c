from decimal import Decimal

from odoo import api, models

from ..key_account_grant_vocabulary import TIER


class KeyAccountExplainer(models.AbstractModel):
    """Why a customer gets a new credit limit and rewards, or none."""

    _inherit = "key.account.explainer"

    @api.model
    def _explain_overridden(self, params, labels, _currency):
        tier = labels.tiers.get(params["to"], params["to"])
        before = labels.tiers.get(params["from"], params["from"])
        if not before:
            return self.env._(
                "Credit limit, rewards and kind of value are those of tier %(tier)s, given by hand where the rules give"
                " none.",
                tier=tier,
            )
        return self.env._(
            "Credit limit, rewards and kind of value are those of tier %(tier)s, given by hand instead of tier"
            " %(before)s.",
            tier=tier,
            before=before,
        )

    @api.model
    def _explain_credit_rule(self, params, labels, currency):
        names = self._get_grant_names(params, labels, currency)
        return self.env._("Credit limit %(limit)s by rule “%(rule)s”: %(why)s.", **names)

    @api.model
    def _explain_credit_unchanged(self, params, labels, currency):
        names = self._get_grant_names(params, labels, currency)
        if Decimal(params["computed"]) < Decimal(params["current"]):
            return self.env._(
                "The credit limit stays at %(current)s: rule “%(rule)s” comes to %(computed)s, which is less.", **names
            )
        return self.env._("The credit limit stays at %(current)s by rule “%(rule)s”: %(why)s.", **names)

    @api.model
    def _explain_credit_bound(self, params, _labels, currency):
        amount = self._format_amount(params["to"], currency, trim=True)
        sentences = {
            "minimum": self.env._("It is at least %(amount)s by the rule."),
            "maximum": self.env._("It is at most %(amount)s by the rule."),
            "max_change_pct": self.env._("It may change up to %(amount)s at once."),
            "ceiling": self.env._("It is at most %(amount)s for this tier."),
            "exposure": self.env._("It does not go below what is in use today, %(amount)s."),
        }
        return sentences[params["bound"]] % {"amount": amount}

    @api.model
    def _explain_no_credit_rule(self, _params, _labels, _currency):
        return self.env._("The credit limit stays as it is: none of the rules of credit limits holds.")

    @api.model
    def _explain_credit_frozen(self, params, labels, _currency):
        return self.env._("The credit limit is frozen by veto “%(rule)s”.", rule=self._rule(params, labels))

    @api.model
    def _explain_reward_rule(self, params, labels, currency):
        names = self._get_grant_names(params, labels, currency)
        if params.get("amount") is not None:
            return self.env._("Reward by rule “%(rule)s”: %(reward)s of %(amount)s, since %(why)s.", **names)
        return self.env._("Reward by rule “%(rule)s”: %(reward)s, since %(why)s.", **names)

    @api.model
    def _explain_reward_of_nothing(self, params, labels, currency):
        names = self._get_grant_names(params, labels, currency)
        return self.env._("No reward by rule “%(rule)s”, which comes to %(amount)s: %(why)s.", **names)

    @api.model
    def _explain_reward_frozen(self, params, labels, _currency):
        return self.env._(
            "No more credit by rule “%(rule)s”: it is frozen by veto “%(veto)s”.",
            rule=self._rule(params, labels),
            veto=labels.rules.get(params["veto"], params["veto"]),
        )

    @api.model
    def _get_grant_names(self, params, labels, currency):
        """What sentences about a grant name: the rule, its amounts, and why."""
        amounts = {
            name: self._format_amount(params[name], currency, trim=True)
            for name in ("limit", "current", "computed", "amount")
            if params.get(name) is not None
        }
        return {
            **dict.fromkeys(("limit", "current", "computed", "amount"), self.env._("none")),
            **amounts,
            "rule": self._rule(params, labels),
            "reward": self._get_reward_name(params.get("reward")),
            "why": self._get_grant_phrase(params, labels, currency),
        }

    @api.model
    def _get_grant_phrase(self, params, labels, currency):
        """The conditions that held, then the figures that the amount comes from and that were not named yet."""
        facts = self._get_fact_phrases(params, labels, currency) if params.get("facts") else ""
        named = {fact["metric"] for fact in params.get("facts", []) if fact.get("measure", "value") == "value"}
        figures = [
            self._get_fact_phrase((figure["metric"], "value"), figure["value"], [], labels, currency)
            for figure in params.get("figures", [])
            if figure["metric"] not in named
        ]
        parts = [part for part in (facts, *figures) if part]
        return self._format_list(parts) if parts else self.env._("it holds for everybody")

    @api.model
    def _get_fact_phrase(self, operand, value, asked, labels, currency):
        """Rows ask for one of several tiers: which one it is says all."""
        return super()._get_fact_phrase(operand, value, [] if operand[0] == TIER else asked, labels, currency)
