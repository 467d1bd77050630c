from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..award_common import AWARD, AwardCommon
from ..job_common import Crash, CronMixin

LOGGER = "odoo.addons.key_account_mgmt.models.awards.award_posting"


@tagged("post_install", "-at_install")
class TestPosting(AwardCommon):
    """Approved limits get to the right customer of the right company, each once."""

    def test_posted_in_the_company_of_the_award(self):
        other = self.setup_other_company()["company"]
        self.set_limit(self.second, 777, other)
        finance = self.make_user_of(
            other | self.company, "key_account_both", "key_account_mgmt.group_key_account_finance"
        )
        award = self.make_credit()
        self.approve(award, finance, context={"allowed_company_ids": [other.id, self.company.id]})
        self.assertEqual(self.get_limit(self.second), 12000)
        self.assertEqual(self.get_limit(self.second, other), 777)
        self.assertEqual(self.get_ledger(self.second), [(None, 12000, "award")])
        self.assertEqual(self.get_ledger(self.second, other), [(None, 777, "manual")])

    def test_awards_of_other_companies_are_out_of_reach(self):
        other = self.setup_other_company()["company"]
        both = self.make_user_of(other | self.company, "key_account_both", "key_account_mgmt.group_key_account_finance")
        stranger = self.make_user_of(other, "key_account_other", "key_account_mgmt.group_key_account_finance")
        award = self.make_credit()
        self.assert_refused(both, AWARD, "action_approve", award.ids, context={"allowed_company_ids": other.ids})
        self.assert_refused(stranger, AWARD, "action_approve", award.ids)
        self.assert_refused(stranger, AWARD, "read", award.ids, ["proposed"])
        self.assertEqual(award.state, "proposed")

    def test_merged_customer(self):
        for name in ("before", "after"):
            with self.subTest(merged=name), self.env.cr.savepoint() as savepoint:
                award = self.make_credit({self.second: 12000})
                if name == "after":
                    self.approve(award)
                self.merge(self.second, self.third)
                if name == "before":
                    self.approve(award)
                self.assertEqual(award.partner_id, self.third)
                self.assertEqual(self.get_limit(self.third), 12000)
                savepoint.rollback()
                self.env.invalidate_all()

    def merge(self, source, destination):
        merge = self.env["base.partner.merge.automatic.wizard"]
        merge._merge((source | destination).ids, destination, extra_checks=False)
        self.env.flush_all()
        self.env.invalidate_all()

    def test_two_awards_of_merged_customers_follow_each_other(self):
        self.set_limit(self.third, 5000)
        awards = self.make_credit({self.second: 12000, self.third: 9000})
        self.merge(self.second, self.third)
        self.approve(awards)
        first, second = awards.mapped("proposed")
        self.assertEqual(
            self.get_ledger(self.third), [(None, 5000, "manual"), (5000, first, "award"), (first, second, "award")]
        )
        self.revert(awards)
        self.assertEqual(self.get_limit(self.third), 5000)

    def test_contact_of_a_company_has_the_award_of_its_company(self):
        award = self.make_credit({self.second: 12000})
        self.second.write({"parent_id": self.third.id, "is_company": False})
        self.approve(award)
        self.assertEqual(self.get_limit(self.third), 12000)
        self.assertEqual(self.get_ledger(self.third), [(None, 12000, "award")])

    def test_contacts_get_a_copy_and_no_entry(self):
        contact = self.make_customer(name="Contact", parent_id=self.second.id)
        self.approve(self.make_credit({self.second: 12000}))
        self.assertEqual(self.get_limit(contact), 12000)
        self.assertEqual(self.get_ledger(contact), [])

    def test_rights_on_contacts_are_not_needed(self):
        self.make_user("insider", "base.group_user").partner_id.parent_id = self.second
        self.approve(self.make_credit())
        self.assertEqual(self.get_limit(self.second), 12000)

    def test_queries_do_not_grow_with_the_awards(self):
        def count_queries(customers, name):
            limits = {customer: 5000 + place for place, customer in enumerate(customers)}
            awards = self.make_credit(limits, name=name).with_user(self.finance)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            awards.action_approve()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count_queries(self.big, "Warm")
        # Two and five: of several awards decided together, one note says what was decided.
        two = count_queries(self.second | self.third, "Two")
        self.assertLessEqual(count_queries(self.customers, "Five"), two + 2)


