"""Check that the stored facts and rules give the stored decisions."""

from odoo.tools import SQL

from .evaluation_run import EvaluationRun, get_decisions_sql


class Replay:
    """Decide all lines of one evaluation again, and change nothing."""

    def __init__(self, evaluation):
        self.evaluation = evaluation
        self.env = evaluation.env
        self.run = EvaluationRun(evaluation)

    def report(self):
        """Return a notification that all decisions are the same, or open the lines that differ."""
        different = self.get_differences()
        if not different and self.has_same_rules():
            return self._get_notification()
        return self._report_differences(different)

    def has_same_rules(self):
        """Return whether the stored rules match their stored fingerprint."""
        return self.run.evaluator.policy.content_hash == self.evaluation.policy_hash

    def get_differences(self):
        """Return the ids of lines whose stored decision differs from that of the stored facts and rules."""
        self.env["key.account.evaluation.line"].flush_model()
        different = self._get_wrong_lost_lines()
        for batch, lines in self.run.read_batches():
            different += self._compare_decisions(self.run.decide(batch, lines))
        return different

    def _compare_decisions(self, rows):
        """Return the ids of lines that differ from the new decisions; the database compares them exactly."""
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
                        line.suggested_value_type)
                       IS DISTINCT FROM
                       (decision.points, decision.reasons, decision.score, decision.rank, decision.rank_pct,
                        decision.cumulative_share_pct, decision.computed_tier_id, decision.tier_id,
                        decision.movement, decision.vetoed, decision.has_missing,
                        decision.grants, decision.credit_change, decision.credit_limit_before,
                        decision.credit_limit_proposed, decision.suggested_value_type)
                """,
                get_decisions_sql(rows),
            )
        )
        return [line_id for (line_id,) in found]

    def _get_wrong_lost_lines(self):
        """Return the ids of lines of customers without business that have a tier other than an override, or grants."""
        found = self.env.execute_query(
            SQL(
                """
                SELECT id
                  FROM key_account_evaluation_line
                 WHERE evaluation_id = %s AND NOT in_population
                   AND (computed_tier_id IS NOT NULL OR tier_id IS DISTINCT FROM override_tier_id
                        OR grants IS NOT NULL OR suggested_value_type IS NOT NULL)
                """,
                self.evaluation.id,
            )
        )
        return [line_id for (line_id,) in found]

    # -------------------------------------------------------------------------
    # Report
    # -------------------------------------------------------------------------

    def _get_notification(self):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "title": self.env._("Decisions Confirmed"),
                "message": self.env._(
                    "%(count)s of %(count)s decisions are the same when they are made again from the stored facts"
                    " and rules.",
                    count=self.evaluation.line_count,
                ),
            },
        }

    def _report_differences(self, line_ids):
        """Open the lines that differ, and leave a note in the chatter for all readers."""
        self.evaluation._message_log(
            body=self.env._(
                "Check: %(same)s of %(total)s decisions are the same. Stored facts, rules or decisions were changed"
                " outside of the evaluation.",
                same=self.evaluation.line_count - len(line_ids),
                total=self.evaluation.line_count,
            )
        )
        action = self.env["ir.actions.actions"]._for_xml_id("key_account_mgmt.key_account_evaluation_line_action")
        return {
            **action,
            "name": self.env._("%(count)s decisions differ", count=len(line_ids)),
            "domain": [("id", "in", line_ids)],
            "context": {},
        }
