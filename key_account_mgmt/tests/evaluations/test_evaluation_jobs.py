from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.fields import Date
from odoo.tools import mute_logger

from ...models.evaluations.evaluation_application import EvaluationApplication
from ...models.evaluations.evaluation_run import EvaluationRun
from ..evaluation_common import KeyAccountEvaluationCommon
from ..job_common import Crash, KeyAccountJobCommon

LOGGER = "odoo.addons.key_account_mgmt.models.shared.key_account_job_mixin"


class TestComputeJob(KeyAccountJobCommon):
    def test_big_evaluation_is_computed_in_the_background(self):
        evaluation = self.make_evaluation("draft")
        evaluation.action_compute()
        self.assertRecordValues(evaluation, [{"state": "draft", "job": "compute", "job_user_id": self.manager.id}])
        self.run_jobs()
        self.assertRecordValues(evaluation, [{"state": "computed", "job": False, "progress": 100}])
        self.assertEqual(self.get_tiers(evaluation), ["C", "A", "B", "C", "C"])

    def test_nothing_else_can_be_done_meanwhile(self):
        evaluation = self.make_evaluation("draft")
        evaluation.action_compute()
        for action in ("action_compute", "action_submit", "action_apply"):
            with self.subTest(action), self.assertRaisesRegex(UserError, "background"):
                getattr(evaluation, action)()
        with self.assertRaises(UserError):
            evaluation.unlink()
        with self.assertRaisesRegex(UserError, "can no longer change"):
            evaluation.date_to = "2024-06-30"

    def test_computation_goes_on_after_a_crash_at_any_batch(self):
        expected = ["C", "A", "B", "C", "C"]
        for survived in range(1, 6):
            with self.subTest(survived=survived):
                evaluation = self.make_evaluation("draft")
                evaluation.action_compute()
                self.run_until_crash(survived)
                decided = evaluation.line_ids.filtered("decided")
                stamps = {line.id: line.reasons for line in decided}
                self.run_jobs()
                self.assertEqual(self.get_tiers(evaluation), expected)
                self.assertEqual({line.id: line.reasons for line in decided}, stamps)
                self.assertEqual(len(evaluation.line_ids), 5)
                evaluation.unlink()

    def test_facts_stay_those_that_were_collected_first(self):
        evaluation = self.make_evaluation("draft")
        evaluation.action_compute()
        self.run_until_crash(2)
        self.make_invoice(self.fifth, 100000, "2024-09-01")
        self.run_jobs()
        self.assertEqual(self.get_line(evaluation, self.fifth).revenue, 1000)

    def test_failure_is_told_and_can_be_tried_again(self):
        evaluation = self.make_evaluation("draft")
        evaluation.action_compute()
        with (
            patch.object(EvaluationRun, "record", side_effect=UserError("The disk is full")),
            self.assertLogs(LOGGER, "WARNING"),
        ):
            self.run_jobs()
        self.assertRecordValues(evaluation, [{"state": "draft", "job": False, "line_ids": []}])
        self.assertIn("The disk is full", self.get_messages(evaluation))
        evaluation.action_compute()
        self.run_jobs()
        self.assertEqual(evaluation.state, "computed")

    def test_values_that_cannot_be_used_name_the_customer(self):
        evaluation = self.make_evaluation("draft")
        evaluation.action_compute()
        self.run_until_crash(2)
        line = self.get_line(evaluation, self.third)
        self.env.cr.execute(
            'UPDATE key_account_evaluation_line SET facts = facts || \'{"revenue": "NaN"}\' WHERE id = %s', [line.id]
        )
        with mute_logger(LOGGER):
            self.run_jobs()
        self.assertEqual(evaluation.state, "draft")
        self.assertIn("Third has a value of Revenue that cannot be used: NaN", self.get_messages(evaluation))

    def test_work_that_kills_its_process_is_not_tried_for_ever(self):
        evaluation = self.make_evaluation("draft")
        evaluation.action_compute()
        with patch.object(EvaluationRun, "collect", side_effect=Crash):
            for _attempt in range(3):
                self.run_until_crash()
            with mute_logger(LOGGER):
                self.run_jobs()
        self.assertRecordValues(evaluation, [{"state": "draft", "job": False}])
        self.assertIn("interrupted 3 times", self.get_messages(evaluation))

    def test_rights_are_those_of_who_started_it(self):
        evaluation = self.make_evaluation("draft")
        evaluation.action_compute()
        self.manager.group_ids -= self.env.ref("key_account_mgmt.group_key_account_manager")
        with mute_logger(LOGGER):
            self.run_jobs()
        self.assertRecordValues(evaluation.sudo(), [{"state": "draft", "job": False}])
        self.assertIn("Only a Key Accounts manager", self.get_messages(evaluation.sudo()))

    def test_stopping_a_computation(self):
        evaluation = self.make_evaluation("draft")
        evaluation.action_compute()
        self.run_until_crash(3)
        evaluation.action_draft()
        self.run_jobs()
        self.assertRecordValues(evaluation, [{"state": "draft", "job": False, "line_ids": []}])


