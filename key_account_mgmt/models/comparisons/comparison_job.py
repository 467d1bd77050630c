"""The computation of a comparison: at once, or in the background as the user who asked, in one transaction."""

from ..shared.key_account_job_mixin import COLLISIONS
from .comparison_run import ComparisonRun


class ComparisonJob:
    """One computation of a comparison, from the button to the notification of the user."""

    def __init__(self, comparison):
        self.comparison = comparison
        self.env = comparison.env

    def start(self):
        """Compute now, or queue it for the background if it is big."""
        if self._get_decision_count() <= self.comparison._at_once_decisions:
            self.compute()
        else:
            self._queue()

    def _get_decision_count(self):
        customers = self.env["key.account.collector"]._count(self.comparison._get_scope())
        return customers * len(self.comparison.ruleset_ids)

    def compute(self):
        """Compare, and replace the previous result."""
        run = ComparisonRun(self.comparison)
        self.comparison._drop_result()
        run.record()

    def _queue(self):
        # Refuse incomplete rule sets before the user waits for the background.
        ComparisonRun(self.comparison)
        self.comparison._drop_result()
        self.comparison._write_protected({"state": "computing", "job_user_id": self.env.uid})
        self.env.ref("key_account_mgmt.ir_cron_key_account_comparisons")._trigger()

    # -------------------------------------------------------------------------
    # In the background
    # -------------------------------------------------------------------------

    def process(self):
        """Compute in the background, and tell the user."""
        comparison = self.comparison
        # After each commit, users may have stopped or deleted it: while an earlier one was computed, and at the start.
        if not comparison._hold_job() or not comparison._start_attempt() or not comparison._hold_job():
            return
        user = comparison.job_user_id
        try:
            # A failed comparison leaves no lines behind.
            with self.env.cr.savepoint():
                worker = comparison._get_job_worker()
                worker._check_may_compute()
                ComparisonJob(worker).compute()
        except COLLISIONS:
            raise
        except Exception as error:
            comparison._fail_job(error)
        else:
            in_language = comparison.with_context(lang=user.lang)
            _notify(
                in_language, user, "success", in_language.env._("The comparison is computed. Open it, or reload it.")
            )

    def stop(self, error):
        """Report why the comparison cannot continue, on the comparison and to the user who asked for it."""
        problem = self.env._(
            "Computing stopped. Fix the cause, then press Compute again. The cause: %(error)s", error=error
        )
        _notify(self.comparison, self.comparison.job_user_id, "danger", problem)
        self.comparison._drop_result()
        self.comparison._write_protected({"problem": problem})


def _notify(comparison, user, kind, message):
    """Show a notification on the user's current screen."""
    notice = {"type": kind, "title": comparison.name, "message": message, "sticky": kind == "danger"}
    user._bus_send("simple_notification", notice)
