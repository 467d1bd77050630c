from unittest.mock import patch

from .evaluation_common import KeyAccountEvaluationCommon


class Crash(BaseException):
    """The process dies: nothing of the addon can catch it."""


class KeyAccountJobCommon(KeyAccountEvaluationCommon):
    """Every evaluation is big: batches of two lines, in the background."""

    def setUp(self):
        super().setUp()
        self.env["ir.config_parameter"].set_param("key_account_mgmt.at_once_limit", 0)
        self.startPatcher(patch.object(self.registry["key.account.evaluation"], "_compute_batch_size", 2))
        self.startPatcher(patch.object(self.registry["key.account.evaluation"], "_apply_batch_size", 2))

    def run_jobs(self, commits=None):
        """Run the cron. Given ``commits``, the process dies when it wants to commit once more than that."""
        done = []

        def commit(cron, *_args, **_kwargs):
            if commits is not None and len(done) >= commits:
                raise Crash
            self.keep_as_committed()
            done.append(cron)
            return 60.0

        self.keep_as_committed()
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", commit):
            self.env["key.account.evaluation"].with_user(self.env.ref("base.user_root"))._cron_process_jobs()
        self.env.invalidate_all()

    def keep_as_committed(self):
        self.env.flush_all()
        self.env.cr.execute("SAVEPOINT committed")

    def run_until_crash(self, commits=100):
        """Like a killed process, keep nothing but what was committed."""
        try:
            self.run_jobs(commits)
        except Crash:
            self.env.cr.execute("ROLLBACK TO SAVEPOINT committed")
            self.env.invalidate_all(flush=False)
            return
        self.fail("It did not crash")
