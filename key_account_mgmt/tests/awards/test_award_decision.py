from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Date
from odoo.tests import Form, tagged

from ..award_common import AWARD, AwardCommon

TODAY = "2026-06-15"


@tagged("post_install", "-at_install")
class TestDecision(AwardCommon):
    """Finance grants, changes or refuses; others do not, nor those who had a hand in the evaluation."""

    def test_approved_limit_is_posted(self):
        award = self.make_credit()
        self.approve(award)
        self.assertRecordValues(
            award,
            [{"state": "posted", "approved_amount": 12000, "decided_by_id": self.finance.id, "problem": False}],
        )
        self.assertTrue(award.posted_on)
        self.assertEqual(self.get_limit(self.second), 12000)
        self.assertTrue(self.second.with_company(self.company).use_partner_credit_limit)
        self.assertEqual(self.get_ledger(self.second), [(None, 12000, "award")])

    def test_posting_is_logged_on_the_customer(self):
        self.set_limit(self.second, 10000)
        award = self.make_credit()
        self.approve(award)
        message = self.second.sudo().message_ids[0]
        self.assertIn(award.name, message.body)
        self.assertEqual(message.author_id, self.finance.partner_id)
        self.assertRecordValues(message.tracking_value_ids, [{"old_value_float": 10000, "new_value_float": 12000}])
        self.assertEqual(message.tracking_value_ids.field_id.name, "credit_limit")

    def test_approved_reward_is_promised(self):
        award = self.make_reward()
        self.approve(award)
        self.assertRecordValues(award, [{"state": "promised", "approved_amount": 500, "cost": 500}])
        self.assertEqual(self.get_ledger(self.second), [])

    def test_only_finance_decides(self):
        award = self.make_credit()
        for user in (self.approver, self.salesperson, self.env.ref("base.user_admin")):
            for method, arguments in (
                ("action_approve", ()),
                ("action_approve_changed", ({}, "Because")),
                ("action_refuse", ("Because",)),
                ("action_revert", ()),
            ):
                with self.subTest(user=user.login, method=method), self.assertRaises(AccessError):
                    self.call(user, AWARD, method, award.ids, *arguments)
        with self.assertRaises(AccessError):
            award.sudo().action_approve()
        self.assertEqual(award.state, "proposed")

    def test_nobody_decides_on_own_evaluations(self):
        finance = self.env.ref("key_account_mgmt.group_key_account_finance")
        award = self.make_credit()
        evaluation = award.evaluation_id
        cases = (
            ("create_uid", "key_account_evaluation", evaluation),
            ("submitted_by_id", "key_account_evaluation", evaluation),
            ("proposed_by_id", "key_account_award", award),
            ("override_user_id", "key_account_evaluation_line", award.line_id),
        )
        for column, table, record in cases:
            user = self.make_user(column, "base.group_user,key_account_mgmt.group_key_account_finance")
            before = record[column].id or None
            self.set_column(table, record, column, user.id)
            with self.subTest(column), self.assertRaisesRegex(AccessError, "another finance user"):
                self.approve(award, user, context={"uid": self.finance.id, "su": True})
            self.set_column(table, record, column, before)
        self.manager.group_ids |= finance
        with self.assertRaisesRegex(AccessError, "another finance user"):
            self.approve(award, self.manager)
        self.approve(award)
        self.assertEqual(award.state, "posted")

    def test_the_administrator_is_in_finance_and_decides_on_nothing_of_its_own(self):
        admin, bot = self.env.ref("base.user_admin"), self.env.ref("base.user_root")
        for user in (admin, bot):
            user.company_ids |= self.company
        own, foreign = self.make_credit(user=admin), self.make_credit({self.third: 8000})
        with self.assertRaisesRegex(AccessError, "another finance user"):
            self.approve(own, admin)
        with self.assertRaisesRegex(AccessError, "Finance decides on awards"):
            self.approve(foreign, bot)
        self.approve(foreign, admin)
        self.assertEqual((own.state, foreign.state), ("proposed", "posted"))

    def test_changed_amount_needs_a_comment(self):
        award = self.make_credit()
        for comment in (False, "", "  "):
            with self.subTest(comment=comment), self.assertRaisesRegex(UserError, "Say why"):
                self.change(award, comment, approved_amount=11000)
        self.change(award, approved_amount=11000)
        self.assertRecordValues(
            award, [{"proposed": 12000, "approved_amount": 11000, "comment": "Finance knows better"}]
        )
        self.assertEqual(self.get_limit(self.second), 11000)

    def test_same_amount_needs_no_comment(self):
        award = self.make_credit()
        self.change(award, False, approved_amount=12000.001)
        self.assertEqual(award.state, "posted")

    def test_impossible_amounts_are_refused(self):
        award = self.make_credit()
        for amount, message in (
            (-1, "zero or more"),
            (float("nan"), "zero or more"),
            (float("inf"), "zero or more"),
            ("much", "zero or more"),
        ):
            with self.subTest(amount=amount), self.assertRaisesRegex(UserError, message):
                self.change(award, approved_amount=amount)
        self.assertEqual(self.get_ledger(self.second), [])

    def test_limit_of_zero_is_not_no_limit(self):
        award = self.make_credit()
        self.change(award, approved_amount=0.004)
        self.assertTrue(self.second.with_company(self.company).key_account_no_credit)
        self.assertEqual(self.get_ledger(self.second), [(None, 0, "award")])
        self.revert(award)
        self.assertFalse(self.second.with_company(self.company).key_account_no_credit)
        self.assertEqual(self.get_ledger(self.second)[1:], [(0, None, "revert")])

    def test_end_in_the_past_is_refused(self):
        for award, name in ((self.make_credit(), "valid_until"), (self.make_reward(name="Other"), "expiry_date")):
            with (
                self.subTest(name),
                patch.object(Date, "context_today", return_value=Date.to_date(TODAY)),
            ):
                with self.assertRaisesRegex(UserError, "2026-06-14, which is in the past"):
                    self.change(award, **{name: "2026-06-14"})
                self.change(award, **{name: TODAY})
                self.assertEqual(award[name], Date.to_date(TODAY))

    def test_other_values_are_not_decided(self):
        with self.assertRaisesRegex(UserError, "cannot change: state"):
            self.change(self.make_credit(), state="posted")

    def test_refusal_needs_a_comment(self):
        awards = self.make_credit({self.second: 12000, self.third: 9000})
        for comment in (False, " "):
            with self.subTest(comment=comment), self.assertRaisesRegex(UserError, "Say why"):
                self.call(self.finance, AWARD, "action_refuse", awards.ids, comment)
        self.call(self.finance, AWARD, "action_refuse", awards.ids, "Pays late")
        self.assertEqual(set(awards.mapped("state")), {"refused"})
        self.assertEqual(set(awards.mapped("comment")), {"Pays late"})
        self.assertEqual(self.get_limit(self.second), 0)

    def test_decided_once(self):
        award = self.make_credit()
        self.approve(award)
        for method, arguments in (("action_approve", ()), ("action_refuse", ("No",))):
            with self.subTest(method), self.assertRaisesRegex(UserError, "Posted"):
                self.call(self.treasurer, AWARD, method, award.ids, *arguments)

    def test_decisions_touch_the_rows(self):
        """At REPEATABLE READ only a real update makes the second of two decisions fail and be tried again."""
        award = self.make_credit()
        before = self.get_places(award)
        award.with_user(self.finance)._claim("proposed")
        after = self.get_places(award)
        self.assertTrue(all(new != old for new, old in zip(after, before, strict=True)))

    def get_places(self, award):
        self.env.flush_all()
        places = []
        for record in (award, award.evaluation_id):
            self.env.cr.execute(f'SELECT ctid FROM "{record._table}" WHERE id = %s', [record.id])
            places += self.env.cr.fetchall()
        return places

    def test_many_at_once(self):
        awards = self.make_credit(dict.fromkeys(self.customers, 5000))
        self.approve(awards)
        self.assertEqual(set(awards.mapped("state")), {"posted"})
        self.assertEqual([self.get_limit(customer) for customer in self.customers], [5000] * 5)

    def test_error_half_way_posts_nothing(self):
        awards = self.make_credit({self.second: 12000, self.third: 9000})
        self.third.sudo().message_ids.unlink()
        partners = type(self.env["res.partner"])
        write = partners._write_key_account_limit

        def failing(records, limit):
            if limit == 9000:
                raise ValueError("The third fails")
            return write(records, limit)

        with (
            patch.object(partners, "_write_key_account_limit", failing),
            self.assertRaisesRegex(ValueError, "The third fails"),
            self.env.cr.savepoint(),
        ):
            self.approve(awards)
        self.env.invalidate_all()
        self.assertEqual(set(awards.mapped("state")), {"proposed"})
        self.assertEqual(self.get_ledger(self.second), [])
        self.assertEqual(self.get_limit(self.second), 0)

    def test_deleted_customer_cannot_be_granted_anything(self):
        idle = self.make_customer(name="Idle")
        awards = self.make_credit({idle: 100}, population="selected", partner_ids=idle.ids)
        idle.with_context(active_test=False).unlink()
        with self.assertRaisesRegex(UserError, "Idle was deleted"):
            self.approve(awards)
        self.call(self.finance, AWARD, "action_refuse", awards.ids, "Gone")
        self.assertEqual(awards.state, "refused")

    def test_responsible_works_in_the_company(self):
        other = self.setup_other_company()["company"]
        stranger = self.make_user_of(other, "key_account_stranger", "base.group_user")
        award = self.make_reward()
        with self.assertRaisesRegex(UserError, "does not work in"):
            self.change(award, user_id=stranger.id)
        self.change(award, user_id=self.salesperson.id)
        self.assertEqual(award.user_id, self.salesperson)

    def test_wizards(self):
        award = self.make_credit()
        action = award.with_user(self.finance).action_open_change()
        with Form(self.env[action["res_model"]].with_user(self.finance).with_context(**action["context"])) as form:
            self.assertEqual(form.amount, 12000)
            form.amount, form.comment, form.valid_until = 15000, "They grow", "2099-12-31"
        form.record.action_approve()
        self.assertRecordValues(
            award, [{"state": "posted", "approved_amount": 15000, "valid_until": Date.to_date("2099-12-31")}]
        )
        reward = self.make_reward(500, name="Reward")
        action = reward.with_user(self.finance).action_open_change()
        with Form(self.env[action["res_model"]].with_user(self.finance).with_context(**action["context"])) as form:
            form.amount, form.comment = 700, "They grow"
        form.record.action_approve()
        self.assertRecordValues(reward, [{"approved_amount": 700, "estimated_cost": 700, "cost": 700}])
        other = self.make_credit(name="Other")
        action = other.with_user(self.finance).action_open_refusal()
        with Form(self.env[action["res_model"]].with_user(self.finance).with_context(**action["context"])) as form:
            form.comment = "No"
        form.record.action_refuse()
        self.assertEqual(other.state, "refused")


