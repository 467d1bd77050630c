from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Date

from ...models.credit.res_partner import CREDIT_READERS
from ..approval_common import APPROVAL, ApprovalCommon

FINANCE = "base.group_user,key_account_mgmt.group_key_account_finance"


class ApprovalCreditCommon(ApprovalCommon):
    """The customer has 1,000 on credit, and what is more needs approval; the quotation of 1,300 is 300 over.

    Discounts are capped as well: up to 10 % the salesperson gives alone. There are levels for discounts only.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"account_use_credit_limit": True, "key_account_credit_policy": "approval"})
        cls.finance = cls.make_user("finance", FINANCE)
        cls.big = cls.make_customer(name="Buyer")  # who owes nothing yet
        cls.set_limit(1000)

    @classmethod
    def set_limit(cls, limit, **values):
        cls.big.with_company(cls.company).write({"credit_limit": limit, **values})

    @classmethod
    def make_quotation(cls, discount=0, quantity=13, **values):
        return super().make_quotation(discount=discount, quantity=quantity, **values)

    @classmethod
    def use(cls, amount):
        """Others use credit of the customer: an order that was confirmed before the company asked for approval."""
        cls.company.key_account_credit_policy = "warn"
        order = cls.make_quotation(quantity=amount / 100)
        order.sudo().action_confirm()
        cls.company.key_account_credit_policy = "approval"
        return order

    def count_overdue(self, amount, due="2024-01-31"):
        """Something overdue, which counts from now on."""
        self.company.write({"key_account_check_overdue": True, "key_account_overdue_days": 10})
        return self.make_invoice(self.big, amount, "2024-01-01", due=due)

    def approve(self, approval, user=None):
        return super().approve(approval, user or self.finance)

    def by_kind(self, order):
        return {one.kind: one for one in self.env[APPROVAL].search([("order_id", "=", order.id)], order="id")}

    def assert_effective_state(self, approval, effective_state):
        self.env.invalidate_all()
        self.assertEqual(approval.effective_state, effective_state)


class TestCreditRequest(ApprovalCreditCommon):
    """A salesperson asks for credit, of finance."""

    def test_request_keeps_what_is_asked_for(self):
        payer = self.make_customer(name="Payer", credit_limit=1200)
        address = self.make_customer(name="Ledger", parent_id=payer.id)
        order = self.make_quotation(partner_invoice_id=address.id)
        approval = self.ask(order)
        self.assertRecordValues(
            approval,
            [
                {
                    "name": f"{order.name}/1",
                    "kind": "credit",
                    "state": "requested",
                    "partner_id": payer.id,
                    "excess": 100.0,
                    "level_id": False,
                    "holds": True,
                    "effective_state": "waiting",
                }
            ],
        )
        expected = {"limit": "1200", "used": "0", "value": "1300", "excess": "100", "overdue": "0"}
        self.assertEqual(
            {name: float(approval.details[name]) for name in expected}, {n: float(v) for n, v in expected.items()}
        )
        for text in ("Payer", "Over By", "$\N{NO-BREAK SPACE}100.00", "$\N{NO-BREAK SPACE}1,300.00"):
            self.assertIn(text, approval.details_html)
        self.assertIn(self.finance, self.get_activity_users(approval))
        self.assertNotIn(self.manager, self.get_activity_users(approval))
        self.assertIn("100.00 over the credit limit", approval.activity_ids[0].summary)

    def test_how_much_is_too_much(self):
        for limit, zero, excess in (
            (1300, False, None),
            (1300.01, False, None),
            (0, False, None),  # no limit
            (1299.99, False, 0.01),
            (0.01, False, 1299.99),
            (0, True, 1300),
            (5000, True, 1300),
        ):
            with self.subTest(limit=limit, zero=zero):
                self.set_limit(limit, key_account_no_credit=zero)
                order = self.make_quotation()
                if excess is None:
                    with self.assertRaisesRegex(UserError, "nothing to approve"):
                        self.ask(order)
                else:
                    self.assertEqual(self.ask(order).excess, excess)

    def test_what_others_use_counts(self):
        self.use(500)
        self.assertEqual(self.ask().excess, 800)

    def test_finance_decides_and_the_order_confirms(self):
        order = self.make_quotation()
        self.assert_not_confirmed(order)
        approval = self.ask(order)
        for user in (self.salesperson, self.leader, self.director, self.manager):
            with self.subTest(user.login):
                self.assertFalse(approval.with_user(user).waiting_for_me)
                with self.assertRaises(AccessError):
                    self.approve(approval, user)
        self.assertTrue(approval.with_user(self.finance).waiting_for_me)
        self.assert_not_confirmed(order)
        self.approve(approval)
        self.assertEqual(self.get_activity_users(order), self.salesperson)
        self.confirm(order)
        self.assertEqual(order.state, "sale")

    def empty_finance(self):
        for name in ("user_ids", "implied_by_ids"):
            self.env.ref("key_account_mgmt.group_key_account_finance")[name] = [Command.clear()]

    def test_who_asks_is_told_that_nobody_could_decide(self):
        self.empty_finance()
        seller = self.make_user("seller", f"{FINANCE},sales_team.group_sale_salesman_all_leads")
        order = self.make_quotation(user=seller)
        with self.assertRaisesRegex(UserError, "No user could approve .*: it needs Key Accounts: Finance / Finance"):
            self.ask(order, seller)

    def test_finance_of_another_company_does_not_decide(self):
        other = self.setup_other_company()["company"]
        self.finance.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        approval = self.ask()
        self.assertNotIn(self.finance, self.get_activity_users(approval))
        self.assertFalse(self.env[APPROVAL].with_user(self.finance).search([]))
        with self.assertRaises(AccessError):
            self.approve(approval)

    def test_managers_decide_where_nobody_is_in_finance(self):
        self.empty_finance()
        approval = self.ask()
        self.assertIn(self.manager, self.get_activity_users(approval))
        self.assertTrue(approval.with_user(self.manager).waiting_for_me)
        self.approve(approval, self.manager)
        self.assertEqual(approval.state, "approved")

    def test_finance_does_not_decide_on_discounts(self):
        approval = self.ask(self.make_quotation(discount=30, quantity=10))
        self.assertEqual(approval.kind, "discount")
        with self.assertRaises(AccessError):
            self.approve(approval)

    def test_levels_are_by_kind(self):
        low = self.make_level("Cashier", 200, self.colleague, kind="credit")
        high = self.make_level("Treasurer", 500, self.second_finance(), kind="credit")
        for quantity, level, deciders, others in (
            (11, low.browse(), self.finance | self.colleague | high.user_ids, self.leader | self.manager),
            (13, low, self.colleague | high.user_ids, self.finance | self.leader),
            (15, high, high.user_ids, self.finance | self.colleague | self.director),
        ):
            with self.subTest(quantity=quantity):
                approval = self.ask(self.make_quotation(quantity=quantity))
                self.assertEqual(approval.level_id, level)
                for user in deciders | others:
                    self.assertEqual(approval.with_user(user).waiting_for_me, user in deciders, user.login)
                    waiting = self.env[APPROVAL].with_user(user).search([("waiting_for_me", "=", True)])
                    self.assertEqual(approval in waiting, user in deciders, user.login)
                self.assertLessEqual(self.get_activity_users(approval), deciders)

    def second_finance(self):
        return self.make_user("treasurer", FINANCE)

    def test_requests_that_wait_follow_the_levels_of_their_kind(self):
        approval = self.ask()
        self.make_level("Discounts", 250, self.colleague)
        self.assertFalse(approval.level_id)
        level = self.make_level("Credit", 250, self.colleague, kind="credit")
        self.assertEqual(approval.level_id, level)
        self.assertEqual(self.get_activity_users(approval), self.colleague)

    def test_who_had_a_hand_in_it_does_not_decide(self):
        seller = self.make_user("seller", f"{FINANCE},sales_team.group_sale_salesman_all_leads")
        approval = self.ask(self.make_quotation(user=seller), seller)
        self.assertFalse(approval.with_user(seller).waiting_for_me)
        with self.assertRaisesRegex(AccessError, "another user must decide"):
            self.approve(approval, seller)
        self.approve(approval)
        self.assertEqual(approval.state, "approved")

    def test_refused(self):
        order = self.make_quotation()
        approval = self.ask(order)
        self.call(self.finance, APPROVAL, "action_refuse", approval.ids, "They owe enough")
        self.assertEqual((approval.state, order.key_account_approval_state), ("refused", "refused"))
        self.assertEqual(self.get_activity_users(order), self.salesperson)
        self.assert_not_confirmed(order)

    def test_a_foreign_order_is_counted_in_company_currency(self):
        pricelist = self._create_pricelist(name="Euro", currency_id=self.euro.id)
        order = self.make_quotation(pricelist_id=pricelist.id)  # 1 EUR = 2 USD
        self.assertEqual(order.currency_id, self.euro)
        self.assertEqual(self.ask(order).excess, order.amount_total * 2 - 1000)


class TestCreditHolds(ApprovalCreditCommon):
    """Consent to credit is for this much of this customer's: it lapses when it gets more, whoever uses it."""

    def make_approved(self, **values):
        order = self.make_quotation(**values)
        approval = self.ask(order)
        self.approve(approval)
        return order.with_env(self.env), approval

    def test_what_it_covers(self):
        for change, ease in (
            ("nothing", lambda order: None),
            ("less", lambda order: order.order_line.write({"product_uom_qty": 12.99})),
            ("a higher limit", lambda order: self.set_limit(1000.01)),
            ("no limit", lambda order: self.set_limit(0)),
            ("another text", lambda order: order.order_line.write({"name": "As agreed"})),
            ("delivered elsewhere", lambda order: order.write({"partner_shipping_id": self.second.id})),
        ):
            with self.subTest(change):
                self.set_limit(1000)
                order, approval = self.make_approved()
                ease(order)
                self.assert_effective_state(approval, "holds")
                self.confirm(order)
                self.assertEqual(order.state, "sale")
                order.sudo().with_context(disable_cancel_warning=True).action_cancel()

    def test_what_makes_it_lapse(self):
        self.second.with_company(self.company).credit_limit = 100
        for change, worsen in (
            ("more", lambda order: order.order_line.write({"product_uom_qty": 13.01})),
            ("dearer", lambda order: order.order_line.write({"price_unit": 100.01})),
            ("a lower limit", lambda order: self.set_limit(999.99)),
            ("nothing on credit", lambda order: self.set_limit(1000, key_account_no_credit=True)),
            ("invoiced to another", lambda order: order.write({"partner_invoice_id": self.second.id})),
            ("others use more", lambda order: self.use(100)),
        ):
            with self.subTest(change):
                self.set_limit(1000, key_account_no_credit=False)
                order, approval = self.make_approved()
                worsen(order)
                self.assert_effective_state(approval, "lapsed")
                self.assert_not_confirmed(order)

    def test_it_holds_again(self):
        order, approval = self.make_approved()
        order.order_line.product_uom_qty = 14
        self.assert_effective_state(approval, "lapsed")
        order.order_line.product_uom_qty = 13
        self.assert_effective_state(approval, "holds")

    def test_several_quotations_of_one_customer_each_hold(self):
        _one, first = self.make_approved()
        _other, second = self.make_approved()
        self.env.invalidate_all()
        self.assertEqual((first | second).mapped("effective_state"), ["holds", "holds"])

    def test_the_second_of_two_approved_orders_finds_the_limit_used(self):
        (one, _first), (other, second) = self.make_approved(), self.make_approved()
        self.confirm(one)
        self.assert_effective_state(second, "lapsed")
        self.assert_not_confirmed(other)

    def test_nothing_is_over_where_the_company_only_warns(self):
        _order, approval = self.make_approved()
        self.set_limit(1)
        self.assert_effective_state(approval, "lapsed")
        self.company.key_account_credit_policy = "warn"
        self.assert_effective_state(approval, "holds")


