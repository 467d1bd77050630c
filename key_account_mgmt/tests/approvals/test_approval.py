from lxml import html
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.http import serialize_exception
from odoo.tests import Form
from odoo.tools import mute_logger

from ..approval_common import APPROVAL, ApprovalCommon


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
                    "effective_state": "waiting",
                }
            ],
        )
        [line] = approval.details["lines"]
        self.assertEqual((line["product"], line["given"], line["cap"], line["over"]), ("Goods", "30", "10", True))
        for text in ("Goods", "30 %", "10 %", "$\N{NO-BREAK SPACE}200.00"):
            self.assertIn(text, approval.details_html)

    def test_amount_of_the_order_is_what_is_given_less_what_is_allowed(self):
        """Lines that are over their own caps by more than the order, which others make up for, have a row of theirs."""
        for other_discount, given, order_excess, lines_excess in (
            (0, "300.00", "100.00", "200.00"),  # the second line gives nothing, and makes up for 100
            (10, "400.00", "200.00", None),  # at its cap it makes up for nothing
            (20, "500.00", "300.00", None),  # both are over, by as much as the order
        ):
            with self.subTest(other_discount=other_discount):
                order = self.make_quotation()
                order.order_line = [Command.create(self.prepare_line(discount=other_discount))]
                rows = self.get_totals(self.ask(order).details_html)
                self.assertEqual(
                    rows[0], ["The whole order", f"given $ {given}, allowed $ 200.00", f"$ {order_excess}"]
                )
                told = [["Sum of lines over their caps, offset by other lines", f"$ {lines_excess}"]]
                self.assertEqual(rows[1:], told if lines_excess else [])

    def prepare_line(self, **values):
        return {"product_id": self.good.id, "product_uom_qty": 10, "tax_ids": [], **values}

    def get_totals(self, details):
        """The rows below the table of lines, each as its texts."""
        rows = html.fromstring(details).xpath("//tfoot/tr")
        return [[" ".join(cell.text_content().split()) for cell in row.xpath("td")] for row in rows]

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

    def test_who_is_asked_and_since_when(self):
        order = self.make_quotation(discount=30)
        approval = self.ask(order)
        self.assertEqual(approval.asked_user_ids, self.leader)
        [alert] = self.call(self.salesperson, "sale.order", "get_key_account_figures", order.ids, {})["alerts"]
        self.assertIn(f"Waiting for approval by {self.leader.name} since ", alert["waiting_text"])
        self.level.user_ids |= self.manager | self.approver | self.colleague
        approval.invalidate_recordset()
        self.assertIn(" and 1 more since ", approval.with_user(self.salesperson)._get_waiting_text())
        self.approve(approval)
        self.assertFalse(approval.asked_user_ids)
        [alert] = self.call(self.salesperson, "sale.order", "get_key_account_figures", order.ids, {})["alerts"]
        self.assertNotIn("waiting_text", alert)

    def test_what_changed_since_it_was_asked_for(self):
        extra = {"product_id": self.good.id, "product_uom_qty": 1, "discount": 0, "tax_ids": []}
        cases = (
            # changes of the order, rows of the table: what, then, now
            ({}, []),
            ({"name": "Another text"}, []),
            ({"discount": 32}, [("net value", "700", "680"), ("discount given", "30", "32")]),
            (
                {"product_uom_qty": 12},
                [("quantity", "10", "12"), ("net value", "700", "840")],
            ),
            ([Command.create(extra)], [("", "–", "100")]),
        )
        for change, expected in cases:
            with self.subTest(change=change):
                order = self.make_quotation(discount=30)
                approval = self.ask(order)
                commands = [Command.update(order.order_line.id, change)] if isinstance(change, dict) else change
                order.with_user(self.salesperson).write({"order_line": commands})
                self.env.flush_all()
                self.env.invalidate_all()
                asked = approval.with_user(self.leader)
                self.assertEqual(asked.is_changed, bool(expected))
                rows = self.get_changes(asked)[:-1] if expected else self.get_changes(asked)
                self.assertEqual(len(rows), len(expected))
                for row, (what, then, now) in zip(rows, expected, strict=True):
                    self.assertTrue(what in row[0] and then in row[1] and now in row[2], row)

    def get_changes(self, approval):
        if not approval.changes_html:
            return []
        rows = html.fromstring(approval.changes_html).xpath("//tbody/tr")
        return [[cell.text_content().strip() for cell in row] for row in rows]

    def test_the_dialog_that_stops_it_asks_for_approval(self):
        order, other = self.make_quotation(discount=30), self.make_quotation(discount=30)
        cases = ((order, True), (order | other, False))
        for orders, asks in cases:
            with self.subTest(orders=len(orders)), self.assertRaises(UserError) as caught, self.env.cr.savepoint():
                orders.with_user(self.salesperson).action_confirm()
            self.assertIn("gives more discount than its caps allow", str(caught.exception))
            told = serialize_exception(caught.exception)["context"]
            expected = {"exception_class": "key_account_mgmt.ApprovalNeeded", "order_id": order.id} if asks else {}
            self.assertEqual(told, expected)

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
        with self.assertRaisesRegex(UserError, "key_account_salesperson.* has already asked for approval"):
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
        with self.assertRaisesRegex(UserError, "is already approved in its current form"):
            self.ask(order)

    def test_withdrawing(self):
        for user in (self.salesperson, self.colleague):
            with self.subTest(user.login):
                approval = self.ask()
                self.call(user, APPROVAL, "action_withdraw", approval.ids)
                self.assertEqual(approval.state, "withdrawn")
                self.assertFalse(self.get_activity_users(approval))
                with self.assertRaisesRegex(UserError, "no longer waiting"):
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
        with self.assertRaisesRegex(UserError, "No user could approve .*: it needs Director"):
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


