from odoo import api, models

from .key_account_award import AWARD_KINDS

# A reward named "credit" says that there shall be more credit; how much, says the table of credit limits.
REWARD_KINDS = {kind for kind, _label in AWARD_KINDS} - {"credit"}
# What an award gets after it was made.
LATER_FIELDS = (
    "approved_amount",
    "actual_cost",
    "valid_until",
    "expiry_date",
    "decided_by_id",
    "decided_on",
    "comment",
    "posted_on",
    "delivered_by_id",
    "delivered_on",
    "ended_on",
    "note",
    "problem",
)


class KeyAccountAward(models.Model):
    """How awards come out of the lines of an evaluation."""

    _inherit = "key.account.award"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _make(self, lines):
        """Make the awards of applied lines of one evaluation; in the transaction that applies them, hence once.

        :param lines: lines with ``grants``, as the core decided them
        """
        evaluation = lines.evaluation_id
        labels = lines._get_explainer_labels()
        granted = [values for line in lines for values in self._prepare_awards(line, labels)]
        first = 1 + self.sudo().search_count([("evaluation_id", "=", evaluation.id)])
        for number, values in enumerate(granted, first):
            values["name"] = f"{evaluation.reference}/{number:04d}"
        # One line of log less per award: it says itself who proposed it.
        return self.with_context(mail_create_nolog=True)._record(granted)

    @api.model
    def _prepare_awards(self, line, labels):
        """Values of all awards of one line.

        :param labels: the names of rules, and of what the sentences of its reasons are about
        """
        granted = [
            self._prepare_reward(line, reward, labels)
            for reward in line.grants.get("rewards") or []
            if reward["kind"] != "none"
        ]
        if credit := line.grants.get("credit"):
            granted.insert(0, self._prepare_credit(line, credit, labels))
        return granted

    @api.model
    def _prepare_credit(self, line, credit, labels):
        current = credit.get("current")
        return {
            **self._prepare_award(line, credit, labels),
            "kind": "credit",
            "had_limit": current is not None,
            "limit_before": float(current or 0),
            "proposed": float(credit["limit"]),
            "estimated_cost": False,
        }

    @api.model
    def _prepare_reward(self, line, reward, labels):
        amount = float(reward.get("amount") or 0)
        cost = reward.get("cost")
        return {
            **self._prepare_award(line, reward, labels),
            "kind": reward["kind"] if reward["kind"] in REWARD_KINDS else "free",
            "had_limit": False,
            "limit_before": False,
            "rule_name": labels.rules.get(reward["rule"]) or reward["name"],
            "proposed": amount,
            "estimated_cost": amount if cost is None else float(cost),
        }

    @api.model
    def _prepare_award(self, line, grant, labels):
        """Every stored field, so that no default of the context or of a user gets in."""
        # sudo: an approved line is applied to whomever it is about
        customer = line.partner_id.sudo().commercial_partner_id
        return {
            **dict.fromkeys(LATER_FIELDS, False),
            "partner_id": customer.id,
            "partner_name": line.partner_name,
            "company_id": line.company_id.id,
            "evaluation_id": line.evaluation_id.id,
            "line_id": line.id,
            "rule_key": grant["rule"],
            "rule_name": labels.rules.get(grant["rule"]) or grant["rule"],
            "reason": self._get_reason(line, grant, labels),
            "user_id": (customer.user_id or line.evaluation_id.create_uid).id,
            "proposed_by_id": self.env.uid,
            "state": "proposed",
        }

    @api.model
    def _get_reason(self, line, grant, labels):
        """Why the customer gets this, in sentences; the rule where the core gave no reasons."""
        sentences = self.env["key.account.explainer"]._get_reason_sentences(
            line.evaluation_id.policy, grant.get("reasons") or [], line.currency_id, labels
        )
        rule = labels.rules.get(grant["rule"]) or grant.get("name") or grant["rule"]
        return "\n".join(sentences) or self.env._("Rule “%s”", rule)