class TestOverdue(ApprovalCreditCommon):
    """What is overdue for too long needs consent as well, however small the order is."""

    def test_overdue_only_is_for_the_levels_from_nothing_on(self):
        self.set_limit(5000)
        self.count_overdue(50)
        cashier = self.make_level("Cashier", 0, self.colleague, kind="credit")
        self.make_level("Treasurer", 0.01, self.director, kind="credit")
        order = self.make_quotation(quantity=1)
        self.assert_not_confirmed(order)
        approval = self.ask(order)
        self.assertEqual((approval.excess, approval.level_id), (0, cashier))
        self.assertIn("Overdue", approval.details_html)
        self.assertIn("50.00 overdue", approval.activity_ids.summary)
        self.approve(approval, self.colleague)
        self.confirm(order)
        self.assertEqual(order.state, "sale")

    def test_more_overdue_makes_it_lapse(self):
        self.set_limit(5000)
        self.count_overdue(50)
        order = self.make_quotation(quantity=1)
        approval = self.ask(order)
        self.approve(approval)
        self.assert_effective_state(approval, "holds")
        self.count_overdue(0.01)
        self.assert_effective_state(approval, "lapsed")
        self.assert_not_confirmed(order)

    def test_without_a_limit_only_what_is_overdue_is_asked_for(self):
        self.set_limit(0)
        self.count_overdue(50)
        approval = self.ask(self.make_quotation(quantity=1))
        self.assertEqual((approval.excess, approval.details["limit"]), (0, None))
        self.assertNotIn("Credit Limit", approval.details_html)

    def test_both_are_said(self):
        self.count_overdue(50)
        approval = self.ask()
        self.assertEqual(approval.excess, 350)
        self.assertIn(
            "350.00 over the credit limit, $\N{NO-BREAK SPACE}50.00 overdue", approval.activity_ids[0].summary
        )


