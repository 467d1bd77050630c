from unittest.mock import patch

from .evaluation_common import KeyAccountEvaluationCommon


class Crash(BaseException):
    """The process dies: nothing of the addon can catch it."""


class CronMixin:
    """Scheduled actions that commit batch by batch, and may die between two of them."""

    def run_cron(self, model, method, commits=None):
        """Run a scheduled action. Given ``commits``, the process dies when it wants to commit once more than that.

        :return: how often it committed
        """
        done = []

        def commit(cron, *_args, **_kwargs):
            if commits is not None and len(done) >= commits:
                raise Crash
            self.keep_as_committed()
            done.append(cron)
            return 60.0

        self.keep_as_committed()
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", commit):
            getattr(self.env[model].with_user(self.env.ref("base.user_root")), method)()
        self.env.invalidate_all()
        return len(done)

    def keep_as_committed(self):
        self.env.flush_all()
        self.env.cr.execute("SAVEPOINT committed")


class KeyAccountJobCommon(CronMixin, KeyAccountEvaluationCommon):
    """Every evaluation is big: batches of two lines, in the background."""

    def setUp(self):
        super().setUp()
        self.env["ir.config_parameter"].set_param("key_account_mgmt.at_once_limit", 0)
        self.startPatcher(patch.object(self.registry["key.account.evaluation"], "_compute_batch_size", 2))
        self.startPatcher(patch.object(self.registry["key.account.evaluation"], "_apply_batch_size", 2))

    def run_jobs(self, commits=None):
        return self.run_cron("key.account.evaluation", "_cron_process_jobs", commits)

    def run_until_crash(self, commits=100):
        """Like a killed process, keep nothing but what was committed."""
        try:
            self.run_jobs(commits)
        except Crash:
            self.env.cr.execute("ROLLBACK TO SAVEPOINT committed")
            self.env.invalidate_all(flush=False)
            return
        self.fail("It did not crash")
