from odoo.exceptions import UserError
from odoo.fields import Command

from ..approval_common import APPROVAL, ApprovalCommon
from ..evaluation_common import KeyAccountEvaluationCommon

LINE = "sale.order.line"
ACTIVITY = "mail.activity"


class TestHandsInOrders(ApprovalCommon):
    """Who changed what an order is judged by, whichever way, does not decide on its discount."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_customer = cls.make_customer(name="Other")
        cls.pricelist = cls._create_pricelist(name="Euro", currency_id=cls.euro.id)
        cls.team = cls.env["crm.team"].create({"name": "Exports"})

    @classmethod
    def _create_pricelist(cls, **values):
        return cls.env["product.pricelist"].create({"company_id": cls.company.id, **values})

    def assert_barred(self, order):
        """The leader may not approve, and is not asked to; the director decides instead."""
        approval = self.ask(order)
        self.assertEqual(self.get_activity_users(approval), self.director)
        self.assertFalse(approval.with_user(self.leader).waiting_for_me)
        self.assert_refused(self.leader, APPROVAL, "action_approve", approval.ids)
        self.approve(approval, self.director)
        self.assertEqual(approval.decided_by_id, self.director)

    def test_who_changed_the_header_does_not_decide(self):
        for values in (
            {"partner_id": self.other_customer.id},
            {"partner_invoice_id": self.other_customer.id},
            {"pricelist_id": self.pricelist.id},
            {"currency_id": self.euro.id},
            {"team_id": self.team.id},
        ):
            with self.subTest(values=values):
                order = self.make_quotation(discount=80, quantity=2)
                self.call(self.leader, "sale.order", "write", order.ids, values)
                order.sudo().write({"note": "Somebody else is the last to write it"})
                self.assert_barred(order)

    def test_who_changed_lines_that_others_changed_afterwards_does_not_decide(self):
        order = self.make_quotation(discount=20)
        line = order.order_line
        self.call(self.leader, LINE, "write", line.ids, {"discount": 30})
        self.call(self.salesperson, LINE, "write", line.ids, {"product_uom_qty": 11})
        self.assertEqual(line.write_uid, self.salesperson)
        self.assert_barred(order)

    def test_who_took_a_line_away_does_not_decide(self):
        for way in ("line", "order"):
            with self.subTest(way):
                surcharge = {"product_id": self.good.id, "price_unit": 300.0, "tax_ids": []}
                order = self.make_quotation(discount=30)
                order.order_line = [Command.create(surcharge)]
                extra = order.order_line[1]
                if way == "line":
                    self.call(self.leader, LINE, "unlink", extra.ids)
                else:
                    self.call(self.leader, "sale.order", "write", order.ids, {"order_line": [(2, extra.id)]})
                self.assert_barred(order)

    def test_what_is_not_judged_leaves_people_free(self):
        order = self.make_quotation()
        self.call(self.leader, "sale.order", "write", order.ids, {"note": "Dear customer", "client_order_ref": "4711"})
        self.call(self.leader, LINE, "write", order.order_line.ids, {"name": "Goods, blue"})
        self.env.flush_all()
        self.assertFalse(order.sudo().key_account_involved_user_ids)

    def test_own_changes_are_not_kept_twice(self):
        order = self.make_quotation()
        self.call(self.salesperson, "sale.order", "write", order.ids, {"partner_id": self.other_customer.id})
        self.assertFalse(order.sudo().key_account_involved_user_ids)

    def test_who_had_a_hand_is_not_written_by_people(self):
        order = self.make_quotation()
        self.call(self.leader, "sale.order", "write", order.ids, {"partner_id": self.other_customer.id})
        values = {"key_account_involved_user_ids": [Command.clear()]}
        for user in (self.leader, self.director, self.salesperson):
            with self.subTest(user.login):
                self.assert_refused(user, "sale.order", "write", order.ids, values)
        values = {"partner_id": self.big.id, "key_account_involved_user_ids": [Command.set(self.director.ids)]}
        [made] = self.call(self.salesperson, "sale.order", "create", [values])
        self.assertFalse(self.env["sale.order"].browse(made).key_account_involved_user_ids)
        self.assert_barred(order)


class TestActivitiesOfApprovers(ApprovalCommon):
    """What approvers are asked to decide, nobody else takes off their list."""

    def test_who_asked_leaves_the_approvers_their_work(self):
        approval = self.ask()
        activity = approval.sudo().activity_ids
        self.assertEqual((activity.user_id, activity.create_uid), (self.leader, self.salesperson))
        for method, arguments in (
            ("unlink", ()),
            ("action_feedback", ()),
            ("action_done", ()),
            ("action_archive", ()),
            ("write", ({"user_id": self.salesperson.id},)),
            ("write", ({"active": False},)),
            ("write", ({"date_deadline": "2099-01-01"},)),
            ("write", ({"res_id": self.ask().id},)),
            ("action_reschedule_nextweek", ()),
            ("action_feedback_schedule_next", ()),
        ):
            for user in (self.salesperson, self.colleague, self.director):
                with self.subTest(method=method, user=user.login):
                    self.assert_refused(user, ACTIVITY, method, activity.ids, *arguments)
        self.assertEqual(self.get_activity_users(approval), self.leader)

    def test_approvers_may_clear_their_own_list(self):
        approval = self.ask()
        self.call(self.leader, ACTIVITY, "action_feedback", approval.sudo().activity_ids.ids)
        self.assertFalse(self.get_activity_users(approval))
        self.assertTrue(approval.with_user(self.leader).waiting_for_me)


class TestHandsInEvaluations(KeyAccountEvaluationCommon):
    """Who changes tiers does not consent to them, whenever it was."""

    VALUES = {"override_reason": "Opens a plant"}

    def override(self, evaluation, user, tier=None):
        line = self.get_line(evaluation, self.third).with_user(user)
        line.write({"override_tier_id": (tier or self.tier_a).id, **self.VALUES})

    def assert_not_approved(self, evaluation):
        with self.assertRaisesRegex(UserError, "You changed tiers"):
            evaluation.with_user(self.approver).action_approve()

    def test_who_overrode_before_submission_does_not_approve(self):
        evaluation = self.make_evaluation()
        self.override(evaluation, self.approver)
        evaluation.action_submit()
        self.assert_not_approved(evaluation)

    def test_taking_back_and_sending_back_do_not_hide_it(self):
        evaluation = self.make_evaluation()
        self.override(evaluation, self.approver)
        self.get_line(evaluation, self.third).with_user(self.approver).write({"override_tier_id": False})
        evaluation.action_submit()
        evaluation.with_user(self.approver).action_refuse("Think again")
        evaluation.action_submit()
        self.assert_not_approved(evaluation)

    def test_a_new_computation_begins_anew(self):
        evaluation = self.make_evaluation()
        self.override(evaluation, self.approver)
        evaluation.action_draft()
        self.assertFalse(evaluation.tier_changer_ids)
        self.advance(evaluation, "approved")
        self.assertEqual(evaluation.approved_by_id, self.approver)
