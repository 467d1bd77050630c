from odoo.fields import Command

from ..approval_common import APPROVAL
from ..discount_common import ORDER, DiscountWaysCommon


class TestWhoeverIsInvoicedHasASay(DiscountWaysCommon):
    """Tier A is granted 30 %, everybody else 10 %: a good customer's name does not get its discount for others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        ruleset = cls.make_ruleset(name="By tier")
        cls.make_rule(ruleset, "C")
        row = {"ruleset_id": ruleset.id, "kind": "discount_cap"}
        cls.env["key.account.rule"].create(
            [
                {**row, "name": "Best", "sequence": 1, "cap": 30, "tier_filter_ids": cls.tier_a.ids},
                {**row, "name": "Others", "sequence": 2, "cap": 10},
            ]
        )
        ruleset.action_activate()
        cls.big.with_company(cls.company).key_account_tier_id = cls.tier_a
        cls.other = cls.env["res.partner"].create({"name": "Other"})
        cls.address = cls.env["res.partner"].create(
            {"name": "Accounts payable", "parent_id": cls.big.id, "type": "invoice"}
        )

    def test_the_stricter_cap_of_both_holds(self):
        cases = [
            # who orders, who is invoiced, the highest discount
            (self.big, self.big, 30),
            (self.big, self.address, 30),
            (self.address, self.big, 30),
            (self.big, self.other, 10),
            (self.other, self.big, 10),
            (self.other, self.other, 10),
        ]
        for customer, payer, cap in cases:
            with self.subTest(customer=customer.name, payer=payer.name):
                who = {"partner_id": customer.id, "partner_invoice_id": payer.id}
                self.confirm(self.make_quotation(discount=cap, **who))
                self.assert_not_confirmed(self.make_quotation(discount=cap + 0.01, **who))

    def test_a_confirmed_order_is_not_invoiced_to_somebody_of_less(self):
        order = self.make_confirmed({"discount": 30.0})
        self.assert_call_refused(ORDER, "write", order.ids, {"partner_invoice_id": self.other.id})
        self.call(self.salesperson, ORDER, "write", order.ids, {"partner_invoice_id": self.address.id})
        self.assertEqual(order.partner_invoice_id, self.address)

    def test_nor_is_its_invoice(self):
        biller = self.make_user("biller", "base.group_user,account.group_account_invoice")
        for discount, payer, posted in (
            (30.0, self.other, False),
            (30.0, self.address, True),
            (10.0, self.other, True),
        ):
            with self.subTest(discount, payer=payer.name):
                bill = self.make_confirmed({"discount": discount})._create_invoices()
                bill.partner_id = payer
                if posted:
                    self.call(biller, "account.move", "action_post", bill.ids)
                else:
                    self.assert_refused(biller, "account.move", "action_post", bill.ids)
                self.assertEqual(bill.state, "posted" if posted else "draft")

    def test_consent_is_for_whoever_is_invoiced(self):
        order = self.make_quotation(discount=40)
        self.approve(self.ask(order))
        self.call(self.salesperson, ORDER, "write", order.ids, {"partner_invoice_id": self.other.id})
        self.assertFalse(self.env[APPROVAL].search([("order_id", "=", order.id)]).holds)
        self.assert_not_confirmed(order)
        self.call(self.salesperson, ORDER, "write", order.ids, {"partner_invoice_id": self.address.id})
        self.confirm(order)

    def test_why_names_the_row_that_is_stricter(self):
        order = self.make_quotation(order_line=[Command.create(self.prepare_line())], partner_invoice_id=self.other.id)
        verdict = self.env["key.account.discount"]._judge_orders(order)[order]
        self.assertEqual(verdict.decisions[order.order_line].reasons[0].params["cap"], 10)
        self.assertIn("Others", order.order_line.key_account_why_html)
