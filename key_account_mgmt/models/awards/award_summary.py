"""What became of awards that were decided together: for the user who decided, and for the evaluation's chatter."""

from decimal import Decimal

from .award_notices import AwardNotices
from .award_states import COMMITTED_STATES


class AwardSummary:
    """Numbers and amounts of awards after a decision."""

    def __init__(self, awards):
        self.awards = awards
        self.env = awards.env

    def conclude(self):
        """Log what was decided on several awards on their evaluations, once, and return a notice for the user.

        :return: the action that shows the notice; None for a single award without a warning, which shows its own state
        """
        off = AwardNotices(self.awards).get_off_text()
        sentences = self.log() if len(self.awards) > 1 else []
        if not sentences and not off:
            return None
        return self._get_notice([*sentences, *([off] if off else [])])

    def log(self):
        """Log one note on each evaluation, and return the notes."""
        texts = {
            evaluation: AwardSummary(awards).get_text()
            for evaluation, awards in self.awards.grouped("evaluation_id").items()
        }
        # sudo: Finance has no write access to evaluations; only a note is added
        evaluations = self.awards.evaluation_id.sudo()
        evaluations._message_log_batch({evaluation.id: text for evaluation, text in texts.items()})
        return list(texts.values())

    def _get_notice(self, sentences):
        is_complete = all(award.state != "proposed" for award in self.awards)
        params = {
            "type": "success" if is_complete and len(sentences) == 1 else "warning",
            "sticky": not is_complete,
            "message": " ".join(sentences),
            "next": {"type": "ir.actions.act_window_close"},
        }
        return {"type": "ir.actions.client", "tag": "display_notification", "params": params}

    def get_text(self):
        """Return what was granted, changed and refused, and what stays proposed, as sentences."""
        granted = self.awards.filtered(lambda award: award.state in COMMITTED_STATES)
        limits = granted.filtered(lambda award: award.kind == "credit")
        refused, left = (
            self.awards.filtered(lambda award, state=state: award.state == state) for state in ("refused", "proposed")
        )
        values = {"count": len(self.awards), "granted": len(granted)}
        return " ".join(
            filter(
                None,
                [
                    granted and self.env._("Granted: %(granted)s of %(count)s awards.", **values),
                    limits and self._get_amount_text(limits),
                    granted - limits and self._get_cost_text(granted - limits),
                    self._get_changed_text(granted),
                    refused and self.env._("Refused: %(count)s awards.", count=len(refused)),
                    left and self.env._("Still proposed: %(count)s awards.", count=len(left)),
                ],
            )
        )

    def _get_amount_text(self, limits):
        amount = self._format(limits, "approved_amount")
        return self.env._("Credit limits: %(count)s, %(amount)s in all.", count=len(limits), amount=amount)

    def _get_cost_text(self, rewards):
        return self.env._("Rewards: %(count)s, cost %(cost)s.", count=len(rewards), cost=self._format(rewards, "cost"))

    def _get_changed_text(self, granted):
        changed = granted.filtered(
            lambda award: award.currency_id.compare_amounts(award.approved_amount, award.proposed)
        )
        if not changed:
            return None
        return self.env._("With another amount than proposed: %(count)s.", count=len(changed))

    def _format(self, awards, name):
        total = sum((Decimal(repr(amount)) for amount in awards.mapped(name)), Decimal())
        return self.env["key.account.formatter"]._format_amount(total, awards.currency_id[:1], trim=True)
