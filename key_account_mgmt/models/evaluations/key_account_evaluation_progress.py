"""How much of their current work evaluations have done."""

from odoo.tools import SQL


class EvaluationProgress:
    """The lines of some evaluations, counted once for all by how far their work is."""

    def __init__(self, evaluations):
        self.evaluations = evaluations
        self.env = evaluations.env
        self.counts = self._get_counts()
        self.seen = None if evaluations._reads_totals() else self._get_seen_counts()

    def get_line_count(self, evaluation):
        """Return the number of lines; for users who may not read all of them, of those that they see."""
        if self.seen is None:
            return self._get_line_counts(evaluation)[0]
        return self.seen.get(evaluation.id, 0)

    def get_percentage(self, evaluation):
        """Return how much of the current work is done; 100 between two steps."""
        total, decided, applied, touched, answered = self._get_line_counts(evaluation)
        # Reverting processes the applied lines; those still applied are the rest.
        done = {"compute": decided, "apply": touched, "revert": total - applied, "confirm": answered}
        return 100.0 * done.get(evaluation.job, total) / total if total else 0.0

    def _get_line_counts(self, evaluation):
        return self.counts.get(evaluation.id, (0, 0, 0, 0, 0))

    def _get_counts(self):
        if not self.evaluations.ids:
            return {}
        self.env["key.account.evaluation.line"].flush_model(["decided", "outcome", "kind_answer"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT evaluation_id, COUNT(*), COUNT(*) FILTER (WHERE decided),
                       COUNT(*) FILTER (WHERE outcome = 'applied'), COUNT(*) FILTER (WHERE outcome IS NOT NULL),
                       COUNT(*) FILTER (WHERE suggested_kind IS NULL OR kind_answer IS NOT NULL)
                  FROM key_account_evaluation_line
                 WHERE evaluation_id IN %s
              GROUP BY evaluation_id
                """,
                tuple(self.evaluations.ids),
            )
        )
        return {row[0]: row[1:] for row in rows}

    def _get_seen_counts(self):
        """Return the number of lines that the user may see, by evaluation."""
        groups = self.env["key.account.evaluation.line"]._read_group(
            [("evaluation_id", "in", self.evaluations.ids)], ["evaluation_id"], ["__count"]
        )
        return {evaluation.id: count for evaluation, count in groups}