class TestBothKinds(ApprovalCreditCommon):
    """An order may need both; it is one click, one reason, and each is decided by those whom it concerns."""

    def make_both(self):
        """20 × 100 less 30 %: 400 over the discount cap, 400 over the credit limit."""
        return self.make_quotation(discount=30, quantity=20)

    def ask_both(self):
        order = self.make_both()
        self.ask(order)
        return order.with_env(self.env), self.by_kind(order)

    def test_one_click_asks_for_both(self):
        order, asked = self.ask_both()
        self.assertEqual(
            {kind: (one.excess, one.name, one.reason) for kind, one in asked.items()},
            {
                "discount": (400, f"{order.name}/1", "They buy for three years"),
                "credit": (400, f"{order.name}/2", "They buy for three years"),
            },
        )
        self.assertEqual(self.get_activity_users(asked["discount"]), self.leader)
        self.assertIn(self.finance, self.get_activity_users(asked["credit"]))

    def test_the_dialog_shows_what_is_needed(self):
        for values, shown, hidden in (
            ({"discount": 30, "quantity": 20}, ("Discount", "Reference Value", "Credit", "Left for This Order"), ()),
            ({"discount": 30, "quantity": 10}, ("Discount", "Reference Value"), ("Left for This Order",)),
            ({}, ("Credit", "Left for This Order"), ("Reference Value",)),
        ):
            with self.subTest(values=values):
                order = self.make_quotation(**values)
                wizard = self.env[f"{APPROVAL}.request"].with_user(self.salesperson)
                html = wizard.create({"order_id": order.id, "reason": "Because"}).details_html
                for text in shown:
                    self.assertIn(text, html)
                for text in hidden:
                    self.assertNotIn(text, html)

    def test_both_have_to_be_approved(self):
        for first, second in (("discount", "credit"), ("credit", "discount")):
            with self.subTest(first):
                order, asked = self.ask_both()
                deciders = {"discount": self.leader, "credit": self.finance}
                self.approve(asked[first], deciders[first])
                self.assertEqual(order.key_account_approval_state, "waiting")
                self.assertFalse(self.get_activity_users(order))
                self.assert_not_confirmed(order)
                self.approve(asked[second], deciders[second])
                self.assertEqual(order.key_account_approval_state, "approved")
                self.assertEqual(self.get_activity_users(order), self.salesperson)
                self.confirm(order)
                self.assertEqual(order.state, "sale")

    def test_consent_to_one_is_none_to_the_other(self):
        order, asked = self.ask_both()
        self.approve(asked["credit"])
        self.assertFalse(self.env[APPROVAL]._get_approved_terms(order))
        self.assertEqual(self.env[APPROVAL]._get_approved_terms(order, "credit"), {order.id: [asked["credit"].terms]})

    def test_one_refusal_refuses_the_order(self):
        for first in (True, False):
            with self.subTest(first=first):
                order, asked = self.ask_both()
                if first:
                    self.call(self.finance, APPROVAL, "action_refuse", asked["credit"].ids, "No")
                    self.assertEqual(order.key_account_approval_state, "waiting")
                self.approve(asked["discount"], self.leader)
                if not first:
                    self.call(self.finance, APPROVAL, "action_refuse", asked["credit"].ids, "No")
                self.assertEqual(order.key_account_approval_state, "refused")
                self.assertEqual(self.get_activity_users(order), self.salesperson)
                self.assert_not_confirmed(order)

    def test_deciding_from_the_order_is_about_what_one_may_decide(self):
        order, asked = self.ask_both()
        self.call(self.leader, "sale.order", "action_key_account_approve", order.ids)
        self.assertEqual((asked["discount"].state, asked["credit"].state), ("approved", "requested"))
        with self.assertRaises(AccessError):
            self.call(self.director, "sale.order", "action_key_account_approve", order.ids)
        both = self.make_user("both", f"{FINANCE},sales_team.group_sale_salesman_all_leads")
        action = self.call(both, "sale.order", "action_key_account_refuse", order.ids)
        self.assertEqual(action["context"]["default_approval_ids"], asked["credit"].ids)

    def test_one_person_of_both_decides_both_at_once(self):
        order, asked = self.ask_both()
        both = self.make_user("both", f"{FINANCE},sales_team.group_sale_salesman_all_leads")
        self.level.user_ids |= both
        self.call(both, "sale.order", "action_key_account_approve", order.ids)
        self.assertEqual({one.state for one in asked.values()}, {"approved"})

    def test_only_what_is_missing_is_asked_again(self):
        order, asked = self.ask_both()
        self.approve(asked["discount"], self.leader)
        self.set_limit(900)
        self.ask(order)
        again = self.by_kind(order)
        self.assertEqual(again["discount"], asked["discount"])
        self.assertEqual((asked["credit"].state, again["credit"].excess), ("withdrawn", 500))
        self.approve(again["credit"])
        with self.assertRaisesRegex(UserError, "is already approved in its current form"):
            self.ask(order)

    def test_a_request_that_still_says_the_same_goes_on_waiting(self):
        order, asked = self.ask_both()
        self.set_limit(900)
        self.ask(order)
        self.assertEqual((asked["discount"].state, asked["credit"].state), ("requested", "withdrawn"))
        with self.assertRaisesRegex(UserError, "has already asked for"):
            self.ask(order)

    def test_what_is_not_over_any_more_waits_for_nobody(self):
        order, asked = self.ask_both()
        order.order_line.write({"discount": 0, "product_uom_qty": 12})
        self.ask(order)
        self.assertEqual({one.state for one in asked.values()}, {"withdrawn"})
        [waiting] = order.key_account_approval_ids.filtered(lambda one: one.state == "requested")
        self.assertEqual((waiting.kind, waiting.excess), ("credit", 200))


