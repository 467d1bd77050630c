"""The effects of applying or reverting an evaluation, in sentences for the confirmation dialog."""

from decimal import Decimal

from odoo.tools import SQL

from ..evaluations.evaluation_benefit import TierBenefits

# This many customers are named per kind of award; of the others only the number is shown.
NAMED = 5


class EvaluationEffects:
    """Read-only: current counts and amounts of one evaluation."""

    def __init__(self, evaluation):
        self.evaluation = evaluation
        self.env = evaluation.env
        self.formatter = self.env["key.account.formatter"]

    # -------------------------------------------------------------------------
    # Apply
    # -------------------------------------------------------------------------

    def of_applying(self):
        """Return sentences: which customers get a tier, and which awards Finance is asked to grant."""
        sentences = [
            self.env._("Every customer gets the tier of its line."),
            self.evaluation._get_counts_text(),
            *self._get_proposals(),
        ]
        return [*sentences, self.env._("You can take it back later with Revert.")]

    def _get_proposals(self):
        rows = self.evaluation._get_award_rows()
        credit = [row for row in rows if row["is_credit"]]
        rewards = [row for row in rows if not row["is_credit"]]
        sentences = []
        if credit:
            sentences.append(
                self.env._(
                    "Credit limits proposed to finance: %(count)s, %(amount)s in all, %(raise)s more than now.",
                    count=sum(row["count"] for row in credit),
                    amount=self._format(sum(row["amount"] for row in credit)),
                    **{"raise": self._format(sum(row["raise"] for row in credit))},
                )
            )
        if rewards:
            sentences.append(
                self.env._(
                    "Rewards proposed to finance: %(count)s, estimated cost %(cost)s.",
                    count=sum(row["count"] for row in rewards),
                    cost=self._format(sum(row["amount"] for row in rewards)),
                )
            )
        return sentences

    # -------------------------------------------------------------------------
    # Revert
    # -------------------------------------------------------------------------

    def of_reverting(self):
        """Return sentences: which tiers, terms, limits and rewards are taken back, and what stays."""
        applied, fields = self._get_applied_counts()
        labels = TierBenefits(self.evaluation).get_labels()
        sentences = [self.env._("Customers that get their previous tier back: %s.", applied)]
        sentences += [
            self.env._(
                "%(benefit)s, customers that get their previous value back: %(count)s.",
                benefit=labels[name],
                count=count,
            )
            for name, count in fields
            if name in labels
        ]
        sentences += self._get_award_sentences()
        return [*sentences, self.env._("What a user changed since then stays as it is.")]

    def _get_applied_counts(self):
        """Return the number of applied lines, and ``[(field of the customer, number of changed values)]``."""
        lines = self.env["key.account.evaluation.line"]
        lines.flush_model()
        counts = self.env.execute_query(
            SQL(
                """
                SELECT NULL AS field, COUNT(*)
                  FROM key_account_evaluation_line
                 WHERE evaluation_id = %(evaluation)s AND outcome = 'applied'
                 UNION ALL
                SELECT field, COUNT(*)
                  FROM key_account_evaluation_line, jsonb_object_keys(replaced_benefits) AS field
                 WHERE evaluation_id = %(evaluation)s AND outcome = 'applied'
                       AND jsonb_typeof(replaced_benefits) = 'object'
              GROUP BY field
              ORDER BY 1 NULLS FIRST
                """,
                evaluation=self.evaluation.id,
            )
        )
        return counts[0][1], counts[1:]

    def _get_award_sentences(self):
        awards = self.evaluation._get_all_awards()
        granted = awards.filtered("is_granted")
        limits = granted.filtered(lambda award: award.kind == "credit")
        return [
            *self._describe_awards(
                limits, lambda: self.env._("Credit limits that finance granted, and that go back"), "limit"
            ),
            *self._describe_awards(granted - limits, lambda: self.env._("Promised rewards that lapse"), "cost"),
            *self._describe_awards(
                awards.filtered(lambda award: award.state == "proposed"),
                lambda: self.env._("Proposals that finance has not decided on, and that end"),
                "number",
            ),
            *self._describe_awards(
                awards.filtered(lambda award: award.state == "delivered"),
                lambda: self.env._("Delivered rewards, which stay delivered"),
                "cost",
            ),
        ]

    def _describe_awards(self, awards, get_what, measure):
        """Return a sentence about awards, or none: "Promised rewards that lapse: 2, 1,500 € in all (Alba, Bora)."

        :param get_what: function that returns the kind of awards in the user's language
        :param measure: limit: the granted amounts; cost: their costs; number: neither
        """
        if not awards:
            return []
        values = {"what": get_what(), "count": len(awards), "customers": self._get_names(awards)}
        if measure == "number":
            return [self.env._("%(what)s: %(count)s (%(customers)s).", **values)]
        amounts = awards.mapped("approved_amount" if measure == "limit" else "cost")
        total = self._format(sum((Decimal(repr(amount)) for amount in amounts), Decimal()))
        return [self.env._("%(what)s: %(count)s, %(total)s in all (%(customers)s).", total=total, **values)]

    def _get_names(self, awards):
        """Return the names of the customers, those with the largest amounts first."""
        ordered = awards.sorted(lambda award: (-max(award.approved_amount, award.proposed), award.id))
        names = list(dict.fromkeys(ordered.mapped("partner_name")))
        text = self.formatter._format_list(names[:NAMED])
        if len(names) <= NAMED:
            return text
        return self.env._("%(customers)s and %(count)s more", customers=text, count=len(names) - NAMED)

    def _format(self, amount):
        return self.formatter._format_amount(amount, self.evaluation.currency_id, trim=True)
