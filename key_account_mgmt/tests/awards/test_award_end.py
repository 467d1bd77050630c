from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Date
from odoo.tests import tagged

from ..award_common import AWARD, EVALUATION, AwardCommon


@tagged("post_install", "-at_install")
class TestRevert(AwardCommon):
    """The old limit comes back, unless somebody changed it since."""

    def test_old_limit_comes_back(self):
        for old in (None, 10000):
            with self.subTest(old=old):
                self.set_limit(self.second, old or 0)
                award = self.make_credit(name=f"From {old}")
                self.approve(award)
                self.revert(award)
                self.assertRecordValues(award, [{"state": "reverted", "note": False}])
                self.assertEqual(self.get_limit(self.second), old or 0)
                self.assertEqual(self.get_ledger(self.second)[-1], (12000, old, "revert"))

    def test_changed_since_is_left_alone(self):
        for amounts in ((13000,), (13000, 12000), (0,)):
            with self.subTest(amounts=amounts):
                award = self.make_credit(name=f"Changed {amounts}")
                self.approve(award)
                for amount in amounts:
                    self.set_limit(self.second, amount)
                self.revert(award)
                self.assertEqual(award.state, "reverted")
                self.assertIn("changed since", award.note)
                self.assertEqual(self.get_limit(self.second), amounts[-1])
                self.set_limit(self.second, 0)

    def test_later_award_counts_as_a_change_until_it_is_reverted(self):
        first, second = (self.make_credit({self.second: limit}, name=str(limit)) for limit in (12000, 15000))
        self.approve(first)
        self.approve(second)
        with self.env.cr.savepoint() as savepoint:
            self.revert(second)
            self.revert(first)
            self.assertEqual(self.get_limit(self.second), 0)
            savepoint.rollback()
            self.env.invalidate_all()
        self.revert(first)
        self.assertIn("changed since", first.note)
        self.assertEqual(self.get_limit(self.second), 15000)
        self.revert(second)
        self.assertEqual(self.get_limit(self.second), 0, "not the limit of an award that was reverted")

    def test_reverting_the_evaluation(self):
        self.set_limit(self.second, 10000)
        grants = {
            self.second: {**self.credit(12000), "rewards": [self.reward()]},
            self.third: self.credit(9000),
            self.fourth: self.credit(8000),
            self.fifth: {"rewards": [self.reward()]},
        }
        evaluation = self.make_granting(grants)
        awards = self.get_awards(evaluation)
        self.approve(awards.filtered(lambda award: award.partner_id != self.fifth))
        self.set_limit(self.fourth, 8001)
        self.revert_evaluation(evaluation)
        self.assertEqual(set(awards.mapped("state")), {"reverted"})
        self.assertEqual([self.get_limit(who) for who in self.customers], [0, 10000, 0, 8001, 0])
        self.assertEqual(awards.filtered("note").partner_id, self.fourth)
        self.assertFalse(evaluation.sudo().activity_ids)
        self.assertEqual(self.get_ledger(self.third), [(None, 9000, "award"), (9000, None, "revert")])
        self.assertEqual(self.env["key.account.credit.entry"].search([], limit=1).user_id, self.manager)

    def test_delivered_stays(self):
        award = self.make_reward()
        self.approve(award)
        self.call(self.finance, AWARD, "action_deliver", award.ids)
        with self.assertRaisesRegex(UserError, "Delivered"):
            self.revert(award)
        self.call(self.manager, EVALUATION, "action_revert", award.evaluation_id.ids)
        self.assertEqual(award.state, "delivered")


@tagged("post_install", "-at_install")
class TestExpiry(AwardCommon):
    """Temporary limits end after their last day, and so do promises."""

    def expire(self, day):
        commit = patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_kwargs: 60.0)
        with commit, patch.object(Date, "context_today", return_value=Date.to_date(day)):
            self.env[AWARD].with_user(self.env.ref("base.user_root"))._cron_expire()
        self.env.invalidate_all()

    def make_temporary(self, **options):
        award = self.make_credit(**options)
        self.change(award, valid_until="2099-06-30")
        return award

    def test_limit_lasts_through_its_last_day(self):
        self.set_limit(self.second, 10000)
        award = self.make_temporary()
        self.expire("2099-06-30")
        self.assertEqual((award.state, self.get_limit(self.second)), ("posted", 12000))
        self.expire("2099-07-01")
        self.assertEqual((award.state, self.get_limit(self.second)), ("expired", 10000))
        self.assertEqual(self.get_ledger(self.second)[-1], (12000, 10000, "expiry"))
        self.assertIn("expired", self.second.sudo().message_ids[0].body)

    def test_changed_since_is_left_alone_and_finance_is_told(self):
        award = self.make_temporary()
        self.set_limit(self.second, 20000)
        self.expire("2099-07-01")
        self.assertEqual((award.state, self.get_limit(self.second)), ("expired", 20000))
        self.assertIn("changed since", award.note)
        self.assertEqual(award.sudo().activity_ids.user_id, self.finance)

    def test_later_award_goes_on(self):
        award, later = self.make_temporary(name="Temporary"), self.make_credit({self.second: 12000}, name="For good")
        self.approve(later)
        self.expire("2099-07-01")
        self.assertEqual((award.state, self.get_limit(self.second)), ("expired", 12000))
        self.revert(later)
        self.assertEqual(self.get_limit(self.second), 0, "the temporary limit is over")

    def test_deleted_customer(self):
        idle = self.make_customer(name="Idle")
        award = self.make_temporary(limits={idle: 100}, population="selected", partner_ids=idle.ids)
        idle.unlink()
        self.expire("2099-07-01")
        self.assertEqual((award.state, award.note), ("expired", "The customer was deleted."))

    def test_promise_expires(self):
        award = self.make_reward()
        self.change(award, expiry_date="2099-06-30")
        self.expire("2099-06-30")
        self.assertEqual(award.state, "promised")
        self.expire("2099-07-01")
        self.assertRecordValues(award, [{"state": "expired", "cost": 0}])
        self.assertFalse(self.get_deliveries(award))


