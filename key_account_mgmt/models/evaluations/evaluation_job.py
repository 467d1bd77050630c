"""Work in batches: small evaluations at once, big ones by a scheduled action that commits after each batch."""

import time

from odoo.tools import SQL

from ..shared.key_account_job_mixin import COLLISIONS

# Up to this many customers, work is done while the user waits; a system parameter of this name overrides it.
AT_ONCE_PARAMETER = "key_account_mgmt.at_once_limit"
AT_ONCE_DEFAULT = 2000
# A run works this long before other jobs get their turn: each restart costs another survey.
RUN_SECONDS = 60

NO_JOB = {"job": False, "job_user_id": False, "job_attempts": 0}


class EvaluationJob:
    """The current work on one evaluation."""

    def __init__(self, evaluation):
        self.evaluation = evaluation
        self.env = evaluation.env

    def start(self, job, size):
        """Run a job of ``size`` customers now, or queue it for the background."""
        if size <= self._get_at_once_limit():
            for _left in self.evaluation._get_batches(job):
                pass
            return
        self.evaluation._set_workflow_values({"job": job, "job_user_id": self.env.uid, "job_attempts": 0})
        self.env.ref("key_account_mgmt.ir_cron_key_account_jobs")._trigger()

    def _get_at_once_limit(self):
        # sudo: reads only this parameter, which reveals nothing about customers.
        return int(self.env["ir.config_parameter"].sudo().get_param(AT_ONCE_PARAMETER, AT_ONCE_DEFAULT))

    def process(self):
        """Continue the work in the background, batch by batch.

        :return: False when the time given to the scheduled action is used up
        """
        if not self.evaluation._start_attempt():
            return True
        try:
            return self._process_batches()
        except COLLISIONS:
            raise
        except Exception as error:
            self.evaluation._fail_job(error)
        return True

    def _process_batches(self):
        end = time.monotonic() + RUN_SECONDS
        batches = self.evaluation._get_job_worker()._get_batches(self.evaluation.job)
        while self.evaluation._hold_job():
            # A batch that fails leaves nothing behind; the batches before it are committed.
            with self.env.cr.savepoint():
                left = next(batches, 0)
                self.evaluation._forget_attempts()
            self.env["ir.cron"]._commit_progress(1, remaining=left)
            if not left:
                return True
            if time.monotonic() > end:
                return False
        return True

    def stop(self, error):
        """Log in the chatter why the work cannot continue, and leave the evaluation ready to start it again."""
        evaluation, job = self.evaluation, self.evaluation.job
        if job == "compute":
            evaluation._delete_lines()
            evaluation._set_workflow_values(evaluation._get_draft_values())
        else:
            evaluation._set_workflow_values(NO_JOB)
        labels = dict(evaluation._fields["job"]._description_selection(self.env))
        evaluation.message_post(
            body=self.env._(
                "%(job)s stopped: %(error)s\nNo data was lost. Fix the cause, then press the button again.",
                job=labels[job],
                error=error,
            )
        )


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
        self.env["key.account.evaluation.line"].flush_model(["decided", "outcome", "value_type_answer"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT evaluation_id, COUNT(*), COUNT(*) FILTER (WHERE decided),
                       COUNT(*) FILTER (WHERE outcome = 'applied'), COUNT(*) FILTER (WHERE outcome IS NOT NULL),
                       COUNT(*) FILTER (WHERE suggested_value_type IS NULL OR value_type_answer IS NOT NULL)
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
