from .award_states import AWARD_KINDS

# A reward of the kind "credit" only announces more credit; the amount comes from the table of credit limits.
REWARD_KINDS = {kind for kind, _label in AWARD_KINDS} - {"credit"}
# Fields that an award gets after its creation.
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


class AwardProposals:
    """The awards that applied lines of one evaluation propose, as values of new records."""

    def __init__(self, lines):
        """Collect what all lines need.

        :param lines: lines with ``grants``, as decided by the core
        """
        self.lines = lines
        self.env = lines.env
        self.evaluation = lines.evaluation_id
        # The names of rules, and of all that the sentences of the reasons mention.
        self.labels = lines._get_explainer_labels()

    def get_values(self):
        """Return the values of all awards but their names."""
        return [values for line in self.lines for values in self._prepare_awards(line)]

    def _prepare_awards(self, line):
        """Return the values of all awards of one line, its credit limit first."""
        granted = [
            self._prepare_reward(line, reward)
            for reward in line.grants.get("rewards") or []
            if reward["kind"] != "none"
        ]
        if credit := line.grants.get("credit"):
            granted.insert(0, self._prepare_credit(line, credit))
        return granted

    def _prepare_credit(self, line, credit):
        current = credit.get("current")
        return {
            **self._prepare_award(line, credit),
            "kind": "credit",
            "had_limit": current is not None,
            "limit_before": float(current or 0),
            "proposed": float(credit["limit"]),
            "estimated_cost": False,
        }

    def _prepare_reward(self, line, reward):
        amount = float(reward.get("amount") or 0)
        cost = reward.get("cost")
        return {
            **self._prepare_award(line, reward),
            "kind": reward["kind"] if reward["kind"] in REWARD_KINDS else "free",
            "had_limit": False,
            "limit_before": False,
            "rule_name": self.labels.rules.get(reward["rule"]) or reward["name"],
            "proposed": amount,
            "estimated_cost": amount if cost is None else float(cost),
        }

    def _prepare_award(self, line, grant):
        """Return values for every stored field, so that no default of the context or of a user applies."""
        # sudo: an approved line is applied to its customer, whatever the user's rights on contacts
        customer = line.partner_id.sudo().commercial_partner_id
        return {
            **dict.fromkeys(LATER_FIELDS, False),
            "partner_id": customer.id,
            "partner_name": line.partner_name,
            "company_id": line.company_id.id,
            "evaluation_id": line.evaluation_id.id,
            "line_id": line.id,
            "rule_key": grant["rule"],
            "rule_name": self.labels.rules.get(grant["rule"]) or grant["rule"],
            "reason": self._get_reason(line, grant),
            "user_id": (customer.user_id or line.evaluation_id.create_uid).id,
            "proposed_by_id": self.env.uid,
            "state": "proposed",
        }

    def _get_reason(self, line, grant):
        """Return the reasons for the award, as sentences; the rule if the core gave no reasons."""
        sentences = self.env["key.account.explainer"]._get_reason_sentences(
            line.evaluation_id.policy, grant.get("reasons") or [], line.currency_id, self.labels
        )
        rule = self.labels.rules.get(grant["rule"]) or grant.get("name") or grant["rule"]
        return "\n".join(sentences) or self.env._("Rule “%s”", rule)