class TestApplyJob(KeyAccountJobCommon):
    def make_evaluation(self, state="computed", **values):
        evaluation = super().make_evaluation("draft", **values)
        steps = ("action_compute", "action_submit", "action_approve", "action_apply", "action_revert")
        states = ("computed", "in_review", "approved", "applied", "reverted")
        for step in steps[: states.index(state) + 1]:
            user = self.approver if step == "action_approve" else self.manager
            getattr(evaluation.with_user(user), step)()
            self.run_jobs()
        return evaluation

    def test_apply_goes_on_after_a_crash_and_applies_each_line_once(self):
        for survived in range(1, 5):
            with self.subTest(survived=survived):
                evaluation = self.make_evaluation("approved", name=f"Try {survived}")
                evaluation.action_apply()
                written = self.count_writes()
                self.run_until_crash(survived)
                self.run_jobs()
                self.assertEqual(self.get_customer_tiers(), ["C", "A", "B", "C", "C"])
                self.assertEqual(set(evaluation.line_ids.mapped("outcome")), {"applied"})
                self.assertEqual(evaluation.state, "applied")
                self.assertTrue(all(count <= 2 for count in written.values()), written)

    def count_writes(self):
        """Count the writes of tiers by customer; a batch that died before its commit is written once more."""
        counts = {}
        write = type(self.env["res.partner"]).write

        def counting(records, vals):
            if "key_account_tier_id" in vals:
                for record in records:
                    counts[record.id] = counts.get(record.id, 0) + 1
            return write(records, vals)

        self.startPatcher(patch.object(type(self.env["res.partner"]), "write", counting))
        return counts

    def test_revert_goes_on_after_a_crash(self):
        evaluation = self.make_evaluation("applied")
        evaluation.action_revert()
        self.run_until_crash(2)
        self.run_jobs()
        self.assertEqual(self.get_customer_tiers(), [None] * 5)
        self.assertEqual(evaluation.state, "reverted")

    def test_failed_apply_leaves_the_approval_and_goes_on_later(self):
        evaluation = self.make_evaluation("approved")
        evaluation.action_apply()
        with (
            patch.object(EvaluationApplication, "record_outcomes", side_effect=UserError("No")),
            mute_logger(LOGGER),
        ):
            self.run_jobs()
        self.assertRecordValues(evaluation, [{"state": "approved", "job": False}])
        self.assertEqual(self.get_customer_tiers(), [None] * 5)
        evaluation.action_apply()
        self.run_jobs()
        self.assertEqual(self.get_customer_tiers(), ["C", "A", "B", "C", "C"])


