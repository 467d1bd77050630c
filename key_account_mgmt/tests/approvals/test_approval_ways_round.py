from contextlib import suppress

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user

from ..approval_common import APPROVAL, LEVEL, ApprovalCommon


class TestApprovalsWaysRound(ApprovalCommon):
    """An approval comes from a request and somebody else's decision, whatever is sent over RPC."""

    def prepare_values(self, order, **values):
        return {
            "name": "Smuggled",
            "kind": "discount",
            "order_id": order.id,
            "company_id": self.company.id,
            "partner_id": self.big.id,
            "requested_by_id": self.salesperson.id,
            "requested_on": "2024-01-01 00:00:00",
            "reason": "Because",
            "state": "approved",
            "terms": {"currency": "USD", "total": "100000", "lines": []},
            **values,
        }

    def assert_no_approval(self, order):
        self.env.invalidate_all()
        self.assertFalse(self.env[APPROVAL]._get_approved_terms(order))

    def test_none_is_created(self):
        order = self.make_quotation()
        values = self.prepare_values(order)
        for user in (self.salesperson, self.director, self.manager, self.env.ref("base.user_admin")):
            with self.subTest(user.login):
                self.assert_refused(user, APPROVAL, "create", values)
                self.assert_refused(user, APPROVAL, "web_save", [], values, {})
                self.assert_refused(user, APPROVAL, "name_create", "Smuggled")
        with self.assertRaises(UserError):
            self.env[APPROVAL].sudo().create(values)
        self.assert_no_approval(order)

    def test_none_is_imported(self):
        order = self.make_quotation()
        columns = ["name", "kind", "order_id/.id", "company_id/.id", "reason", "state"]
        row = ["Smuggled", "discount", str(order.id), str(self.company.id), "Because", "approved"]
        for user in (self.salesperson, self.env.ref("base.user_admin")):
            with self.subTest(user.login), suppress(UserError):
                self.assertFalse(self.call(user, APPROVAL, "load", columns, [row])["ids"])
        self.assert_no_approval(order)

    def test_none_is_copied(self):
        approval = self.ask()
        self.approve(approval)
        for user in (self.salesperson, self.leader, self.env.ref("base.user_admin")):
            with self.subTest(user.login):
                self.assert_refused(user, APPROVAL, "copy", approval.ids, {"order_id": self.make_quotation().id})

    def test_none_is_written(self):
        order, approval = self.make_quotation(), self.ask()
        for user in (self.salesperson, self.leader, self.env.ref("base.user_admin")):
            for values in (
                {"state": "approved"},
                {"terms": {}},
                {"order_id": order.id},
                {"excess": 0},
                {"involved_user_ids": [Command.clear()]},
                {"requested_by_id": self.manager.id},
                {"salesperson_id": False},
                {"decided_by_id": self.leader.id},
            ):
                with self.subTest(user=user.login, values=values):
                    self.assert_refused(user, APPROVAL, "write", approval.ids, values)
                    self.assert_refused(user, APPROVAL, "web_save", approval.ids, values, {})
                    with self.assertRaises(UserError):
                        approval.with_user(user).sudo().write(values)
        self.assertEqual(approval.state, "requested")

    def test_none_is_deleted(self):
        approval = self.ask()
        for user in (self.salesperson, self.leader, self.env.ref("base.user_admin")):
            self.assert_refused(user, APPROVAL, "unlink", approval.ids)
        with self.assertRaises(UserError):
            approval.sudo().unlink()

    def test_none_comes_through_the_order(self):
        order, approval = self.make_quotation(), self.ask()
        values = self.prepare_values(order)
        for commands in (
            [Command.create(values)],
            [Command.update(approval.id, {"state": "approved"})],
            [Command.delete(approval.id)],
            [Command.unlink(approval.id)],
            [Command.clear()],
            [Command.set([])],
        ):
            with self.subTest(commands=commands):
                vals = {"key_account_approval_ids": commands}
                self.assert_refused(self.salesperson, "sale.order", "write", approval.order_id.ids, vals)
        self.assert_refused(
            self.salesperson,
            "sale.order",
            "write",
            order.ids,
            {"key_account_approval_ids": [Command.link(approval.id)]},
        )
        self.assertEqual(approval.state, "requested")

    def test_context_does_not_decide(self):
        order = self.make_quotation()
        context = {
            f"default_{name}": value
            for name, value in {
                "state": "approved",
                "decided_by_id": self.leader.id,
                "requested_by_id": self.leader.id,
                "salesperson_id": self.leader.id,
                "excess": 0,
                "involved_user_ids": [],
                "kind": "discount",
            }.items()
        }
        wizard = self.call(
            self.salesperson, f"{APPROVAL}.request", "create", {"order_id": order.id, "reason": "Because"}
        )
        self.call(self.salesperson, f"{APPROVAL}.request", "action_request", [wizard], context=context)
        self.assertRecordValues(
            self.env[APPROVAL].search([("order_id", "=", order.id)]),
            [
                {
                    "state": "requested",
                    "decided_by_id": False,
                    "requested_by_id": self.salesperson.id,
                    "salesperson_id": self.salesperson.id,
                    "excess": 200,
                    "involved_user_ids": self.salesperson.ids,
                }
            ],
        )

    def test_context_does_not_keep_the_approvers_from_being_told(self):
        order = self.make_quotation()
        wizard = self.call(
            self.salesperson, f"{APPROVAL}.request", "create", {"order_id": order.id, "reason": "Because"}
        )
        context = {"mail_activity_automation_skip": True, "mail_activity_quick_update": True, "tracking_disable": True}
        self.call(self.salesperson, f"{APPROVAL}.request", "action_request", [wizard], context=context)
        self.assertEqual(self.get_activity_users(order.key_account_approval_ids), self.leader)

    def test_own_requests_are_not_decided_whatever_the_context(self):
        approval = self.ask(user=self.leader)
        for context in ({}, {"uid": self.director.id, "su": True, "active_test": False}):
            with self.subTest(context=context):
                self.assert_refused(self.leader, APPROVAL, "action_approve", approval.ids, context=context)
                self.assert_refused(
                    self.leader, "sale.order", "action_key_account_approve", approval.order_id.ids, context=context
                )

    def test_private_methods_are_out_of_reach(self):
        order = self.make_quotation()
        approval = self.ask(order)
        for method, arguments in (
            ("_request", (order.id, "Because")),
            ("_create_protected", ([self.prepare_values(order)],)),
            ("_write_protected", (approval.ids, {"state": "approved"})),
            ("_decide", (approval.ids, "approved")),
            ("_withdraw", (approval.ids, "")),
            ("_get_approved_terms", (order.ids,)),
        ):
            with self.subTest(method), self.assertRaises(Exception):  # noqa: B017 (an AttributeError or AccessError)
                self.call(self.leader, APPROVAL, method, *arguments)
        self.assertEqual(approval.state, "requested")

    def test_levels_are_for_rule_administrators(self):
        values = {"name": "Mine", "company_id": self.company.id, "user_ids": [Command.set(self.salesperson.ids)]}
        for user in (self.salesperson, self.leader, self.director, self.manager):
            with self.subTest(user.login):
                self.assert_refused(user, LEVEL, "create", values)
                self.assert_refused(user, LEVEL, "write", self.level.ids, {"user_ids": [Command.link(user.id)]})
                self.assert_refused(user, LEVEL, "unlink", self.level.ids)
        self.assert_refused(
            self.director,
            "res.users",
            "write",
            self.director.ids,
            {"group_ids": [Command.link(self.env.ref("key_account_mgmt.group_key_account_rule_admin").id)]},
        )

    def test_orders_of_others_are_not_asked_for(self):
        stranger = self.make_user("other", "base.group_user,sales_team.group_sale_salesman")
        order = self.make_quotation()
        wizard = self.env[f"{APPROVAL}.request"].sudo().create({"order_id": order.id, "reason": "Because"})
        self.assert_refused(stranger, f"{APPROVAL}.request", "action_request", wizard.ids)
        values = {"order_id": order.id, "reason": "Because"}
        with self.assertRaises(UserError):
            own = self.call(stranger, f"{APPROVAL}.request", "create", values)
            self.call(stranger, f"{APPROVAL}.request", "read", [own], ["details_html"])

    def test_customers_on_the_portal_see_nothing(self):
        portal = new_test_user(
            self.env,
            "key_account_portal",
            "base.group_portal",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        order = self.make_quotation(partner_id=portal.partner_id.id)
        approval = self.ask(order)
        self.assert_refused(portal, APPROVAL, "read", approval.ids, ["state"])
        self.assert_refused(portal, APPROVAL, "action_approve", approval.ids)
        self.assert_refused(portal, f"{APPROVAL}.request", "create", {"order_id": order.id, "reason": "Because"})
        for name in ("key_account_approval_ids", "key_account_approval_state", "key_account_waiting_for_me"):
            with self.subTest(name):
                self.assert_refused(portal, "sale.order", "read", order.ids, [name])

    def test_an_approved_state_on_the_order_approves_nothing(self):
        order = self.make_quotation()
        state = {"key_account_approval_state": "approved"}
        self.assert_refused(self.salesperson, "sale.order", "write", order.ids, state)
        order.sudo().write(state)
        self.assert_no_approval(order)
        self.assert_not_confirmed(order)
