import base64
from contextlib import suppress

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.account_payment.tests.common import AccountPaymentCommon

from ..discount_common import ORDER
from ..hold_common import HoldCommon

PIXEL = base64.b64encode(
    base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")
).decode()


class TestAcceptedOrdersAreHeld(HoldCommon):
    """A customer who accepts what nobody consented to gets no error, and no order either."""

    def test_within_the_cap_the_order_is_confirmed(self):
        order = self.make_sent(discount=10)
        self.accept(order)
        self.assert_not_held(order, "sale")

    def test_over_the_cap_it_waits_and_the_salesperson_knows_why(self):
        order = self.make_sent()
        self.accept(order)
        self.assert_held(order)
        [activity] = self.get_activities(order)
        self.assertIn(f"{order.name} was accepted by Big and is held", activity.summary)
        self.assertIn("30", activity.note)
        self.assertIn("more discount than its caps allow", self.get_messages(order))

    def test_accepting_again_tells_nobody_again(self):
        order = self.make_sent()
        for _time in range(2):
            self.accept(order)
        self.assert_held(order)

    def test_who_is_told(self):
        managers = self.env["res.users"].search(
            [
                ("all_group_ids", "in", self.env.ref("sales_team.group_sale_manager").ids),
                ("company_ids", "in", self.company.ids),
                ("share", "=", False),
            ]
        )
        team = self.env["crm.team"].create({"name": "Led", "company_id": self.company.id, "user_id": self.leader.id})
        nobodys = self.env["crm.team"].create({"name": "Nobody's", "company_id": self.company.id, "user_id": False})
        gone = self.make_user("gone", "base.group_user,sales_team.group_sale_salesman")
        cases = [
            # salesperson, team, who is told
            (self.salesperson, team, self.salesperson),
            (gone.browse(), team, self.leader),
            (gone, team, self.leader),
            (gone.browse(), nobodys, managers),
            (gone.browse(), nobodys.browse(), managers),
        ]
        orders = [self.make_sent() for _case in cases]
        for order, (user, of_team, _told) in zip(orders, cases, strict=True):
            order.write({"user_id": user.id, "team_id": of_team.id})
        gone.active = False
        for order, (user, of_team, told) in zip(orders, cases, strict=True):
            with self.subTest(user=user.login, team=of_team.name):
                self.accept(order)
                self.assert_held(order, told)

    def test_a_leader_who_sees_only_own_orders_is_told_all_the_same(self):
        gone = self.make_user("gone", "base.group_user,sales_team.group_sale_salesman")
        leader = self.make_user("own", "base.group_user,sales_team.group_sale_salesman")
        team = self.env["crm.team"].create({"name": "Led", "company_id": self.company.id, "user_id": leader.id})
        order = self.make_sent()
        order.write({"user_id": gone.id, "team_id": team.id})
        gone.active = False
        self.accept(order)
        self.assert_held(order, leader)

    def test_after_approval_it_confirms_and_the_hold_ends(self):
        order = self.make_sent()
        self.accept(order)
        self.approve(self.ask(order))
        self.assertEqual(order.key_account_cap_status, "approved")
        self.confirm(order)
        self.assert_not_held(order, "sale")

    def test_approved_before_it_is_not_held(self):
        order = self.make_sent()
        self.approve(self.ask(order))
        self.accept(order)
        self.assert_not_held(order, "sale")

    def test_changed_to_less_it_confirms_and_the_hold_ends(self):
        order = self.make_sent()
        self.accept(order)
        self.assert_not_confirmed(order)
        self.assert_held(order)
        self.call(self.salesperson, "sale.order.line", "write", order.order_line.ids, {"discount": 10})
        self.confirm(order)
        self.assert_not_held(order, "sale")

    def test_cancelling_ends_the_hold(self):
        order = self.make_sent()
        self.accept(order)
        self.call(self.salesperson, ORDER, "action_cancel", order.ids)
        self.assert_not_held(order, "cancel")

    def test_a_copy_is_not_held(self):
        order = self.make_sent()
        self.accept(order)
        self.assertFalse(order.copy().key_account_held_on)

    def test_other_errors_stay_errors(self):
        """Only what the guard refuses is held: a cancelled order cannot be confirmed, as ever."""
        order = self.make_sent()
        order.action_cancel()
        with self.assertRaisesRegex(UserError, "not in a state requiring confirmation"):
            self.accept(order)

    def test_several_at_once_are_all_held_back_and_those_over_the_cap_marked(self):
        good, bad = self.make_sent(discount=0), self.make_sent()
        self.accept(good | bad)
        self.assert_held(bad)
        self.assert_not_held(good, "sent")


