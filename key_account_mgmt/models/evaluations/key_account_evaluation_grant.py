from odoo import fields, models

from ..rulesets.key_account_grant_vocabulary import GRANT_KINDS

CREDIT_CHANGES = [("first", "First Limit"), ("raise", "Raised"), ("lower", "Lowered")]


class KeyAccountEvaluationLine(models.Model):
    """What a customer is granted: proposed when the line is decided, and frozen with it."""

    _inherit = "key.account.evaluation.line"

    grants = fields.Json(readonly=True, help="The proposed credit limit and rewards, with their reasons.")
    credit_change = fields.Selection(
        CREDIT_CHANGES, readonly=True, help="What becomes of the credit limit; empty where it stays as it is."
    )
    credit_limit_before = fields.Monetary(readonly=True, aggregator="sum")
    credit_limit_proposed = fields.Monetary("Proposed Credit Limit", readonly=True, aggregator="sum")

    def _get_reason_sentences(self, labels):
        sentences = super()._get_reason_sentences(labels)
        tables = (self.evaluation_id.policy or {}).get("tables", [])
        overridden = self._origin.override_tier_id
        if overridden and not self.in_population and any(table["kind"] in GRANT_KINDS for table in tables):
            sentences.append(self.env._("Without figures of the period no credit limit or reward is proposed."))
        return sentences

    def _get_scorecard_values(self):
        values = super()._get_scorecard_values()
        if not self.grants:
            return values
        grants, labels = self.grants, self._get_explainer_labels()
        return {
            **values,
            "credit": grants.get("credit") and self._get_credit_values(grants["credit"], labels),
            "rewards": [self._get_reward_values(reward, labels) for reward in grants.get("rewards", [])],
        }

    def _get_credit_values(self, credit, labels):
        """What the template shows of a new credit limit."""
        return {
            "limit": self._format_grant(credit["limit"]),
            "current": self._format_grant(credit["current"]) or self.env._("none"),
            "reasons": self._get_grant_sentences(credit, labels),
        }

    def _get_reward_values(self, reward, labels):
        """What the template shows of a reward; its name is that of today's rule as long as it is the same."""
        kinds = dict(self.env["key.account.rule"]._fields["reward"]._description_selection(self.env))
        return {
            "name": labels.rules.get(reward["rule"]) or reward["name"],
            "kind": kinds.get(reward["kind"], reward["kind"]),
            "amount": self._format_grant(reward["amount"]),
            "cost": self._format_grant(reward["cost"]),
            "reasons": self._get_grant_sentences(reward, labels),
        }

    def _get_grant_sentences(self, grant, labels):
        return self.env["key.account.explainer"]._get_reason_sentences(
            self.evaluation_id.policy, grant["reasons"], self.currency_id, labels
        )

    def _format_grant(self, amount):
        """An amount of money, or None where there is none."""
        return amount and self.env["key.account.formatter"]._format_amount(amount, self.currency_id, trim=True)
