from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import mute_logger

from .approval_common import APPROVAL, ApprovalCommon


class TestApprovalRequest(ApprovalCommon):
    """A salesperson asks for more than the cap, of the people whom the amount needs."""

    def test_request_keeps_what_is_asked_for(self):
        order = self.make_quotation(discount=30)
        approval = self.ask(order)
        self.assertRecordValues(
            approval,
            [
                {
                    "name": f"{order.name}/1",
                    "state": "requested",
                    "kind": "discount",
                    "order_id": order.id,
                    "company_id": self.company.id,
                    "partner_id": self.big.id,
                    "requested_by_id": self.salesperson.id,
                    "salesperson_id": self.salesperson.id,
                    "reason": "They buy for three years",
                    "excess": 200.0,
                    "level_id": self.level.id,
                    "decided_by_id": False,
                    "decided_on": False,
                    "comment": False,
                    "holds": True,
                    "standing": "waiting",
                }
            ],
        )
        [line] = approval.details["lines"]
        self.assertEqual((line["product"], line["given"], line["cap"], line["over"]), ("Goods", "30", "10", True))
        for text in ("Goods", "30 %", "10 %", "$\N{NO-BREAK SPACE}200.00"):
            self.assertIn(text, approval.details_html)

    def test_customer_is_the_commercial_partner(self):
        contact = self.make_customer(name="Buyer", parent_id=self.big.id)
        approval = self.ask(self.make_quotation(partner_id=contact.id))
        self.assertEqual(approval.partner_id, self.big)

    def test_amount_over_the_cap_is_in_company_currency(self):
        pricelist = self._create_pricelist(name="Euro", currency_id=self.euro.id)
        order = self.make_quotation(discount=30, pricelist_id=pricelist.id)  # 1 EUR = 2 USD
        self.assertEqual(order.currency_id, self.euro)
        self.assertEqual(self.ask(order).excess, 200)

    def test_wizard_shows_what_is_over(self):
        wizard = (
            self.env[f"{APPROVAL}.request"]
            .with_user(self.salesperson)
            .create({"order_id": self.make_quotation().id, "reason": "Because"})
        )
        self.assertIn("Goods", wizard.details_html)

    def test_a_reason_is_needed(self):
        for reason in ("", "  \n"):
            with self.subTest(reason=reason), self.assertRaisesRegex(UserError, "Say why"):
                self.env[APPROVAL]._request(self.make_quotation(), reason)

    def test_nothing_to_approve_within_the_cap(self):
        for discount in (0, 9.99, 10):
            with self.subTest(discount=discount), self.assertRaisesRegex(UserError, "nothing to approve"):
                self.ask(self.make_quotation(discount=discount))
        self.assertEqual(self.ask(self.make_quotation(discount=10.01)).excess, 0.1)

    def test_an_order_without_lines_has_nothing_to_approve(self):
        with self.assertRaisesRegex(UserError, "nothing to approve"):
            self.ask(self.make_quotation(order_line=False))

    def test_a_cancelled_order_is_not_approved(self):
        order = self.make_quotation()
        order.action_cancel()
        with self.assertRaisesRegex(UserError, "cancelled"):
            self.ask(order)

    def test_the_same_is_not_asked_twice(self):
        order = self.make_quotation()
        self.ask(order)
        with self.assertRaisesRegex(UserError, "asked for already, by key_account_salesperson"):
            self.ask(order)

    def test_a_new_request_replaces_the_one_that_waits(self):
        order = self.make_quotation()
        first = self.ask(order)
        order.order_line.discount = 40
        second = self.ask(order)
        self.assertEqual((first.state, second.state), ("withdrawn", "requested"))
        self.assertEqual(second.name, f"{order.name}/2")
        self.assertFalse(self.get_activity_users(first))
        self.assertEqual(self.get_activity_users(second), self.leader)

    def test_what_is_approved_is_not_asked_again(self):
        order = self.make_quotation()
        self.approve(self.ask(order))
        with self.assertRaisesRegex(UserError, "is approved as it is"):
            self.ask(order)

    def test_withdrawing(self):
        for user in (self.salesperson, self.colleague):
            with self.subTest(user.login):
                approval = self.ask()
                self.call(user, APPROVAL, "action_withdraw", approval.ids)
                self.assertEqual(approval.state, "withdrawn")
                self.assertFalse(self.get_activity_users(approval))
                with self.assertRaisesRegex(UserError, "not waiting any more"):
                    self.approve(approval)