class TestPolicies(ApprovalCreditCommon):
    """What an order over the limit comes to is what the company wants."""

    def tell(self, order, user=None, changes=None):
        self.env.flush_all()
        self.env.invalidate_all()  # each is a request of its own
        return order.with_user(user or self.salesperson).get_key_account_figures(changes or {})

    def get_alerts(self, order, **options):
        return [(one["kind"], one["status"]) for one in self.tell(order, **options)["alerts"]]

    def test_nobody_is_asked_where_the_company_blocks(self):
        order = self.make_quotation()
        self.company.key_account_credit_policy = "block"
        with self.assertRaisesRegex(UserError, "300.00 over the credit limit.*does not allow approving this"):
            self.ask(order)
        wizard = self.env[f"{APPROVAL}.request"].create({"order_id": order.id, "reason": "Because"})
        self.assertIn("does not allow approving this", wizard.details_html)

    def test_discounts_are_asked_for_all_the_same(self):
        self.company.key_account_credit_policy = "block"
        order = self.make_quotation(discount=30, quantity=20)
        self.assertEqual(self.ask(order).kind, "discount")
        self.assertEqual(set(self.by_kind(order)), {"discount"})

    def test_earlier_consent_does_not_hold_where_the_company_blocks(self):
        order = self.make_quotation()
        approval = self.ask(order)
        self.approve(approval)
        self.company.key_account_credit_policy = "block"
        self.assert_effective_state(approval, "lapsed")
        self.assert_not_confirmed(order)
        with self.assertRaisesRegex(UserError, "does not allow approving this"):
            self.ask(order)

    def test_a_request_that_waits_is_not_approved_where_the_company_blocks_by_now(self):
        """It would not hold, and the salesperson would be told to confirm."""
        order = self.make_quotation()
        approval = self.ask(order)
        self.company.key_account_credit_policy = "block"
        with self.assertRaisesRegex(UserError, "does not allow approving this"):
            self.approve(approval)
        self.call(self.finance, APPROVAL, "action_refuse", approval.ids, "They have to pay first")
        self.assertEqual(approval.state, "refused")

    def test_nothing_is_asked_for_a_confirmed_order(self):
        """Over its limit by now, it stays what it is; nobody would have to confirm it after an approval."""
        order = self.make_quotation()
        self.approve(self.ask(order))
        self.confirm(order)
        self.set_limit(1)
        with self.assertRaisesRegex(UserError, "already confirmed.*cancel it"):
            self.ask(order)

    def test_nothing_is_asked_where_the_company_only_warns(self):
        self.company.key_account_credit_policy = "warn"
        order = self.make_quotation()
        with self.assertRaisesRegex(UserError, "nothing to approve"):
            self.ask(order)
        self.confirm(order)
        self.assertEqual(order.state, "sale")

    def test_a_form_is_told_by_policy(self):
        order = self.make_quotation()
        for policy, quantity, expected in (
            ("warn", 10, []),
            ("warn", 10.01, [("credit", "noted")]),
            ("approval", 10, []),
            ("approval", 10.01, [("credit", "over")]),
            ("block", 10, []),
            ("block", 10.01, [("credit", "blocked")]),
        ):
            with self.subTest(policy=policy, quantity=quantity):
                self.company.key_account_credit_policy = policy
                changes = {"order_line": [Command.update(order.order_line.id, {"product_uom_qty": quantity})]}
                self.assertEqual(self.get_alerts(order, changes=changes), expected)
        self.assertEqual(order.order_line.product_uom_qty, 13)

    def test_a_form_is_told_how_far_it_is(self):
        order = self.make_quotation(discount=30, quantity=20)
        self.assertEqual(self.get_alerts(order), [("discount", "over"), ("credit", "over")])
        self.ask(order)
        asked = self.by_kind(order)
        self.assertEqual(self.get_alerts(order), [("discount", "waiting"), ("credit", "waiting")])
        self.approve(asked["credit"])
        self.assertEqual(self.get_alerts(order), [("discount", "waiting"), ("credit", "approved")])
        self.approve(asked["discount"], self.leader)
        self.set_limit(900)
        self.assertEqual(self.get_alerts(order), [("discount", "approved"), ("credit", "changed")])
        order.order_line.discount = 31
        self.assertEqual(self.get_alerts(order), [("discount", "changed"), ("credit", "changed")])

    def test_a_form_that_was_never_saved_is_told_too(self):
        line = {"product_id": self.good.id, "product_uom_qty": 13, "price_unit": 100.0, "tax_ids": []}
        values = {"partner_id": self.big.id, "partner_invoice_id": self.big.id, "company_id": self.company.id}
        values["order_line"] = [(0, "virtual_1", line)]
        self.assertEqual(self.get_alerts(self.env["sale.order"], changes=values), [("credit", "over")])

    def test_overdue_is_told(self):
        self.set_limit(5000)
        self.count_overdue(50)
        told = self.tell(self.make_quotation(quantity=1))
        self.assertEqual(told["alerts"][0]["text"], "$\N{NO-BREAK SPACE}50.00 overdue")
        self.assertEqual(told["credit"]["overdue_text"], "$\N{NO-BREAK SPACE}50.00")
        self.assertFalse(self.tell(self.make_quotation(partner_id=self.make_customer().id))["credit"]["overdue_text"])

    def test_who_may_decide_is_told_so(self):
        order = self.make_quotation(discount=30, quantity=20)
        self.ask(order)
        clerk = self.make_user("clerk", f"{FINANCE},sales_team.group_sale_salesman_all_leads")
        for user, expected in ((self.salesperson, []), (self.leader, ["discount"]), (clerk, ["credit"])):
            with self.subTest(user.login):
                self.assertEqual(self.tell(order, user)["decides"], expected)
        self.level.user_ids |= clerk
        self.assertCountEqual(self.tell(order, clerk)["decides"], ["credit", "discount"])

    def test_credit_is_not_told_to_those_who_may_not_see_it(self):
        order = self.make_quotation()
        self.assertTrue(self.get_alerts(order))
        users = type(self.env["res.users"])
        has_groups = users.has_groups
        self.patch(users, "has_groups", lambda user, groups: groups != CREDIT_READERS and has_groups(user, groups))
        self.assertFalse(self.get_alerts(order))

    def test_an_order_that_the_customer_accepted_is_held(self):
        order = self.make_quotation(require_signature=True, require_payment=False)
        order.sudo().state = "sent"
        public = self.env(user=self.env.ref("base.public_user").id, su=False)
        order.with_env(public).sudo()._validate_order()
        public.flush_all()
        self.assertEqual(order.sudo().state, "sent")
        self.assertEqual(self.get_alerts(order), [("credit", "held")])
        self.approve(self.ask(order))
        self.assertEqual(self.get_alerts(order), [("credit", "approved")])
        self.confirm(order)
        self.assertEqual(order.sudo().state, "sale")


