import logging
import time

from psycopg2.errors import DeadlockDetected, LockNotAvailable, SerializationFailure

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

# Up to this many customers, work is done while the user waits; a system parameter of this name overrides it.
AT_ONCE_PARAMETER = "key_account_mgmt.at_once_limit"
AT_ONCE_DEFAULT = 2000
# A job started this often without finishing a batch kills its worker: stop it instead of retrying forever.
MAX_ATTEMPTS = 3
# A run works this long before other jobs get their turn: each restart costs another survey.
RUN_SECONDS = 60
# Two transactions collided: this is no failure of the work. The next run continues with the batch.
COLLISIONS = (SerializationFailure, DeadlockDetected, LockNotAvailable)


class KeyAccountEvaluation(models.Model):
    """Work in batches: small evaluations at once, big ones by a scheduled action that commits after each batch.

    A job is a generator method ``_job_<job>`` that yields, after each batch, the number of lines left. It must derive
    the remaining work from the lines, so that it can be restarted at any point.
    """

    _inherit = "key.account.evaluation"  # pylint: disable=consider-merging-classes-inherited

    line_count = fields.Integer("Customers", compute="_compute_progress")
    progress = fields.Float("Progress (%)", compute="_compute_progress", help="Progress of the current job.")

    @api.depends("line_ids.decided", "line_ids.outcome", "line_ids.kind_answer", "job")
    @api.depends_context("uid")
    def _compute_progress(self):
        counts = self._get_progress_counts()
        seen = {} if self._reads_totals() else self._get_seen_counts()
        for evaluation in self:
            total, decided, applied, touched, answered = counts.get(evaluation.id, (0, 0, 0, 0, 0))
            evaluation.line_count = total if evaluation._reads_totals() else seen.get(evaluation.id, 0)
            # Reverting processes the applied lines; those still applied are the rest.
            done = {"compute": decided, "apply": touched, "revert": total - applied, "confirm": answered}
            done = done.get(evaluation.job, total)
            evaluation.progress = 100.0 * done / total if total else 0.0

    def _get_seen_counts(self):
        """Return the number of lines that the user may see, by evaluation."""
        lines = self.env["key.account.evaluation.line"]
        groups = lines._read_group([("evaluation_id", "in", self.ids)], ["evaluation_id"], ["__count"])
        return {evaluation.id: count for evaluation, count in groups}

    def _get_progress_counts(self):
        if not self.ids:
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
                tuple(self.ids),
            )
        )
        return {row[0]: row[1:] for row in rows}

    def _run_or_queue(self, job, size):
        """Run a job of ``size`` customers now, or queue it for the background."""
        self.ensure_one()
        if size <= self._get_at_once_limit():
            for _left in self._get_batches(job):
                pass
            return
        self._set_workflow_values({"job": job, "job_user_id": self.env.uid, "job_attempts": 0})
        self.env.ref("key_account_mgmt.ir_cron_key_account_jobs")._trigger()

    @api.model
    def _get_at_once_limit(self):
        # sudo: reads only this parameter, which reveals nothing about customers.
        return int(self.env["ir.config_parameter"].sudo().get_param(AT_ONCE_PARAMETER, AT_ONCE_DEFAULT))

    def _get_batches(self, job):
        return getattr(self, f"_job_{job}")()

    @api.model
    def _cron_process_jobs(self):
        """Continue all background work, as the users who started it, until it is finished or the time is used up."""
        for evaluation in self.search([("job", "!=", False)], order="id"):
            if not evaluation._process_job():
                return

    def _process_job(self):
        """Work on one evaluation, batch by batch.

        :return: False when the time given to the scheduled action is used up
        """
        if not self._start_attempt():
            return True
        end = time.monotonic() + RUN_SECONDS
        try:
            batches = self._get_job_worker()._get_batches(self.job)
            while self._hold_job():
                # A batch that fails leaves nothing behind; the batches before it are committed.
                with self.env.cr.savepoint():
                    left = next(batches, 0)
                    self._forget_attempts()
                self.env["ir.cron"]._commit_progress(1, remaining=left)
                if not left:
                    return True
                if time.monotonic() > end:
                    return False
        except COLLISIONS:
            raise
        except Exception as error:
            self._fail_job(error)
        return True

    def _get_job_worker(self):
        """Return the evaluation as the user who started the job, in their language and company: their rights apply."""
        user = self.job_user_id
        # Drop the superuser mode of the scheduled action.
        return self.with_user(user).with_context(
            allowed_company_ids=self.company_id.ids, lang=user.lang or "en_US", tz=user.tz
        )

    def _start_attempt(self):
        """Count the start before working, so that a start that kills the process counts as well."""
        if self.job_attempts >= MAX_ATTEMPTS:
            self._fail_job(UserError(self.env._("The work was interrupted %(count)s times.", count=MAX_ATTEMPTS)))
            return False
        self._set_workflow_values({"job_attempts": self.job_attempts + 1})
        self.env["ir.cron"]._commit_progress(0, remaining=1)
        return True

    def _hold_job(self):
        """Lock the row for the next batch.

        :return: False when the work is finished, or a user stopped it meanwhile
        """
        rows = self.env.execute_query(
            SQL(
                "UPDATE key_account_evaluation SET write_date = write_date"
                " WHERE id = %s AND job IS NOT NULL RETURNING id",
                self.id,
            )
        )
        return bool(rows)

    def _forget_attempts(self):
        """Reset the attempts after a finished batch: the work does not kill its process."""
        self.flush_recordset()
        self.env.cr.execute(
            SQL("UPDATE key_account_evaluation SET job_attempts = 0 WHERE id = %s AND job IS NOT NULL", self.id)
        )
        self.invalidate_recordset(["job_attempts"])

    def _fail_job(self, error):
        """Stop a job that cannot continue, log why, and leave the evaluation ready to start it again."""
        self = self.with_context(lang=self.job_user_id.lang or "en_US")
        job = self.job
        labels = dict(self._fields["job"]._description_selection(self.env))
        _logger.warning("Evaluation %s: %s failed: %s", self.id, job, error, exc_info=not isinstance(error, UserError))
        if job == "compute":
            self._delete_lines()
            self._set_workflow_values(self._get_draft_values())
        else:
            self._set_workflow_values({"job": False, "job_user_id": False, "job_attempts": 0})
        self.message_post(
            body=self.env._(
                "%(job)s stopped: %(error)s\nNo data was lost. Fix the cause, then press the button again.",
                job=labels[job],
                error=error,
            )
        )

    def _finish_job(self, vals, message):
        """Finish a job: set the new state, and log the result in the chatter."""
        self._advance({**vals, "job": False, "job_user_id": False, "job_attempts": 0}, message)

    def action_refresh(self):
        """Reload the form to show the progress."""
        return True