class TestApprovalLevels(ApprovalCommon):
    """The more it costs, the fewer may consent."""

    def test_level_by_amount_over_the_cap(self):
        for discount, level, users in (
            (10.01, self.level, self.leader),
            (59.9, self.level, self.leader),
            (60, self.high_level, self.director),
            (60.1, self.high_level, self.director),
            (100, self.high_level, self.director),
        ):
            with self.subTest(discount=discount):
                approval = self.ask(self.make_quotation(discount=discount))
                self.assertEqual(approval.level_id, level)
                self.assertEqual(self.get_activity_users(approval), users)

    def test_higher_levels_decide_on_less(self):
        for discount, user, allowed in (
            (30, self.leader, True),
            (30, self.director, True),
            (70, self.director, True),
            (70, self.leader, False),
            (30, self.colleague, False),
            (30, self.manager, False),
        ):
            with self.subTest(discount=discount, user=user.login):
                approval = self.ask(self.make_quotation(discount=discount))
                self.assertEqual(approval.with_user(user).waiting_for_me, allowed)
                waiting = self.env[APPROVAL].with_user(user).search([("waiting_for_me", "=", True)])
                self.assertEqual(approval in waiting, allowed)
                orders = self.env["sale.order"].with_user(user).search([("key_account_waiting_for_me", "=", True)])
                self.assertEqual(approval.order_id in orders, allowed)
                if allowed:
                    self.approve(approval, user)
                else:
                    with self.assertRaises(AccessError):
                        self.approve(approval, user)
                self.assertEqual(approval.state, "approved" if allowed else "requested")

    def test_without_levels_key_account_managers_decide(self):
        (self.level | self.high_level).active = False
        approval = self.ask()
        self.assertFalse(approval.level_id)
        self.assertIn(self.manager, self.get_activity_users(approval))
        self.assertNotIn(self.leader, self.get_activity_users(approval))
        with self.assertRaises(AccessError):
            self.approve(approval, self.leader)
        self.approve(approval, self.manager)
        self.assertEqual(approval.state, "approved")

    def test_below_the_lowest_level_managers_decide_too(self):
        self.level.active = False
        for discount, managers in ((30, True), (60, False)):
            with self.subTest(discount=discount):
                approval = self.ask(self.make_quotation(discount=discount))
                self.assertEqual(approval.with_user(self.manager).waiting_for_me, managers)
                self.assertTrue(approval.with_user(self.director).waiting_for_me)

    def test_nobody_could_decide(self):
        order = self.make_quotation(discount=70, user=self.director)
        with self.assertRaisesRegex(UserError, "Nobody could approve .*: it needs Director"):
            self.ask(order, self.director)

    def test_the_next_level_is_asked_where_nobody_else_is_left(self):
        approval = self.ask(self.make_quotation(user=self.leader), self.leader)
        self.assertEqual(self.get_activity_users(approval), self.director)

    def test_requests_that_wait_follow_the_levels(self):
        approval = self.ask()  # 200 over the cap
        middle = self.make_level("Middle", 150, self.colleague)
        self.assertEqual(approval.level_id, middle)
        self.assertEqual(self.get_activity_users(approval), self.colleague)
        middle.user_ids = self.leader | self.director
        self.assertEqual(self.get_activity_users(approval), self.leader | self.director)

    def test_levels_need_approvers_of_the_company(self):
        for users in (self.env["res.users"], self.env.ref("base.public_user")):
            with self.subTest(users=users), self.cr.savepoint(), self.assertRaises(ValidationError) as refused:
                self.make_level("Nobody", 50 + len(users), users)
            self.assertIn("needs approvers", str(refused.exception))

    @mute_logger("odoo.sql_db")
    def test_one_level_from_an_amount_on(self):
        for amount in (500, -1):
            with self.subTest(amount=amount), self.assertRaises(IntegrityError), self.cr.savepoint():
                self.make_level("Impossible", amount, self.leader)
