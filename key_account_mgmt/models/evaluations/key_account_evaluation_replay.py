"""Check that the stored facts and rules give the stored decisions."""

from odoo.tools import SQL

from .key_account_evaluation_run import EvaluationRun, get_decisions_sql


class Replay:
    """Decide all lines of one evaluation again, and change nothing."""

    def __init__(self, evaluation):
        self.env = evaluation.env
        self.run = EvaluationRun(evaluation)

    def has_same_rules(self):
        """Return whether the stored rules match their stored fingerprint."""
        return self.run.evaluator.policy.content_hash == self.run.evaluation.policy_hash

    def get_differences(self):
        """Return the ids of lines whose stored decision differs from that of the stored facts and rules."""
        self.env["key.account.evaluation.line"].flush_model()
        different = self._get_wrong_lost_lines()
        for book, lines in self.run.read_books():
            different += self._compare_decisions(self.run.decide(book, lines))
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
                        line.suggested_kind)
                       IS DISTINCT FROM
                       (decision.points, decision.reasons, decision.score, decision.rank, decision.rank_pct,
                        decision.cumulative_share_pct, decision.computed_tier_id, decision.tier_id,
                        decision.movement, decision.vetoed, decision.has_missing,
                        decision.grants, decision.credit_change, decision.credit_limit_before,
                        decision.credit_limit_proposed, decision.suggested_kind)
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
                        OR grants IS NOT NULL OR suggested_kind IS NOT NULL)
                """,
                self.run.evaluation.id,
            )
        )
        return [line_id for (line_id,) in found]