class TestPaymentsAreKept(AccountPaymentCommon, HoldCommon):
    """A payment is kept whatever becomes of its order, and does not carry it over its cap."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.currency, cls.partner = cls.company.currency_id, cls.big

    def pay(self, order, state, amount=None):
        self.provider.support_manual_capture = "full_only"  # is computed, and forgotten with the cache
        transaction = self._create_transaction(
            "redirect",
            state=state,
            amount=amount or order.amount_total,
            sale_order_ids=[Command.set(order.ids)],
            reference=f"{order.name} {state}",
        )
        transaction._post_process()
        self.env.flush_all()
        return transaction

    def test_a_paid_order_over_its_cap_is_held(self):
        for state in ("done", "authorized"):
            with self.subTest(state):
                order = self.make_sent(require_payment=True)
                transaction = self.pay(order, state)
                self.assert_held(order)
                self.assertEqual(transaction.state, state)
                if state == "done":
                    self.assertTrue(transaction.is_post_processed)
                    self.assertEqual(transaction.payment_id.amount, 700)

    def test_a_paid_order_within_its_cap_is_confirmed(self):
        order = self.make_sent(discount=10, require_payment=True)
        self.pay(order, "done")
        self.assert_not_held(order, "sale")

    def test_nothing_is_invoiced_while_it_waits(self):
        self.env["ir.config_parameter"].sudo().set_param("sale.automatic_invoice", "True")
        order = self.make_sent(require_payment=True)
        with mute_logger("odoo.addons.sale.models.payment_transaction"):
            self.pay(order, "done")
        self.assert_held(order)

    def test_several_payments_at_once_go_each_its_way(self):
        good, bad = self.make_sent(discount=10, require_payment=True), self.make_sent(require_payment=True)
        transactions = self.env["payment.transaction"]
        for order in (bad, good):
            transactions |= self._create_transaction(
                "redirect",
                state="done",
                amount=order.amount_total,
                sale_order_ids=[Command.set(order.ids)],
                reference=order.name,
            )
        transactions._post_process()
        self.assert_held(bad)
        self.assert_not_held(good, "sale")

    def test_approved_and_confirmed_the_paid_order_is_paid(self):
        order = self.make_sent(require_payment=True)
        self.pay(order, "done")
        self.approve(self.ask(order))
        self.confirm(order)
        self.assert_not_held(order, "sale")
        self.assertTrue(order._is_paid())

    def test_a_payment_that_has_begun_marks_the_quotation_as_sent_even_where_sending_is_blocked(self):
        self.company.key_account_block_sending = True
        order = self.make_quotation()
        self.pay(self.env[ORDER].browse(order.id), "pending")
        self.assertEqual(order.state, "sent")

    def test_a_part_that_does_not_confirm_holds_nothing(self):
        order = self.make_sent(require_payment=True, prepayment_percent=1.0)
        self.pay(order, "done", amount=1)
        self.assert_not_held(order, "sent")


class TestSendingIsBlocked(HoldCommon):
    """Where the company wants it so, nobody sends what nobody may confirm."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.key_account_block_sending = True
        cls.salesperson.email = "sales@example.com"

    def prepare_ways(self, order):
        """Each way to send a quotation, or to say that it was."""
        template = self.env.ref("sale.email_template_edi_sale")
        composer = {
            "model": ORDER,
            "res_ids": repr(order.ids),
            "template_id": template.id,
            "composition_mode": "comment",
            "subject": "Offer",
            "body": "Please",
        }
        mark = {"mark_so_as_sent": True}
        return {
            "button": (ORDER, "action_quotation_send", (order.ids,), {}),
            "marked as sent": (ORDER, "action_quotation_sent", (order.ids,), {}),
            "written": (ORDER, "write", (order.ids, {"state": "sent"}), {}),
            "composer": ("mail.compose.message", "action_send_mail", (composer,), mark),
            "message": (ORDER, "message_post", (order.ids,), mark),
        }

    def send(self, order, way):
        model, method, arguments, context = self.prepare_ways(order)[way]
        if model != ORDER:
            arguments = ([self.call(self.salesperson, model, "create", *arguments, context=context)],)
        self.call(self.salesperson, model, method, *arguments, context=context)

    def test_no_way_to_send(self):
        order = self.make_quotation()
        for way in self.prepare_ways(order):
            with self.subTest(way):
                with self.assertRaisesRegex(UserError, "more discount than its caps allow"), self.cr.savepoint():
                    self.send(order, way)
                self.env.invalidate_all()
                self.assertEqual(order.state, "draft")

    def test_what_was_sent_and_got_worse_is_not_sent_again(self):
        order = self.make_sent(discount=10)
        self.call(self.salesperson, "sale.order.line", "write", order.order_line.ids, {"discount": 30})
        for way in ("button", "composer", "message"):
            words = "more discount than its caps allow"
            with self.subTest(way), self.assertRaisesRegex(UserError, words), self.cr.savepoint():
                self.send(order, way)

    def test_within_the_cap_approved_or_confirmed_it_may_be_sent(self):
        approved = self.make_quotation()
        self.approve(self.ask(approved))
        old = self.make_old_order({"discount": 50})
        for order in (self.make_quotation(discount=10), approved):
            for way in ("button", "composer"):
                self.send(order, way)
            self.assertEqual(order.state, "sent")
        self.send(old, "button")

    def test_where_the_setting_is_off_everything_may_be_sent(self):
        self.company.key_account_block_sending = False
        for way in ("button", "marked as sent", "written", "composer", "message"):
            with self.subTest(way):
                order = self.make_quotation()
                self.send(order, way)
                self.assertEqual(order.state, "draft" if way == "button" else "sent")
                self.assert_not_confirmed(order)

    def test_salespeople_do_not_switch_it_off(self):
        self.assert_refused(
            self.salesperson, "res.company", "write", self.company.ids, {"key_account_block_sending": False}
        )
        with suppress(UserError), self.cr.savepoint():
            values = {"key_account_block_sending": False}
            settings = self.call(self.salesperson, "res.config.settings", "create", values)
            self.call(self.salesperson, "res.config.settings", "execute", [settings])
        self.assertTrue(self.company.key_account_block_sending)


