from odoo import api, models

# Kinds of rewards in rules that awards call otherwise; whatever is unknown here is "free".
KINDS = {"payment_terms": "payment_term", "other": "free"}
NOTHING = "none"


class KeyAccountAward(models.Model):
    """How awards come out of the lines of an evaluation."""

    _inherit = "key.account.award"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _make(self, lines):
        """Make the awards of applied lines of one evaluation; in the transaction that applies them, hence once.

        :param lines: lines with ``grants``, as the core decided them
        """
        evaluation = lines.evaluation_id
        names = evaluation._get_award_rule_names()
        granted = [values for line in lines for values in self._prepare_awards(line, names)]
        first = 1 + self.sudo().search_count([("evaluation_id", "=", evaluation.id)])
        for number, values in enumerate(granted, first):
            values["name"] = f"{evaluation.name}/{number:04d}"
        # One line of log less per award: it says itself who proposed it.
        return self.with_context(mail_create_nolog=True)._record(granted)

    @api.model
    def _prepare_awards(self, line, names):
        """Values of all awards of one line.

        :param dict names: names of rules by their keys
        """
        credit = line.grants.get("credit")
        rewards = [reward for reward in line.grants.get("rewards") or [] if reward["kind"] != NOTHING]
        return [self._prepare_credit(line, credit, names) for _once in range(bool(credit))] + [
            self._prepare_reward(line, reward, names) for reward in rewards
        ]

    @api.model
    def _prepare_credit(self, line, credit, names):
        current = credit.get("current")
        return {
            **self._prepare_award(line, credit, names),
            "kind": "credit",
            "had_limit": current is not None,
            "limit_before": float(current or 0),
            "proposed": float(credit["limit"]),
        }

    @api.model
    def _prepare_reward(self, line, reward, names):
        kind = KINDS.get(reward["kind"], reward["kind"])
        amount = float(reward.get("amount") or 0)
        cost = reward.get("cost")
        return {
            **self._prepare_award(line, reward, names),
            "kind": kind if kind in dict(self._fields["kind"].selection) and kind != "credit" else "free",
            "rule_name": reward.get("name") or names.get(reward["rule"], reward["rule"]),
            "proposed": amount,
            "estimated_cost": amount if cost is None else float(cost),
        }

    @api.model
    def _prepare_award(self, line, grant, names):
        """Every stored field, so that no default of the context or of a user gets in."""
        nothing = dict.fromkeys(
            (
                "approved_amount",
                "actual_cost",
                "estimated_cost",
                "had_limit",
                "limit_before",
                "valid_until",
                "expiry_date",
                "decided_by_id",
                "decided_on",
                "comment",
                "posted_on",
                "delivered_by_id",
                "delivered_on",
                "note",
                "problem",
            ),
            False,
        )
        return {
            **nothing,
            "partner_id": line.partner_id.commercial_partner_id.id,
            "partner_name": line.partner_name,
            "company_id": line.company_id.id,
            "evaluation_id": line.evaluation_id.id,
            "line_id": line.id,
            "rule_key": grant["rule"],
            "rule_name": names.get(grant["rule"], grant["rule"]),
            "reason": self._get_reason(line, grant, names),
            "user_id": (line.partner_id.commercial_partner_id.user_id or line.evaluation_id.create_uid).id,
            "proposed_by_id": self.env.uid,
            "state": "proposed",
        }

    @api.model
    def _get_reason(self, line, grant, names):
        """Why the customer gets this, in words. Extend it to tell more than the rule."""
        return self.env._(
            "Rule “%(rule)s” of “%(evaluation)s”",
            rule=grant.get("name") or names.get(grant["rule"], grant["rule"]),
            evaluation=line.evaluation_id.name,
        )