@tagged("post_install", "-at_install")
class TestPostingJob(CronMixin, AwardCommon):
    """More than a batch is posted in the background; batches of two."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.awards = cls.make_credit({who: 1000 * place for place, who in enumerate(cls.customers, 1)})

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(self.registry["key.account.award"], "_posting_batch_size", 2))

    def run_posting(self, commits=None):
        return self.run_cron(AWARD, "_cron_post", commits)

    def run_until_crash(self, commits):
        """Like a killed process, keep nothing but what was committed."""
        try:
            self.run_posting(commits)
        except Crash:
            self.env.cr.execute("ROLLBACK TO SAVEPOINT committed")
            self.env.invalidate_all(flush=False)
            return
        self.fail("It did not crash")

    def assert_posted(self):
        self.assertEqual(set(self.awards.mapped("state")), {"posted"})
        for place, customer in enumerate(self.customers, 1):
            self.assertEqual(self.get_ledger(customer), [(None, 1000 * place, "award")])
            self.assertEqual(self.get_limit(customer), 1000 * place)

    def test_more_than_a_batch_is_posted_in_the_background(self):
        self.approve(self.awards)
        self.assertEqual(set(self.awards.mapped("state")), {"approved"})
        self.assertEqual(self.get_ledger(self.second), [])
        self.assertEqual(self.run_posting(), 3)
        self.assert_posted()
        self.assertEqual(self.env["key.account.credit.entry"].search([]).user_id, self.finance)
        self.assertEqual(self.run_posting(), 0)

    def test_posted_once_wherever_it_stops(self):
        self.approve(self.awards)
        self.env.flush_all()
        for survived in range(3):
            with self.subTest(survived=survived), self.env.cr.savepoint() as savepoint:
                self.run_until_crash(survived)
                self.run_posting()
                self.assert_posted()
                savepoint.rollback()
                self.env.invalidate_all(flush=False)

    def test_one_that_fails_does_not_stop_the_others(self):
        self.approve(self.awards)
        partners = type(self.env["res.partner"])
        write = partners._write_key_account_limit

        def failing(records, limit):
            if self.second in records:
                raise ValueError("The disk is full")
            return write(records, limit)

        with patch.object(partners, "_write_key_account_limit", failing), mute_logger(LOGGER):
            self.run_posting()
        failed = self.awards[1]
        self.assertEqual(self.awards.mapped("state"), ["posted", "approved", "posted", "posted", "posted"])
        self.assertEqual(failed.problem, "The disk is full")
        self.assertEqual(failed.sudo().activity_ids.user_id, self.finance)
        self.assertEqual(self.get_ledger(self.second), [])
        self.call(self.finance, AWARD, "action_post", failed.ids)
        self.assertRecordValues(failed, [{"state": "posted", "problem": False}])
        self.assert_posted()

    def test_reverted_meanwhile_is_not_posted(self):
        self.approve(self.awards)
        self.revert(self.awards[:1])
        self.run_posting()
        self.assertEqual(self.awards.mapped("state"), ["reverted"] + ["posted"] * 4)
        self.assertEqual(self.get_limit(self.big), 0)

    def test_deleted_customer_is_noted(self):
        idle = self.make_customer(name="Idle")
        awards = self.make_credit({idle: 100}, population="selected", partner_ids=idle.ids, name="Idle")
        self.approve(self.awards | awards)
        idle.unlink()
        self.run_posting()
        self.assertEqual(awards.state, "reverted")
        self.assertIn("deleted before", awards.note)
        self.assert_posted()