class TestApprovalDecision(ApprovalCommon):
    """Somebody else decides, once, and everybody concerned is told."""

    def test_approving(self):
        order = self.make_quotation()
        approval = self.ask(order)
        self.approve(approval)
        self.assertRecordValues(
            approval,
            [{"state": "approved", "decided_by_id": self.leader.id, "effective_state": "holds", "comment": False}],
        )
        self.assertTrue(approval.decided_on)
        self.assertFalse(self.get_activity_users(approval))
        self.assertEqual(self.get_activity_users(order), self.salesperson)
        self.assertIn("Approved: $\N{NO-BREAK SPACE}200.00 over the discount cap", self.get_chatter(order))
        self.assertEqual(self.env[APPROVAL]._get_approved_terms(order), {order.id: [approval.terms]})

    def test_refusing(self):
        order = self.make_quotation()
        approval = self.ask(order)
        with self.assertRaisesRegex(UserError, "Say why you refuse"):
            self.call(self.leader, APPROVAL, "action_refuse", approval.ids, " ")
        self.call(self.leader, APPROVAL, "action_refuse", approval.ids, "Too much")
        self.assertRecordValues(
            approval,
            [
                {
                    "state": "refused",
                    "decided_by_id": self.leader.id,
                    "effective_state": "refused",
                    "comment": "Too much",
                }
            ],
        )
        self.assertFalse(self.get_activity_users(approval))
        self.assertEqual(self.get_activity_users(order), self.salesperson)
        self.assertIn("Refused: Too much", self.get_chatter(order))
        self.assertFalse(self.env[APPROVAL]._get_approved_terms(order))

    def test_refusing_in_the_dialog(self):
        approvals = self.ask() | self.ask()
        action = self.call(self.leader, APPROVAL, "action_open_refusal", approvals.ids)
        form = Form(self.env[action["res_model"]].with_user(self.leader).with_context(**action["context"]))
        form.comment = "Both too much"
        form.save().action_refuse()
        self.assertEqual(approvals.mapped("comment"), ["Both too much"] * 2)

    def test_deciding_from_the_order(self):
        approved, refused = self.make_quotation(), self.make_quotation()
        self.ask(approved)
        self.ask(refused)
        self.call(self.leader, "sale.order", "action_key_account_approve", approved.ids)
        action = self.call(self.leader, "sale.order", "action_key_account_refuse", refused.ids)
        self.assertEqual(action["context"]["default_approval_ids"], refused.key_account_approval_ids.ids)
        self.assertEqual(approved.key_account_approval_ids.state, "approved")
        with self.assertRaisesRegex(UserError, "No request for approval"):
            self.call(self.leader, "sale.order", "action_key_account_approve", approved.ids)

    def test_several_at_once_or_none(self):
        small, large = self.ask(), self.ask(self.make_quotation(discount=70))
        with self.assertRaises(AccessError), self.cr.savepoint():
            self.approve(small | large, self.leader)
        self.env.invalidate_all()
        self.assertEqual((small.state, large.state), ("requested", "requested"))
        self.approve(small | large, self.director)
        self.assertEqual((small.state, large.state), ("approved", "approved"))

    def test_decided_once(self):
        approval = self.ask()
        self.approve(approval, self.director)
        for method, *arguments in (("action_approve",), ("action_refuse", "No"), ("action_withdraw",)):
            with self.subTest(method), self.assertRaisesRegex(UserError, "Approved by key_account_director"):
                self.call(self.leader, APPROVAL, method, approval.ids, *arguments)

    def test_who_had_a_hand_in_it_does_not_decide(self):
        for role, prepare in (
            ("asked", lambda: self.ask(user=self.leader)),
            ("sells", lambda: self.ask(self._make_for_leader(), self.colleague)),
            ("made the order", lambda: self.ask(self.make_quotation(user=self.leader, user_id=self.salesperson.id))),
            ("sold it then", self._ask_and_pass_on),
            ("sells it now", self._ask_and_take_over),
            ("changed a line before", self._change_and_ask),
            ("changed a line since", self._ask_and_change),
        ):
            with self.subTest(role):
                approval = prepare()
                self.assertFalse(approval.with_user(self.leader).waiting_for_me)
                with self.assertRaisesRegex(AccessError, "another user must decide: key_account_director"):
                    self.approve(approval, self.leader)
                self.assertTrue(approval.with_user(self.director).waiting_for_me)
                self.approve(approval, self.director)

    def _make_for_leader(self):
        return self.make_quotation(user=self.colleague, user_id=self.leader.id)

    def _ask_and_pass_on(self):
        approval = self.ask(self._make_for_leader(), self.colleague)
        approval.order_id.user_id = self.salesperson
        return approval

    def _ask_and_take_over(self):
        approval = self.ask()
        approval.order_id.user_id = self.leader
        return approval

    def _change_and_ask(self):
        order = self.make_quotation(discount=20)
        self.call(self.leader, "sale.order.line", "write", order.order_line.ids, {"discount": 30})
        return self.ask(order)

    def _ask_and_change(self):
        approval = self.ask()
        self.call(self.leader, "sale.order.line", "write", approval.order_id.order_line.ids, {"discount": 25})
        return approval

    def test_the_superuser_is_nobody(self):
        approval = self.ask()
        with self.assertRaises(AccessError):
            approval.with_user(self.env.ref("base.user_root")).action_approve()
        with self.assertRaises(AccessError):
            approval.with_user(self.salesperson).sudo().action_approve()
        self.assertEqual(approval.state, "requested")

    def test_confirming_or_cancelling_ends_requests_and_notes(self):
        for method in ("action_confirm", "action_cancel", "unlink"):
            with self.subTest(method):
                order = self.make_quotation()
                approval = self.ask(order)
                order.order_line.discount = 5
                if method == "unlink":
                    self.call(self.salesperson, "sale.order", "action_cancel", order.ids)
                self.call(self.director, "sale.order", method, order.ids)
                self.assertEqual(approval.state, "withdrawn")
                self.assertFalse(self.get_activity_users(approval))

    def test_confirming_ends_the_note_to_confirm(self):
        order = self.make_quotation()
        self.approve(self.ask(order))
        self.assertTrue(self.get_activity_users(order))
        self.confirm(order)
        self.assertEqual(order.state, "sale")
        self.assertFalse(self.get_activity_users(order))

    def test_other_companies_do_not_see_or_decide(self):
        approval = self.ask()
        other = self.setup_other_company()["company"]
        stranger = self.make_user("stranger", "base.group_user,sales_team.group_sale_manager")
        stranger.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        self.assertFalse(self.env[APPROVAL].with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            self.approve(approval, stranger)

    def test_deciding_needs_the_company(self):
        approval = self.ask()
        other = self.setup_other_company()["company"]
        self.leader.company_ids |= other
        with self.assertRaises(AccessError):
            self.call(self.leader, APPROVAL, "action_approve", approval.ids, context={"allowed_company_ids": other.ids})

    def test_salespeople_see_their_own(self):
        self.salesperson.group_ids = self.env.ref("base.group_user") | self.env.ref("sales_team.group_sale_salesman")
        other = self.make_user("other", "base.group_user,sales_team.group_sale_salesman")
        mine, others = self.ask(), self.ask(self.make_quotation(user=other), other)
        self.assertEqual(self.env[APPROVAL].with_user(self.salesperson).search([]), mine)
        self.assertEqual(self.env[APPROVAL].with_user(other).search([]), others)
        with self.assertRaises(AccessError):
            self.call(other, APPROVAL, "read", mine.ids, ["reason"])

    def get_chatter(self, record):
        return "\n".join(str(message.body) for message in record.sudo().message_ids).replace(
            "&nbsp;", "\N{NO-BREAK SPACE}"
        )


class TestApprovalHolds(ApprovalCommon):
    """It is for what was approved: it lapses when the order gets worse, and holds again when that is undone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_good = cls._create_product(name="Other goods", list_price=100.0, taxes_id=[])

    def make_approved(self):
        order = self.make_quotation()
        approval = self.ask(order)
        self.approve(approval)
        return order.with_env(self.env), approval

    def add_line(self, order, **values):
        line = {"product_id": self.good.id, "product_uom_qty": 1, "tax_ids": [], **values}
        order.order_line = [Command.create(line)]

    def assert_effective_state(self, approval, effective_state):
        approval.invalidate_recordset()
        self.assertEqual(approval.effective_state, effective_state)

    def test_what_it_covers(self):
        for change, values in (
            ("fewer", {"product_uom_qty": 9}),
            ("dearer", {"price_unit": 101}),
            ("less discount", {"discount": 29.99}),
            ("within the cap", {"discount": 10}),
            ("another text", {"name": "As agreed"}),
        ):
            with self.subTest(change):
                order, approval = self.make_approved()
                order.order_line.write(values)
                self.assert_effective_state(approval, "holds")
                self.confirm(order)
                self.assertEqual(order.state, "sale")

    def test_what_makes_it_lapse(self):
        for change, worsen in (
            ("more", lambda order: order.order_line.write({"product_uom_qty": 10.01})),
            ("cheaper", lambda order: order.order_line.write({"price_unit": 99.99})),
            ("more discount", lambda order: order.order_line.write({"discount": 30.01})),
            ("another product", lambda order: order.order_line.write(self.get_other_product())),
            ("one line more", lambda order: self.add_line(order, discount=11)),
            ("something free", lambda order: self.add_line(order, price_unit=0)),
            ("another customer", lambda order: order.write({"partner_id": self.second.id})),
            ("a line instead", self.replace_line),
        ):
            with self.subTest(change):
                order, approval = self.make_approved()
                worsen(order)
                self.assert_effective_state(approval, "lapsed")
                self.assert_not_confirmed(order)

    def get_other_product(self):
        return {"product_id": self.other_good.id, "price_unit": 100, "discount": 30, "tax_ids": []}

    def replace_line(self, order):
        order.order_line.unlink()
        self.add_line(order, product_uom_qty=10, discount=30)

    def test_it_holds_again(self):
        order, approval = self.make_approved()
        order.order_line.discount = 35
        self.assert_effective_state(approval, "lapsed")
        order.order_line.discount = 30
        self.assert_effective_state(approval, "holds")

    def test_a_copy_is_not_approved(self):
        order, _approval = self.make_approved()
        copy = order.copy()
        self.assertFalse(copy.key_account_approval_ids)
        self.assertFalse(copy.key_account_approval_state)
        self.assert_not_confirmed(copy)

    def test_stands_after_the_order_is_gone(self):
        order, approval = self.make_approved()
        order.action_cancel()
        order.unlink()
        self.assertTrue(approval.exists())
        self.assert_effective_state(approval, "lapsed")
        self.assertFalse(approval.order_id)

    def test_without_caps_nothing_can_be_over(self):
        _order, approval = self.make_approved()
        self.cap_ruleset.action_retire()
        self.assert_effective_state(approval, "holds")