class TestApply(KeyAccountEvaluationCommon):
    """Approved tiers reach the customers, and come back."""

    def test_apply_writes_tier_date_and_evaluation(self):
        evaluation = self.make_evaluation("applied")
        self.assertEqual(self.get_customer_tiers(), ["C", "A", "B", "C", "C"])
        for customer in self.customers.with_company(self.company):
            self.assertEqual(customer.key_account_evaluation_id, evaluation)
            self.assertEqual(customer.key_account_tier_date, Date.today())
        self.assertEqual(set(evaluation.line_ids.mapped("outcome")), {"applied"})

    def test_apply_is_for_one_company(self):
        other = self.setup_other_company()["company"]
        self.third.with_company(other).key_account_tier_id = self.tier_c
        self.make_evaluation("applied")
        self.assertEqual(self.third.with_company(other).key_account_tier_id, self.tier_c)
        self.assertEqual(self.third.with_company(self.company).key_account_tier_id, self.tier_b)

    def test_new_tiers_are_logged_on_the_customers(self):
        evaluation = self.make_evaluation("applied")
        [message] = self.second.sudo().message_ids.filtered("tracking_value_ids")
        self.assertIn("By “2024”", message.body)
        self.assertRecordValues(
            message.tracking_value_ids,
            [{"old_value_char": "", "new_value_char": "A", "new_value_integer": self.tier_a.id}],
        )
        self.assertEqual(message.author_id, self.manager.partner_id)
        evaluation.action_revert()
        self.assertEqual(self.second.sudo().message_ids[0].tracking_value_ids.old_value_char, "A")

    def test_unchanged_tier_still_gets_date_and_evaluation(self):
        self.third.with_company(self.company).write(
            {"key_account_tier_id": self.tier_b.id, "key_account_tier_date": "2020-01-01"}
        )
        evaluation = self.make_evaluation("applied")
        customer = self.third.with_company(self.company)
        self.assertEqual(customer.key_account_evaluation_id, evaluation)
        self.assertEqual(customer.key_account_tier_date, Date.today())

    def test_lost_customers_lose_their_tier(self):
        gone = self.make_customer(name="Gone").with_company(self.company)
        gone.key_account_tier_id = self.tier_b
        evaluation = self.make_evaluation("applied")
        self.assertFalse(gone.key_account_tier_id)
        evaluation.action_revert()
        self.assertEqual(gone.key_account_tier_id, self.tier_b)

    def test_archived_customers_are_applied(self):
        evaluation = self.make_evaluation("approved")
        self.third.active = False
        evaluation.action_apply()
        self.assertEqual(self.get_line(evaluation, self.third).outcome, "applied")
        self.assertEqual(self.third.with_company(self.company).key_account_tier_id, self.tier_b)

    def test_deleted_customer_is_left_out_with_a_note(self):
        evaluation = self.make_evaluation("approved", population="selected", partner_ids=self.make_idle().ids)
        line = evaluation.line_ids
        line.partner_id.sudo().unlink()
        evaluation.action_apply()
        self.assertRecordValues(
            line, [{"outcome": "skipped", "outcome_note": "The customer was deleted.", "partner_name": "Idle"}]
        )
        self.assertEqual(evaluation.state, "applied")

    def make_idle(self):
        return self.make_customer(name="Idle")

    def test_merged_customers_keep_the_better_line(self):
        for destination in (self.second, self.third):
            with self.subTest(destination=destination.name), self.env.cr.savepoint() as savepoint:
                evaluation = self.make_evaluation("approved")
                lines = {
                    name: evaluation.line_ids.filtered_domain([("partner_name", "=", name)])
                    for name in ("Second", "Third")
                }
                merge = self.env["base.partner.merge.automatic.wizard"]
                merge._merge((self.second | self.third).ids, destination, extra_checks=False)
                self.env.invalidate_all()
                evaluation.action_apply()
                self.assertEqual(lines["Second"].outcome, "applied")
                self.assertEqual(lines["Third"].outcome, "skipped")
                self.assertIn("merged", lines["Third"].outcome_note)
                self.assertEqual(destination.with_company(self.company).key_account_tier_id, self.tier_a)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_customer_that_became_a_contact_counts_as_its_company(self):
        evaluation = self.make_evaluation("approved")
        self.third.write({"parent_id": self.second.id, "is_company": False})
        evaluation.action_apply()
        self.assertEqual(self.get_line(evaluation, self.third).outcome, "skipped")
        self.assertEqual(self.second.with_company(self.company).key_account_tier_id, self.tier_a)

    def test_revert_puts_back_exactly_what_was(self):
        earlier = self.make_evaluation("applied", name="Earlier")
        self.second.with_company(self.company).write(
            {"key_account_tier_id": self.tier_c.id, "key_account_tier_date": "2021-02-03"}
        )
        evaluation = self.make_evaluation("applied")
        evaluation.action_revert()
        self.assertEqual(self.get_customer_tiers(), ["C", "C", "B", "C", "C"])
        second = self.second.with_company(self.company)
        self.assertEqual(
            (second.key_account_tier_date, second.key_account_evaluation_id), (Date.to_date("2021-02-03"), earlier)
        )
        self.assertEqual(set(evaluation.line_ids.mapped("outcome")), {"reverted"})
        earlier.action_revert()
        self.assertEqual(self.get_customer_tiers(), [None, "C", None, None, None])

    def test_revert_leaves_alone_what_somebody_changed(self):
        evaluation = self.make_evaluation("applied")
        self.third.with_company(self.company).key_account_tier_id = self.tier_a
        self.fourth.with_company(self.company).key_account_tier_date = "2024-04-04"
        evaluation.action_revert()
        self.assertEqual(self.get_customer_tiers(), [None, None, "A", "C", None])
        for customer in (self.third, self.fourth):
            line = self.get_line(evaluation, customer)
            self.assertEqual(line.outcome, "skipped")
            self.assertIn("Changed since", line.outcome_note)
        self.assertIn("No Change: 2", self.get_messages(evaluation))

    def test_managers_without_rights_on_contacts_can_apply(self):
        self.make_user("customer_user", "base.group_user").partner_id.parent_id = self.third
        internal = self.make_user("insider", "base.group_user").partner_id
        self.make_invoice(internal, 10, "2024-05-05")
        evaluation = self.make_evaluation("applied")
        self.assertEqual(self.get_line(evaluation, internal).outcome, "applied")

    def test_queries_do_not_grow_with_the_customers(self):
        def count_queries(customers):
            evaluation = self.make_evaluation("approved", population="selected", partner_ids=customers.ids)
            # All get the same tier: customers with equal values are written together.
            self.env.cr.execute("UPDATE key_account_evaluation_line SET tier_id = %s", [self.tier_b.id])
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            evaluation.action_apply()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count_queries(self.fifth)  # warm
        # Each gets a tier for the first time, so that it is logged.
        self.assertLessEqual(count_queries(self.customers[:3]), count_queries(self.fourth))
