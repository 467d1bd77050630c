import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..evaluations.key_account_evaluation_job import COLLISIONS, MAX_ATTEMPTS

_logger = logging.getLogger(__name__)

# Customers times rule sets that are decided while the user waits: some five seconds.
AT_ONCE_DECISIONS = 30_000


class KeyAccountComparison(models.Model):
    """Big comparisons are computed in the background, in the name of who asked.

    One transaction each: nothing is written on customers, so that half a comparison is worth nothing.
    """

    _inherit = "key.account.comparison"  # pylint: disable=consider-merging-classes-inherited

    state = fields.Selection(
        selection_add=[("computing", "Computing"), ("computed",)], ondelete={"computing": "cascade"}
    )
    job_user_id = fields.Many2one("res.users", "Computing Started by", readonly=True, copy=False)
    job_attempts = fields.Integer(readonly=True, copy=False, help="Starts of the work that did not come to an end.")
    problem = fields.Char(readonly=True, copy=False, help="Why computing in the background stopped.")

    def action_compute(self):
        self.ensure_one()
        self._check_may_compute()
        self._check_not_computing()
        if self._get_decision_count() <= self._get_at_once_decisions():
            return super().action_compute()
        # What can be refused is refused before anybody waits.
        self._get_evaluators()
        self._drop_result()
        self._set_result({"state": "computing", "job_user_id": self.env.uid})
        self.env.ref("key_account_mgmt.ir_cron_key_account_comparisons")._trigger()
        return True

    def action_stop(self):
        """Give up what is waiting for its turn; what runs already ends by itself."""
        self.ensure_one()
        # Whether it could be computed does not matter any more.
        self._check_may_manage()
        if self.try_lock_for_update() != self:
            raise UserError(
                self.env._("“%(name)s” is being computed right now. Wait until it is finished.", name=self.name)
            )
        self.filtered(lambda comparison: comparison.state == "computing")._drop_result()
        return True

    def action_refresh(self):
        """Reload the form to see whether the work is finished."""
        return True

    def write(self, vals):
        self._check_not_computing()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_not_computing(self):
        self._check_not_computing()

    def _check_not_computing(self):
        busy = self.filtered(lambda comparison: comparison.state == "computing")[:1]
        if busy:
            raise UserError(
                self.env._(
                    "“%(name)s” is being computed in the background. Wait until it is finished, or press Stop.",
                    name=busy.name,
                )
            )

    def _get_decision_count(self):
        return self.env["key.account.collector"]._count(self._get_scope()) * len(self.ruleset_ids)

    @api.model
    def _get_at_once_decisions(self):
        return AT_ONCE_DECISIONS

    # -------------------------------------------------------------------------
    # In the background
    # -------------------------------------------------------------------------

    @api.model
    def _cron_compute(self):
        """Compute what waits, one after the other, each committed when it is finished."""
        waiting = self.search([("state", "=", "computing")], order="id")
        for done, comparison in enumerate(waiting, 1):
            comparison._compute_in_background()
            if not self.env["ir.cron"]._commit_progress(1, remaining=len(waiting) - done):
                return

    def _compute_in_background(self):
        # Each commit gives others the time to stop or delete it: while an earlier one was computed, and at the start.
        if not self._hold() or not self._start_attempt() or not self._hold():
            return
        user = self.job_user_id
        try:
            # A comparison that fails leaves no lines behind.
            with self.env.cr.savepoint():
                worker = self._get_job_worker()
                worker._check_may_compute()
                worker._make_result()
        except COLLISIONS:
            raise
        except Exception as error:
            self._fail_job(error)
        else:
            told = self.with_context(lang=user.lang)
            told._tell(user, "success", told.env._("The comparison is computed. Open it, or reload it."))

    def _hold(self):
        """Take the row until the next commit, so that nobody stops what is being computed.

        :return: False when there is nothing to compute any more
        """
        rows = self.env.execute_query(
            SQL(
                "UPDATE key_account_comparison SET write_date = write_date"
                " WHERE id = %s AND state = 'computing' RETURNING id",
                self.id,
            )
        )
        return bool(rows)

    def _start_attempt(self):
        """Count the start before working, so that a start which kills the process counts as well."""
        if self.job_attempts >= MAX_ATTEMPTS:
            self._fail_job(UserError(self.env._("The work was interrupted %(count)s times.", count=MAX_ATTEMPTS)))
            return False
        self._set_result({"job_attempts": self.job_attempts + 1})
        self.env["ir.cron"]._commit_progress(0, remaining=1)
        return True

    def _get_job_worker(self):
        """The comparison in the name, language and company of who started it: their rights decide."""
        user = self.job_user_id
        return self.with_user(user).with_context(
            allowed_company_ids=self.company_id.ids, lang=user.lang or "en_US", tz=user.tz
        )

    def _fail_job(self, error):
        """Stop what cannot go on, and say why on the comparison and to who asked for it."""
        self = self.with_context(lang=self.job_user_id.lang or "en_US")
        _logger.warning("Comparison %s failed: %s", self.id, error, exc_info=not isinstance(error, UserError))
        problem = self.env._(
            "Computing stopped. Mend the cause, then press Compute again. The cause: %(error)s", error=error
        )
        self._tell(self.job_user_id, "danger", problem)
        self._drop_result()
        self._set_result({"problem": problem})

    def _tell(self, user, kind, message):
        """A notice in whatever the user has open at the moment."""
        notice = {"type": kind, "title": self.name, "message": message, "sticky": kind == "danger"}
        user._bus_send("simple_notification", notice)