@tagged("post_install", "-at_install")
class TestBudget(AwardCommon):
    """What is granted stays within the budget of its rule and of the evaluation."""

    def test_at_and_above_the_budget_of_a_rule(self):
        for budget, fits in ((500, True), (499.99, False), (500.01, True), (0, False)):
            with self.subTest(budget=budget):
                grants = {who: {"rewards": [self.reward(500)]} for who in (self.second,)}
                awards = self.get_awards(self.make_granting(grants, budgets={"bonus": budget}, name=f"{budget}"))
                if fits:
                    self.approve(awards)
                else:
                    with self.assertRaisesRegex(UserError, "The budget of “Bonus” is .* need"):
                        self.approve(awards)
                self.assertEqual(set(awards.mapped("state")), {"promised" if fits else "proposed"})

    def test_what_was_granted_before_counts(self):
        grants = {who: {"rewards": [self.reward(500)]} for who in self.customers[:3]}
        awards = self.get_awards(self.make_granting(grants, budgets={"bonus": 1000}))
        self.approve(awards[:2])
        with self.assertRaisesRegex(UserError, "budget"):
            self.approve(awards[2])
        self.revert(awards[0])
        self.approve(awards[2], self.treasurer)
        self.assertEqual(awards.mapped("state"), ["reverted", "promised", "promised"])

    def test_budget_of_the_evaluation(self):
        grants = {
            self.second: {"rewards": [self.reward(500), self.reward(300, "training", "course", "Course")]},
            self.third: self.credit(99999),
        }
        awards = self.get_awards(self.make_granting(grants, award_budget=799.99))
        self.assertEqual(self.approve(awards)["res_model"], "key.account.award.budget")
        self.assertEqual(awards.mapped("state"), ["proposed", "proposed", "posted"])
        self.assertEqual(self.get_limit(self.third), 99999, "a limit is not concerned by the budget of rewards")
        self.change(awards[1], approved_amount=299.99)
        self.approve(awards[0])
        self.assertEqual(awards.mapped("state"), ["promised", "promised", "posted"])

    def test_changed_cost_counts(self):
        award = self.make_reward(None, kind="training", rule="course", budgets={"course": 100})
        with self.assertRaisesRegex(UserError, "budget"):
            self.change(award, estimated_cost=100.01)
        self.change(award, estimated_cost=100)
        self.assertEqual(award.cost, 100)
