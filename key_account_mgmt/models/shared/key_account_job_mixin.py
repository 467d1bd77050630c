import logging

from psycopg2.errors import DeadlockDetected, LockNotAvailable, SerializationFailure

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

# A job started this often without finishing a batch kills its worker: stop it instead of retrying forever.
MAX_ATTEMPTS = 3
# Two transactions collided: this is no failure of the work. The next run continues.
COLLISIONS = (SerializationFailure, DeadlockDetected, LockNotAvailable)


class KeyAccountJobMixin(models.AbstractModel):
    """Work that a user starts and a scheduled action does, by the rights and in the language of that user.

    The scheduled action calls ``_start_attempt``, works with ``_get_job_worker``, holds the row with ``_hold_job``
    before each batch, and calls ``_fail_job`` when the work cannot continue. ``COLLISIONS`` are no failures: it lets
    them pass. The model has a ``company_id``.
    """

    _name = "key.account.job.mixin"
    _description = "Key Account Background Work"

    job_user_id = fields.Many2one("res.users", "Job Started by", readonly=True, copy=False)
    job_attempts = fields.Integer(readonly=True, copy=False, help="Attempts since the last finished batch.")

    # -------------------------------------------------------------------------
    # What the model says of its work
    # -------------------------------------------------------------------------

    def _set_job_values(self, vals):
        """Write fields that only the work may write."""
        raise NotImplementedError

    def _get_job_name(self):
        """Return what the work is, for the log."""
        raise NotImplementedError

    def _get_unfinished_sql(self):
        """Return the condition, over columns of the table, that there is work to do."""
        raise NotImplementedError

    def _stop_job(self, error):
        """Leave the record ready to start the work again, and report the error. The language is that of the user."""
        raise NotImplementedError

    # -------------------------------------------------------------------------
    # Steps of the scheduled action
    # -------------------------------------------------------------------------

    def _start_attempt(self):
        """Count the start before working, so that a start that kills the process counts as well."""
        if self.job_attempts >= MAX_ATTEMPTS:
            self._fail_job(UserError(self.env._("The work was interrupted %(count)s times.", count=MAX_ATTEMPTS)))
            return False
        self._set_job_values({"job_attempts": self.job_attempts + 1})
        self.env["ir.cron"]._commit_progress(0, remaining=1)
        return True

    def _forget_attempts(self):
        """Reset the attempts after a finished batch: the work does not kill its process."""
        self.flush_recordset()
        self._update_unfinished(SQL("job_attempts = 0"))
        self.invalidate_recordset(["job_attempts"])

    def _get_job_worker(self):
        """Return the record as the user who started the work, in their language and company: their rights apply."""
        user = self.job_user_id
        # Drop the superuser mode of the scheduled action.
        return self.with_user(user).with_context(
            allowed_company_ids=self.company_id.ids, lang=user.lang or "en_US", tz=user.tz
        )

    def _hold_job(self):
        """Lock the row until the next commit, so that no user stops the work meanwhile.

        :return: False when the work is finished, or a user stopped it before
        """
        return self._update_unfinished(SQL("write_date = write_date"))

    def _update_unfinished(self, assignment):
        """Update the row if there is work to do; return whether there is."""
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s WHERE id = %s AND %s",
                SQL.identifier(self._table),
                assignment,
                self.id,
                self._get_unfinished_sql(),
            )
        )
        return bool(self.env.cr.rowcount)

    def _fail_job(self, error):
        """Stop work that cannot continue, and report why."""
        _logger.warning(
            "%s: %s failed: %s", self, self._get_job_name(), error, exc_info=not isinstance(error, UserError)
        )
        self.with_context(lang=self.job_user_id.lang or "en_US")._stop_job(error)
