from contextlib import suppress
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..comparison_common import KeyAccountComparisonCommon


@tagged("post_install", "-at_install")
class TestComparisonJobs(KeyAccountComparisonCommon):
    """A comparison of many customers is computed in the background, by the rights of who asked."""

    def setUp(self):
        super().setUp()
        comparison = type(self.env["key.account.comparison"])
        # Five customers by two rule sets: ten decisions, one more than may be waited for.
        self.startPatcher(patch.object(comparison, "_at_once_decisions", 9))

    def run_cron(self, commit=lambda *_args, **_kwargs: 60):
        told = []

        def tell(users, kind, message):
            told.append((users, kind, message["type"], message["message"]))

        with (
            patch.object(type(self.env["ir.cron"]), "_commit_progress", commit),
            patch.object(type(self.env["res.users"]), "_bus_send", tell),
        ):
            self.env["key.account.comparison"].with_user(self.env.ref("base.user_root"))._cron_compute()
        self.env.invalidate_all()
        return told

    def test_up_to_the_limit_it_is_computed_at_once(self):
        with patch.object(type(self.env["key.account.comparison"]), "_at_once_decisions", 10):
            self.assertEqual(self.make_comparison().state, "computed")

    def test_above_it_waits_and_comes_out_the_same(self):
        comparison = self.make_comparison()
        self.assertRecordValues(
            comparison, [{"state": "computing", "job_user_id": self.manager.id, "customer_count": 0}]
        )
        told = self.run_cron()
        self.assertRecordValues(
            comparison,
            [
                {
                    "state": "computed",
                    "customer_count": 5,
                    "agreed_count": 2,
                    "moved_count": 3,
                    "job_user_id": False,
                    "job_attempts": 0,
                }
            ],
        )
        self.assertEqual(told[0][:3], (self.manager, "simple_notification", "success"))
        self.assertEqual(self.run_cron(), [], "nothing waits any more")

    def test_what_can_be_refused_is_refused_before_anybody_waits(self):
        self.draft.rule_ids.filtered(lambda rule: rule.kind == "tier").unlink()
        with self.assertRaisesRegex(UserError, "Potential"):
            self.make_comparison()

    def test_while_it_is_computed_nothing_changes(self):
        comparison = self.make_comparison()
        for change in (
            lambda: comparison.write({"name": "Other"}),
            comparison.action_compute,
            comparison.unlink,
        ):
            with self.assertRaisesRegex(UserError, "is being computed in the background.*press Stop"):
                change()

    def test_stop_makes_a_draft_of_it(self):
        comparison = self.make_comparison()
        comparison.action_stop()
        self.assertRecordValues(comparison, [{"state": "draft", "job_user_id": False}])
        self.assertEqual(self.run_cron(), [])
        computed = self.make_comparison(compute=False)
        with patch.object(type(computed), "_at_once_decisions", 10):
            computed.action_compute()
        computed.action_stop()
        self.assertEqual(computed.state, "computed", "what is finished is not stopped")

    def test_what_is_stopped_or_deleted_while_another_is_computed_stays_so(self):
        first, stopped, deleted, last = (self.make_comparison() for _number in range(4))

        def commit(*_args, **_kwargs):
            if stopped.state == "computing":
                stopped.action_stop()
                deleted.action_stop()
                deleted.unlink()
                self.env.flush_all()
            return 60

        self.assertEqual(len(self.run_cron(commit)), 2)
        self.assertEqual((first + last).mapped("state"), ["computed", "computed"])
        self.assertRecordValues(stopped, [{"state": "draft", "job_attempts": 0, "customer_count": 0}])

    def test_what_is_stopped_as_it_begins_is_not_computed(self):
        comparison = self.make_comparison()

        def commit(*_args, **_kwargs):
            comparison.action_stop()
            self.env.flush_all()
            return 60

        self.assertEqual(self.run_cron(commit), [])
        self.assertRecordValues(comparison, [{"state": "draft", "job_attempts": 0, "customer_count": 0}])

    def test_what_cannot_be_computed_any_more_can_be_stopped(self):
        comparison = self.make_comparison()
        self.draft.unlink()
        comparison.action_stop()
        self.assertEqual(comparison.state, "draft")

    def test_a_failure_is_told_and_leaves_a_draft_and_the_next_one_is_computed(self):
        failing, fine = self.make_comparison(), self.make_comparison()
        self.manager.group_ids -= self.env.ref("key_account_mgmt.group_key_account_manager")
        fine.sudo()._write_protected({"job_user_id": self.approver.id})
        with self.assertLogs("odoo.addons.key_account_mgmt", "WARNING"):
            told = self.run_cron()
        self.assertEqual(
            [(user, kind) for user, _name, kind, _text in told],
            [
                (self.manager, "danger"),
                (self.approver, "success"),
            ],
        )
        failing, fine = failing.sudo(), fine.sudo()
        self.assertEqual((failing.state, fine.state), ("draft", "computed"))
        self.assertRegex(failing.problem, "press Compute again. The cause: Only a Key Accounts manager")
        self.assertFalse(failing.line_ids)

    def test_computing_again_forgets_the_problem(self):
        comparison = self.make_comparison()
        comparison._fail_job(UserError("Broken."))
        self.assertIn("Broken.", comparison.problem)
        comparison.action_compute()
        self.run_cron()
        self.assertRecordValues(comparison, [{"state": "computed", "problem": False}])

    def test_work_that_kills_its_process_is_not_tried_for_ever(self):
        comparison = self.make_comparison()

        def die(*_args, **_kwargs):
            raise KeyboardInterrupt

        for start in range(1, 4):
            # No savepoint, which would take back the start that was counted.
            with suppress(KeyboardInterrupt):
                self.run_cron(commit=die)
            self.assertEqual((comparison.state, comparison.job_attempts), ("computing", start))
        with self.assertLogs("odoo.addons.key_account_mgmt", "WARNING"):
            self.run_cron()
        self.assertEqual(comparison.state, "draft")
        self.assertIn("The work was interrupted 3 times", comparison.problem)

    def test_nobody_makes_up_a_job_over_rpc(self):
        comparison = self.make_comparison(compute=False, state="computing", job_user_id=self.approver.id)
        self.assertRecordValues(comparison, [{"state": "draft", "job_user_id": False}])
        for values in ({"state": "computing"}, {"job_user_id": self.approver.id}, {"problem": "x"}):
            with self.assertRaisesRegex(UserError, "cannot be edited"):
                comparison.write(values)
