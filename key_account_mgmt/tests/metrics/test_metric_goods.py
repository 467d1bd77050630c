from odoo.fields import Command
from odoo.tests import tagged

from ..common import KeyAccountCommon

DAY = "2024-03-10"


@tagged("post_install", "-at_install")
class TestGoodsThatCameBack(KeyAccountCommon):
    """A credit note is not always a return, and a reversed invoice not always a purchase."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.make_customer()
        cls.good.standard_price = 150
        cls.work = cls._create_product(name="Work", type="service", standard_price=0, taxes_id=[])

    def bill(self, amount=2000, quantity=10, date="2024-03-01", **options):
        return self.make_invoice(self.customer, amount, date, **{"product": self.good, "quantity": quantity, **options})

    def credit(self, invoice, changes=(), date=DAY):
        """The credit note of an invoice, with its lines changed before it is posted."""
        refund = invoice._reverse_moves([{"invoice_date": date, "date": date}])
        for values in changes:
            refund.invoice_line_ids.write(values)
        refund.action_post()
        return refund

    def test_a_price_difference_is_no_return_and_leaves_the_goods_with_the_customer(self):
        cases = {
            "credit note of the invoice": lambda invoice: self.credit(invoice, [{"price_unit": 20}]),
            "a line of its own on it": lambda invoice: self.make_refund(
                self.customer, 200, DAY, reversed_entry_id=invoice.id
            ),
            "credit note of its own": lambda invoice: self.make_refund(
                self.customer, 200, DAY, product=self.good, quantity=10
            ),
        }
        for name, credit in cases.items():
            with self.subTest(name), self.cr.savepoint() as savepoint:
                credit(self.bill())
                self.assert_facts(self.customer, {"revenue": 1800, "margin": 300, "return_rate_pct": 0})
                savepoint.rollback()

    def test_goods_that_came_back_take_their_cost_back(self):
        cases = [
            # of 10 pieces at 200: what the credit note says of its line, margin, return rate
            ({"quantity": 1}, 450, 10),
            ({}, 0, 100),
            # used goods: at least half of the price
            ({"quantity": 1, "price_unit": 160}, 490, 8),
            ({"quantity": 1, "price_unit": 100}, 550, 5),
            ({"quantity": 1, "price_unit": 99}, 401, 0),
        ]
        for values, margin, rate in cases:
            with self.subTest(values), self.cr.savepoint() as savepoint:
                self.credit(self.bill(), [values])
                self.assert_facts(self.customer, {"margin": margin, "return_rate_pct": rate})
                savepoint.rollback()

    def test_half_of_the_price_is_told_in_any_unit(self):
        self.bill(amount=2400, quantity=12)
        dozen = {"name": "Dozen", "product_id": self.good.id, "quantity": 1, "product_uom_id": self.uom_dozen.id}
        invoice = self.bill(lines=[{**dozen, "price_unit": 2400}])
        self.credit(invoice, [{"product_uom_id": self.uom_unit.id, "quantity": 6, "price_unit": 200}])
        self.assert_facts(self.customer, {"revenue": 3600, "return_rate_pct": 25, "margin": 3600 - 18 * 150})

    def test_goods_that_an_invoice_takes_off_came_back(self):
        sold = {"name": "Sold", "product_id": self.good.id, "quantity": 10, "price_unit": 200}
        self.bill(lines=[sold, {**sold, "name": "Back", "quantity": -2}])
        self.assert_facts(self.customer, {"revenue": 1600, "margin": 400, "return_rate_pct": 20})

    def test_a_discount_line_is_no_return(self):
        sold = {"name": "Sold", "product_id": self.good.id, "quantity": 10, "price_unit": 200}
        invoice = self.bill(lines=[sold, {"name": "Discount", "product_id": self.work.id, "price_unit": -200}])
        self.assert_facts(self.customer, {"revenue": 1800, "margin": 300, "return_rate_pct": 0})
        self.credit(invoice)
        self.assert_facts(self.customer, {"revenue": 0, "margin": 0, "return_rate_pct": 100})

    def test_services_do_not_come_back(self):
        self.bill()
        self.make_refund(self.customer, 500, DAY, product=self.work)
        self.assert_facts(self.customer, {"revenue": 1500, "margin": 0, "return_rate_pct": 0})

    def test_a_partial_invoice_below_its_down_payment_is_no_return(self):
        self.good.invoice_policy = "delivery"
        order = self.make_order(self.customer, 1000, "2024-03-01", quantity=10, cost=60)
        wizard = self.env["sale.advance.payment.inv"].create(
            {"sale_order_ids": order.ids, "advance_payment_method": "percentage", "amount": 50}
        )
        advance = wizard._create_invoices(order)
        advance.invoice_date = "2024-03-01"
        advance.action_post()
        order.order_line.filtered("product_id").qty_delivered = 2
        partial = order._create_invoices(final=True)
        partial.invoice_date = DAY
        partial.action_post()
        self.assertEqual((partial.move_type, partial.amount_untaxed), ("out_refund", 300))
        self.assert_facts(self.customer, {"revenue": 200, "margin": 80, "return_rate_pct": 0, "invoice_count": 1})

    def test_an_invoice_that_is_reversed_and_written_anew(self):
        """One purchase of 1,000, whatever was billed by mistake."""
        expected = {
            "revenue": 1000,
            "invoice_count": 1,
            "active_months": 1,
            "return_rate_pct": 0,
            "largest_invoice_share_pct": 100,
            "margin": 250,
        }
        for name, rewrite in {"wizard": self._rewrite_by_wizard, "by hand": self._rewrite_by_hand}.items():
            with self.subTest(name), self.cr.savepoint() as savepoint:
                rewrite(self.bill(1200, 5, date="2024-02-28"))
                self.assert_facts(self.customer, expected)
                savepoint.rollback()

    def _rewrite_by_wizard(self, invoice):
        """Reverse and Create Invoice."""
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, "date": DAY})
        )
        anew = self.env["account.move"].browse(wizard.modify_moves()["res_id"])
        anew.invoice_date = DAY
        anew.invoice_line_ids.price_unit = 200
        anew.action_post()

    def _rewrite_by_hand(self, invoice):
        invoice._reverse_moves([{"invoice_date": DAY, "date": DAY}], cancel=True)
        self.bill(1000, 5, date="2024-03-12")

    def test_what_is_no_rewriting(self):
        cases = {
            "nothing after": lambda: None,
            "other goods": lambda: self.bill(100, 1, date=DAY, product=self.work),
            "much later": lambda: self.bill(100, 1, date="2024-03-18"),
            "after the period": lambda: self.bill(100, 1, date="2025-01-01"),
            "another customer": lambda: self.make_invoice(self.make_customer(), 100, DAY, product=self.good),
            "a draft": lambda: self.bill(100, 1, date=DAY, post=False),
        }
        for name, buy in cases.items():
            with self.subTest(name), self.cr.savepoint() as savepoint:
                self.bill(1000, 10, date="2024-01-15")
                self.credit(self.bill(1000, 10))
                buy()
                facts = self.collect()[self.customer]
                self.assertEqual(round(facts["return_rate_pct"] * (facts["revenue"] + 1000) / 100), 1000)
                savepoint.rollback()

    def test_what_was_billed_by_mistake_was_not_delivered_anywhere(self):
        france, china = self.env.ref("base.fr"), self.env.ref("base.cn")
        territory = self.env["key.account.territory"].create(
            {"name": "France", "country_ids": [Command.set(france.ids)]}
        )
        self.customer.with_company(self.company).key_account_territory_id = territory
        self.customer.country_id = france
        abroad = self.make_customer(parent_id=self.customer.id, type="delivery", country_id=china.id)
        mistake = self.bill(1000, 10, partner_shipping_id=abroad.id)
        self.assert_facts(self.customer, {"outside_territory_pct": 100})
        mistake._reverse_moves([{"invoice_date": DAY, "date": DAY}], cancel=True)
        self.bill(1000, 10, date=DAY, partner_shipping_id=self.customer.id)
        self.assert_facts(self.customer, {"outside_territory_pct": 0})
