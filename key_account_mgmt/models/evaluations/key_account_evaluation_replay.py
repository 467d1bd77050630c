from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL


class KeyAccountEvaluation(models.Model):
    """Prove that stored facts and stored rules give the stored decisions."""

    _inherit = "key.account.evaluation"  # pylint: disable=consider-merging-classes-inherited

    def action_replay(self):
        """Decide everything once more from what is stored, change nothing, and tell what differs."""
        self.ensure_one()
        self._check_manager()
        if self.state == "draft" or self.job:
            raise UserError(self.env._("Compute the evaluation first: there is nothing to check yet."))
        different = self._get_replay_differences()
        if not different and self._get_evaluator().policy.content_hash == self.policy_hash:
            return self._get_replay_notification()
        return self._report_replay_differences(different)

    def _get_replay_differences(self):
        """Ids of lines whose stored decision is not what the stored facts and rules give."""
        self.env["key.account.evaluation.line"].flush_model()
        evaluator, population = self._survey()
        tiers = self._get_tier_places()
        different = self._get_wrong_lost_lines()
        for book, lines in self._read_books(evaluator):
            rows = self._get_decision_rows(evaluator, population, book, lines, tiers)
            different += self._compare_decisions(rows)
        return different

    def _compare_decisions(self, rows):
        """Ids of lines that differ from what was decided anew; compared by the database, exactly."""
        found = self.env.execute_query(
            SQL(
                """
                SELECT line.id
                  FROM %s
                  JOIN key_account_evaluation_line line ON line.id = decision.id
                 WHERE NOT line.decided
                    OR (line.points, line.reasons, line.score, line.rank, line.rank_pct, line.cumulative_share_pct,
                        line.computed_tier_id, line.tier_id, line.movement, line.vetoed, line.has_missing,
                        line.grants, line.credit_change, line.credit_limit_before, line.credit_limit_proposed,
                        line.suggested_kind)
                       IS DISTINCT FROM
                       (decision.points, decision.reasons, decision.score, decision.rank, decision.rank_pct,
                        decision.cumulative_share_pct, decision.computed_tier_id, decision.tier_id,
                        decision.movement, decision.vetoed, decision.has_missing,
                        decision.grants, decision.credit_change, decision.credit_limit_before,
                        decision.credit_limit_proposed, decision.suggested_kind)
                """,
                self._get_decisions_sql(rows),
            )
        )
        return [line_id for (line_id,) in found]

    def _get_wrong_lost_lines(self):
        """Lines of customers without business must have no tier but an overridden one, and be granted nothing."""
        found = self.env.execute_query(
            SQL(
                """
                SELECT id
                  FROM key_account_evaluation_line
                 WHERE evaluation_id = %s AND NOT in_population
                   AND (computed_tier_id IS NOT NULL OR tier_id IS DISTINCT FROM override_tier_id
                        OR grants IS NOT NULL OR suggested_kind IS NOT NULL)
                """,
                self.id,
            )
        )
        return [line_id for (line_id,) in found]

    def _get_replay_notification(self):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "title": self.env._("Decisions Confirmed"),
                "message": self.env._(
                    "%(count)s of %(count)s decisions are the same when they are made again from the stored facts"
                    " and rules.",
                    count=self.line_count,
                ),
            },
        }

    def _report_replay_differences(self, line_ids):
        """Show the lines that differ, and leave a note for everybody."""
        self._message_log(
            body=self.env._(
                "Check: %(same)s of %(total)s decisions are the same. Somebody changed stored facts, rules or"
                " decisions outside of the evaluation.",
                same=self.line_count - len(line_ids),
                total=self.line_count,
            )
        )
        action = self.env["ir.actions.actions"]._for_xml_id("key_account_mgmt.key_account_evaluation_line_action")
        return {
            **action,
            "name": self.env._("%(count)s decisions differ", count=len(line_ids)),
            "domain": [("id", "in", line_ids)],
            "context": {},
        }