@tagged("post_install", "-at_install")
class TestDelivery(AwardCommon):
    """Promises are delivered by who is responsible, at a cost, with a proof."""

    def test_responsible_is_told_and_delivers_with_proof(self):
        self.second.user_id = self.salesperson
        award = self.make_reward()
        self.change(award, expiry_date="2099-06-30")
        activity = self.get_deliveries(award)
        self.assertRecordValues(
            activity, [{"user_id": self.salesperson.id, "date_deadline": Date.to_date("2099-06-30")}]
        )
        proof = self.env["ir.attachment"].with_user(self.salesperson).create({"name": "receipt.txt", "raw": b"Thanks"})
        self.call(self.salesperson, AWARD, "action_deliver", award.ids, 450.5, "By post", proof.ids)
        self.assertRecordValues(
            award, [{"state": "delivered", "actual_cost": 450.5, "cost": 450.5, "delivered_by_id": self.salesperson.id}]
        )
        self.assertTrue(award.delivered_on)
        self.assertEqual(award.sudo().message_ids[0].attachment_ids.mapped("name"), ["receipt.txt"])
        attached = self.env["ir.attachment"].search([("res_model", "=", AWARD), ("res_id", "=", award.id)])
        self.assertEqual(self.call(self.finance, "ir.attachment", "read", attached.ids, ["raw"])[0]["raw"], b"Thanks")
        self.assertFalse(self.get_deliveries(award))

    def test_one_activity_per_person_and_evaluation_until_all_is_delivered(self):
        self.colleague = self.make_user("colleague", "base.group_user,sales_team.group_sale_salesman")
        self.customers[:3].user_id = self.salesperson
        self.customers[3:].user_id = self.colleague
        grants = {who: {"rewards": [self.reward(100), self.reward(50, "training", "course")]} for who in self.customers}
        awards = self.get_awards(self.make_granting(grants))
        other = self.make_reward(name="Other")
        notes = len(awards.evaluation_id.sudo().message_ids)
        self.approve(awards | other)
        self.assertEqual(len(awards.evaluation_id.sudo().message_ids), notes + 1, "one note for ten awards")
        self.assertFalse(awards.sudo().activity_ids)
        mine = awards.filtered(lambda award: award.user_id == self.salesperson)
        for rest, count in ((mine[1:], 5), (mine[2:], 4), (mine[6:], None)):
            done = mine.filtered(lambda award, rest=rest: award.state == "promised" and award not in rest)
            self.call(self.salesperson, AWARD, "action_deliver", done.ids)
            found = self.get_deliveries(awards).grouped("user_id")
            self.assertEqual(len(found[self.colleague]), 1)
            self.assertIn("deliver: 4", found[self.colleague].summary)
            self.assertEqual(self.get_counts(found.get(self.salesperson)), count and [f"deliver: {count}"])
        self.assertEqual(len(self.get_deliveries(other)), 1, "of another evaluation")
        evaluation = awards.evaluation_id
        self.assertEqual(evaluation.with_user(self.colleague).delivery_count, 4)
        self.assertEqual(evaluation.with_user(self.salesperson).delivery_count, 0)
        self.revert(mine.browse((awards - mine)[:1].id))
        self.assertIn("deliver: 3", self.get_deliveries(awards).summary)
        self.revert((awards - mine)[1:])
        self.assertFalse(self.get_deliveries(awards))

    def get_counts(self, activities):
        return activities and [summary[summary.index("deliver") :] for summary in activities.mapped("summary")]

    def test_proofs_of_others_are_not_shown(self):
        secret = self.env["ir.attachment"].sudo().create({"name": "secret", "res_model": "res.company", "raw": b"x"})
        self.second.user_id = self.salesperson
        award = self.make_reward()
        self.approve(award)
        self.assert_refused(self.salesperson, AWARD, "action_deliver", award.ids, 1, "", secret.ids)

    def test_others_do_not_deliver(self):
        award = self.make_reward()
        self.approve(award)
        other = self.make_user("other", "base.group_user,sales_team.group_sale_salesman_all_leads")
        with self.assertRaises(AccessError):
            self.call(other, AWARD, "action_deliver", award.ids)
        self.call(self.approver, AWARD, "action_deliver", award.ids)
        self.assertRecordValues(award, [{"state": "delivered", "actual_cost": 500}])

    def test_cost_is_an_amount(self):
        award = self.make_reward()
        self.approve(award)
        for cost in (-1, float("nan")):
            with self.subTest(cost=cost), self.assertRaisesRegex(UserError, "zero or more"):
                self.call(self.finance, AWARD, "action_deliver", award.ids, cost)
        self.call(self.finance, AWARD, "action_deliver", award.ids, 0)
        self.assertEqual(award.cost, 0)

    def test_only_promises_are_delivered(self):
        for award in (self.make_reward(), self.make_credit(name="Credit")):
            with self.subTest(award.kind), self.assertRaisesRegex(UserError, "cannot be done"):
                self.call(self.finance, AWARD, "action_deliver", award.ids)

    def test_wizard(self):
        award = self.make_reward()
        self.approve(award)
        action = award.with_user(self.finance).action_open_delivery()
        wizard = self.env[action["res_model"]].with_user(self.finance).with_context(**action["context"]).create({})
        self.assertEqual(wizard.cost, 500)
        wizard.action_deliver()
        self.assertEqual(award.state, "delivered")