class TestCreditWaysRound(ApprovalCreditCommon):
    """Consent to credit comes from a request and finance, whatever is sent over RPC."""

    def test_none_is_made(self):
        order = self.make_quotation()
        values = {
            "name": "Smuggled",
            "kind": "credit",
            "order_id": order.id,
            "company_id": self.company.id,
            "partner_id": self.big.id,
            "requested_by_id": self.salesperson.id,
            "requested_on": "2024-01-01 00:00:00",
            "reason": "Because",
            "state": "approved",
            "terms": {"value": "100000", "excess": "100000", "overdue": "100000"},
        }
        for user in (self.salesperson, self.finance, self.manager, self.env.ref("base.user_admin")):
            with self.subTest(user.login):
                self.assert_refused(user, APPROVAL, "create", values)
        for vals in ({"kind": "credit"}, {"state": "approved"}, {"terms": values["terms"]}):
            approval = self.ask()
            with self.subTest(vals=vals):
                self.assert_refused(self.salesperson, APPROVAL, "write", approval.ids, vals)
        self.assert_not_confirmed(order)

    def test_consent_to_a_discount_does_not_become_one_to_credit(self):
        approval = self.ask(self.make_quotation(discount=30, quantity=10))
        self.approve(approval, self.leader)
        self.assert_refused(self.leader, APPROVAL, "write", approval.ids, {"kind": "credit"})
        self.set_limit(100)
        self.assert_not_confirmed(approval.order_id.with_env(self.env))

    def test_own_requests_are_not_decided_whatever_the_context(self):
        approval = self.ask()
        for context in ({}, {"uid": self.finance.id, "su": True}, {"default_kind": "discount"}):
            with self.subTest(context=context):
                self.assert_refused(self.salesperson, APPROVAL, "action_approve", approval.ids, context=context)
        self.assertEqual(approval.state, "requested")

    def test_context_does_not_change_what_is_asked_for(self):
        order = self.make_quotation()
        values = {"order_id": order.id, "reason": "Because"}
        wizard = self.call(self.salesperson, f"{APPROVAL}.request", "create", values)
        context = {"default_kind": "discount", "default_excess": 0, "default_partner_id": self.second.id}
        self.call(self.salesperson, f"{APPROVAL}.request", "action_request", [wizard], context=context)
        asked = order.sudo().key_account_approval_ids
        self.assertEqual((asked.kind, asked.excess, asked.partner_id), ("credit", 300, self.big))
        self.assertEqual(asked.requested_on.date(), Date.today())