@tagged("post_install", "-at_install")
class TestPortal(HoldCommon, HttpCase):
    """The customer's browser, through the real controllers."""

    def open_page(self, order):
        return self.url_open(order._portal_ensure_token() and order.get_portal_url()).text

    def sign(self, order):
        return self.make_jsonrpc_request(
            f"/my/orders/{order.id}/accept",
            {"access_token": order._portal_ensure_token(), "name": "Buyer", "signature": PIXEL},
            timeout=60,
        )

    def test_a_signed_order_over_its_cap_is_being_checked(self):
        order = self.make_sent()
        self.assertNotIn("Your order is being checked", self.open_page(order))
        self.assertTrue(self.sign(order)["force_refresh"])
        self.assert_held(order)
        self.assertEqual(order.signed_by, "Buyer")
        self.assertTrue(order.signature)
        page = self.open_page(order)
        self.assertIn("Your order is being checked", page)
        self.assertNotIn("10", page.partition("being checked")[2][:200])  # nothing of caps is told

    def test_a_signed_order_within_its_cap_is_confirmed(self):
        order = self.make_sent(discount=10)
        self.sign(order)
        self.assert_not_held(order, "sale")
        self.assertNotIn("Your order is being checked", self.open_page(order))

    def test_a_customer_who_takes_less_than_his_price_was_made_for_is_held(self):
        self.cap_ruleset.action_retire()
        self.make_cap_by_quantity()
        section = {"display_type": "line_section", "name": "More", "is_optional": True, "sequence": 1}
        line = self.prepare_line(product_uom_qty=10, discount=30, sequence=2)
        order = self.make_sent(order_line=[Command.create(section), Command.create(line)])
        goods = order.order_line.filtered("product_id")
        self.assertFalse(self.is_over(order))
        url = f"/my/orders/{order.id}/update_line_dict"
        self.make_jsonrpc_request(
            url, {"access_token": order._portal_ensure_token(), "line_id": goods.id, "input_quantity": 2}
        )
        self.env.invalidate_all()
        self.assertEqual(goods.product_uom_qty, 2)
        self.sign(order)
        self.assert_held(order)
