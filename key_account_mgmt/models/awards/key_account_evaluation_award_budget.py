from decimal import Decimal

from odoo import models

from ...rules import Purse


class KeyAccountEvaluation(models.Model):
    """Where the budgets stand."""

    _inherit = "key.account.evaluation"  # pylint: disable=consider-merging-classes-inherited

    def _get_reward_budgets(self):
        """Budgets by the key of the rule: ``{key: (name, Decimal)}``, from the policy as it was when computed."""
        rules = [
            rule
            for table in (self.policy or {}).get("tables", [])
            if table["kind"] == "reward"
            for rule in table["rules"]
        ]
        return {
            rule["key"]: (rule.get("name") or rule["key"], Decimal(rule["budget"]))
            for rule in rules
            if rule.get("budget") is not None
        }

    def _get_purse(self, spent):
        """What the budgets have left.

        :param dict spent: what was granted by now, by the key of the rule
        """
        left = {rule: budget - spent[rule] for rule, (_name, budget) in self._get_reward_budgets().items()}
        total = self._get_total_budget()
        return Purse(left, None if total is None else total - sum(spent.values()))

    def _get_total_budget(self):
        """The budget of all rewards, as a Decimal; None: there is none."""
        return Decimal(repr(self.award_budget)) if self.award_budget else None
